/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes from the topic of alerts, as JSON (a line each) or protobuf: each is taken, known or
 * refused, the desk goes on, the case that an alert came to can be read, and no id of a person that
 * the alert names stands in what is stored.
 */
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alert/alert.h"
#include "base/time.h"
#include "cases/alert_store.h"
#include "cases/intake.h"
#include "cases/mask.h"
#include "cases/row.h"
#include "cases/view.h"
#include "fuzz.h"

#define LINES_MAX  8
#define FRESH_EACH 1000 /* inputs; a database that grows makes the later ones slow */
#define NOW_MS     INT64_C(1772413200000)

static struct xz_desk desk;
static char dir[32], url[64];
static int inputs;

static void closed(void) { xz_desk_close(&desk); }

static int remove_it(const char *path, const struct stat *stat, int type, struct FTW *at)
{
    (void)stat;
    (void)type;
    (void)at;
    return remove(path);
}

static void removed(void)
{
    closed();
    (void)nftw(dir, remove_it, 4, FTW_DEPTH | FTW_PHYS);
}

static void opened(void)
{
    struct xz_err err = {0};
    char keys[48], file[48];

    if (dir[0] == '\0') {
        (void)snprintf(dir, sizeof(dir), "%s/xz-fuzz-XXXXXX",
                       access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
        MUST(mkdtemp(dir) != NULL);
        (void)atexit(removed);
    }
    if (inputs++ % FRESH_EACH != 0) {
        return;
    }
    closed();
    for (int i = 0; i < 3; i++) {
        static const char *const ends[] = {"", "-wal", "-shm"};

        (void)snprintf(file, sizeof(file), "%s/db%s", dir, ends[i]);
        (void)unlink(file);
    }
    (void)snprintf(url, sizeof(url), "sqlite:%s/db", dir);
    (void)snprintf(keys, sizeof(keys), "%s/keys", dir);
    MUST(xz_desk_open(url, 1, keys, "models/calendar/cn.csv", &desk, &err) == XZ_OK);
}

static bool take_blob(void *arg, const struct xz_db_row *row)
{
    json_t **body = arg;

    *body = xz_alert_body(xz_db_blob(row, 0));
    return false;
}

static void check_party(const json_t *party)
{
    const char *kind = json_string_value(json_object_get(party, "kind"));
    const char *id = json_string_value(json_object_get(party, "id"));

    MUST(kind != NULL && id != NULL);
    MUST(xz_kind_is_person(xz_str_from(kind)) == (strncmp(id, "~P", 2) == 0));
}

/* The newest case and the newest alert, as they are stored and shown. */
static enum xz_rc check_newest(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    int64_t *case_id = arg;
    json_t *body = NULL, *item;
    size_t i;
    enum xz_rc rc = xz_db_query(conn, "SELECT body FROM alert ORDER BY changed_ms DESC, seq DESC",
                                XZ_DB_NO_ARGS, take_blob, &body, err);

    MUST(rc == XZ_OK && json_is_object(body));
    check_party(json_object_get(body, "subject"));
    json_array_foreach(json_object_get(body, "involved"), i, item) { check_party(item); }
    json_array_foreach(json_object_get(body, "exhibits"), i, item)
    {
        const char *insured = json_string_value(json_object_get(item, "insured"));

        MUST(insured == NULL || strncmp(insured, "~P", 2) == 0);
    }
    json_decref(body);
    return xz_row_int(conn, "SELECT MAX(id) FROM desk_case", XZ_DB_NO_ARGS, case_id, NULL, err);
}

static void check_shown(void)
{
    const struct xz_actor actor = {.name = "fuzz", .roles = ~0u, .purpose = "verification"};
    const struct xz_desk_view view = {&desk, &actor, NOW_MS};
    struct xz_buf out = {0};
    struct xz_err err = {0};
    int64_t case_id = 0;
    json_t *shown;

    MUST(xz_desk_read(&desk, check_newest, &case_id, &err) == XZ_OK);
    MUST(xz_view_case(&view, case_id, &out, &err) == XZ_OK);
    shown = json_loadb((const char *)out.data, out.len, 0, NULL);
    MUST(json_array_size(json_object_get(shown, "bodies")) > 0);
    json_decref(shown);
    xz_buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xz_intake_record records[LINES_MAX];
    struct xz_intake_report report;
    struct xz_str input = input_of(data, size), line;
    struct xz_buf json = {0};
    struct xz_err err = {0};
    size_t count = 0;
    int64_t next = 0;

    opened();
    MUST(xz_intake_place(&desk, "alerts", 0, &next, &err) == XZ_OK);
    if (size > 0 && data[0] != '{' && xz_alert_json_of_protobuf(input, &json, NULL) == XZ_OK) {
        input = xz_buf_view(&json);
    }
    while (count < LINES_MAX && next_line(&input, &line)) {
        records[count] = (struct xz_intake_record){"alerts", 0, next + (int64_t)count, line};
        count++;
    }
    MUST(xz_intake(&desk, records, count, NOW_MS, &report, &err) == XZ_OK);
    MUST(report.taken + report.revised + report.old + report.rejected <= (int64_t)count);
    if (report.taken > 0) {
        check_shown();
    }
    MUST(xz_intake_place(&desk, "alerts", 0, &next, &err) == XZ_OK);
    MUST(count == 0 || next == records[count - 1].offset + 1);
    xz_buf_fini(&json);
    return 0;
}
