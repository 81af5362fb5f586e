/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/meter.h"

struct adding {
    const struct xz_meter_reading *readings;
    size_t count;
};

static enum xz_rc add(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct adding *adding = arg;
    enum xz_rc rc = XZ_OK;

    for (size_t i = 0; rc == XZ_OK && i < adding->count; i++) {
        rc = xz_db_exec(
            conn,
            "INSERT INTO meter (name, total, seen) VALUES (?1, ?2, ?2) ON CONFLICT (name) "
            "DO UPDATE SET total = meter.total + CASE WHEN excluded.seen >= meter.seen "
            "THEN excluded.seen - meter.seen ELSE excluded.seen END, seen = excluded.seen",
            XZ_DB_ARGS(XZ_DB_CSTR(adding->readings[i].name),
                       XZ_DB_DOUBLE(adding->readings[i].value)),
            NULL, err);
    }
    return rc;
}

enum xz_rc xz_meter_add(const struct xz_desk *desk, const struct xz_meter_reading *readings,
                        size_t count, struct xz_err *err)
{
    return count > 0 ? xz_desk_append(desk, add, &(struct adding){readings, count}, err) : XZ_OK;
}

static bool take_total(void *arg, const struct xz_db_row *row)
{
    const struct xz_str name = xz_db_text(row, 0);

    (void)json_object_setn_new(arg, name.ptr, name.len, json_real(xz_db_double(row, 1)));
    return true;
}

static enum xz_rc read_totals(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    return xz_db_query(conn, "SELECT name, total FROM meter", XZ_DB_NO_ARGS, take_total, arg, err);
}

enum xz_rc xz_meter_totals(const struct xz_desk *desk, json_t **totals, struct xz_err *err)
{
    *totals = json_object();
    return xz_desk_read(desk, read_totals, *totals, err);
}
