/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/institution.h"

#include <unistd.h>

#include "event/limits.h"

enum { CODE, NAME, KIND, LEVEL, REGION, COLUMNS };
static const char *const columns[COLUMNS] = {"fixmedins_code", "name", "kind", "hosp_lv", "admdvs"};

static enum xz_rc fill(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    struct xz_csv_file file;
    enum xz_rc rc = xz_csv_open(&file, arg, columns, COLUMNS, err);
    bool more = false;

    if (rc != XZ_OK) {
        return rc;
    }
    rc = xz_db_exec(conn, "DELETE FROM institution", NULL, 0, NULL, err);
    while (rc == XZ_OK && (rc = xz_csv_row(&file, &more, err)) == XZ_OK && more) {
        rc = xz_db_exec(
            conn,
            "INSERT INTO institution (id, name, kind, level, region) "
            "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (id) DO UPDATE SET name = ?2, kind = ?3, "
            "level = ?4, region = ?5",
            XZ_DB_ARGS(XZ_DB_TEXT(xz_csv_cell(&file, CODE)), XZ_DB_TEXT(xz_csv_cell(&file, NAME)),
                       XZ_DB_TEXT(xz_csv_cell(&file, KIND)), XZ_DB_TEXT(xz_csv_cell(&file, LEVEL)),
                       XZ_DB_TEXT(xz_csv_cell(&file, REGION))),
            NULL, err);
    }
    xz_csv_close(&file);
    return rc;
}

enum xz_rc xz_institution_load(const struct xz_desk *desk, const char *file, struct xz_err *err)
{
    return access(file, F_OK) == 0 ? xz_desk_write(desk, fill, (void *)(uintptr_t)file, err)
                                   : XZ_OK;
}
