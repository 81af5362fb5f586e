/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/numbers.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases/counter.h"
#include "state/entity.h"

#define ANSWER_MS    1000L
#define TEXT_MAX     ((size_t)1 << 20)
#define NAME_MAX_LEN 80

/* ---- the service's metrics as text ---- */

static size_t take_text(char *bytes, size_t size, size_t count, void *arg)
{
    struct xz_buf *text = arg;

    if (text->len + size * count > TEXT_MAX) {
        return 0; /* no service of ours: the transfer ends with an error */
    }
    xz_buf_bytes(text, bytes, size * count);
    return size * count;
}

static bool fetch(const char *place, struct xz_buf *text)
{
    CURL *curl = curl_easy_init();
    char url[300];
    long status = 0;
    bool got = false;

    if (curl != NULL) {
        (void)snprintf(url, sizeof(url), "http://%s/metrics", place);
        (void)curl_easy_setopt(curl, CURLOPT_URL, url);
        (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
        (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, ANSWER_MS);
        (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
        (void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
        (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_text);
        (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, text);
        got = curl_easy_perform(curl) == CURLE_OK &&
              curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK && status == 200;
        curl_easy_cleanup(curl);
    }
    return got;
}

/* Is it this process that counts? */
static bool is_own(const struct xz_console *console)
{
    return console->config->console_metrics[0] == '\0' &&
           (xz_config_has_role(console->config, "ingest") ||
            xz_config_has_role(console->config, "detect"));
}

bool xz_numbers_read(struct xz_console *console, int64_t now_ms, struct xz_buf *text)
{
    if (is_own(console)) {
        xz_metrics_text(console->metrics, now_ms, text);
        return true;
    }
    return console->config->console_metrics[0] != '\0' &&
           fetch(console->config->console_metrics, text);
}

double xz_numbers_value(const char *text, const char *sample, double unknown)
{
    const size_t len = strlen(sample);

    for (const char *at = strstr(text, sample); at != NULL; at = strstr(at + 1, sample)) {
        if ((at == text || at[-1] == '\n') && at[len] == ' ') {
            return strtod(at + len + 1, NULL);
        }
    }
    return unknown;
}

/* ---- exposure ---- */

static void name_of(const char *kind, char name[static NAME_MAX_LEN])
{
    (void)snprintf(name, NAME_MAX_LEN, "subject_months.%s", kind);
}

struct adding {
    double more[XZ_ENTITY_COUNT];
};

static enum xz_rc add_months(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct adding *adding = arg;
    char name[NAME_MAX_LEN];
    enum xz_rc rc = XZ_OK;

    for (size_t kind = XZ_ENTITY_PERSON; rc == XZ_OK && kind < XZ_ENTITY_COUNT; kind++) {
        name_of(xz_entity_kind_names[kind], name);
        rc = adding->more[kind] > 0 ? xz_counter_add(conn, name, (int64_t)adding->more[kind], err)
                                    : XZ_OK;
    }
    return rc;
}

enum xz_rc xz_exposure_note(struct xz_console *console, struct xz_exposure *exposure,
                            int64_t now_ms, struct xz_err *err)
{
    struct adding adding = {{0}};
    struct xz_exposure now = {.began = true};
    struct xz_buf text = {0};
    bool any = false;
    enum xz_rc rc = XZ_OK;

    if (!xz_numbers_read(console, now_ms, &text)) {
        xz_buf_fini(&text);
        return XZ_OK;
    }
    xz_buf_u8(&text, 0);
    /* A service in this process began with it; another may have been counted before. */
    exposure->began = exposure->began || is_own(console);
    for (size_t kind = XZ_ENTITY_PERSON; kind < XZ_ENTITY_COUNT; kind++) {
        char sample[NAME_MAX_LEN];

        (void)snprintf(sample, sizeof(sample), "xiezhi_subject_months_total{kind=\"%s\"}",
                       xz_entity_kind_names[kind]);
        now.seen[kind] = xz_numbers_value((const char *)text.data, sample, 0);
        if (exposure->began) { /* less than before: the service has begun anew */
            adding.more[kind] = now.seen[kind] >= exposure->seen[kind]
                                    ? now.seen[kind] - exposure->seen[kind]
                                    : now.seen[kind];
        }
        any = any || adding.more[kind] > 0;
    }
    rc = any ? xz_desk_write(&console->desk, add_months, &adding, err) : XZ_OK;
    if (rc == XZ_OK) {
        *exposure = now;
    }
    xz_buf_fini(&text);
    return rc;
}

struct asking {
    const char *name;
    int64_t *months;
};

static enum xz_rc get_months(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct asking *asking = arg;

    return xz_counter_get(conn, asking->name, asking->months, err);
}

enum xz_rc xz_exposure_of(const struct xz_console *console, const char *subject, int64_t *months,
                          struct xz_err *err)
{
    const bool insured = strcmp(subject, "insured") == 0;
    char name[NAME_MAX_LEN];

    name_of(insured ? xz_entity_kind_names[XZ_ENTITY_PERSON] : subject, name);
    *months = 0;
    return xz_desk_read(&console->desk, get_months, &(struct asking){name, months}, err);
}
