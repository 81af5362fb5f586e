/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/params.h"

#include <string.h>

#include "base/time.h"

#define PAGE_DEFAULT 50

enum xz_rc xz_read_id(const struct xz_request *request, int at, const char *what, int64_t *id,
                      struct xz_err *err)
{
    const enum xz_rc rc = xz_request_number(request->params[at], "id", 1, INT64_MAX, 0, id, NULL);

    return rc == XZ_OK ? rc : xz_err_reject(err, "not_found", "", "there is no such %s", what);
}

enum xz_rc xz_read_page(const struct xz_request *request, struct xz_page *page, struct xz_err *err)
{
    int64_t limit = 0;
    const enum xz_rc rc = xz_request_number(xz_request_query(request, "limit"), "limit", 1,
                                            XZ_PAGE_MAX, PAGE_DEFAULT, &limit, err);

    *page = (struct xz_page){xz_request_query(request, "cursor"), (int)limit};
    return rc;
}

enum xz_rc xz_read_region(const struct xz_request *request, struct xz_str *region,
                          struct xz_err *err)
{
    bool right;

    *region = xz_request_query(request, "region");
    right = region->len <= 6;
    for (uint32_t i = 0; i < region->len; i++) {
        right = right && region->ptr[i] >= '0' && region->ptr[i] <= '9';
    }
    return right ? XZ_OK : xz_err_reject(err, "invalid", "region", "up to six digits");
}

enum xz_rc xz_read_time(const struct xz_request *request, const char *name, int64_t *time_ms,
                        struct xz_err *err)
{
    const struct xz_str text = xz_request_query(request, name);

    *time_ms = 0;
    return text.len == 0 || xz_time_parse(text, time_ms, NULL) == XZ_OK
               ? XZ_OK
               : xz_err_reject(err, "invalid", name, "not a time (RFC 3339) or a date");
}

enum xz_rc xz_read_choice(const struct xz_request *request, const char *name, const char *names,
                          struct xz_str *choice, struct xz_err *err)
{
    const char *at = names;

    *choice = xz_request_query(request, name);
    while (choice->len > 0 && *at != '\0') {
        const size_t len = strcspn(at, "|");

        if (xz_str_eq(*choice, (struct xz_str){at, (uint32_t)len})) {
            return XZ_OK;
        }
        at += len + (at[len] != '\0');
    }
    return choice->len == 0 ? XZ_OK : xz_err_reject(err, "invalid", name, "one of %s", names);
}
