/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Notes, tags, links, files: what is added to a case and changes nothing of its life but that
 * somebody worked on it; and what comes to it by itself. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "cases/counter.h"
#include "cases/join.h"
#include "cases/row.h"
#include "cases/work_int.h"

struct adding {
    const struct xz_desk *desk;
    const struct xz_on_case *on;
    struct xz_str text, content;
    int64_t other, *id;
    bool on_it;
};

static enum xz_rc load_to_add(struct xz_db_conn *conn, const struct adding *adding,
                              struct xz_case_row *row, struct xz_err *err)
{
    const struct xz_actor *actor = adding->on->actor;

    if (!xz_actor_may(actor, XZ_MAY_WORK) && !xz_actor_may(actor, XZ_MAY_APPROVE)) {
        return xz_err_reject(err, "forbidden", "", "the role may not change a case");
    }
    return xz_work_load(conn, adding->on, row, err);
}

/* A new version; on an open case also the end of its idleness and of a lease. */
static enum xz_rc touch(struct xz_db_conn *conn, const struct adding *adding,
                        const struct xz_case_row *before, struct xz_err *err)
{
    struct xz_case_row after = *before;
    const int64_t now_ms = adding->on->now_ms;

    after.life.version++;
    after.updated_ms = now_ms;
    if (xz_case_is_open(&after.life) && after.life.assignee == adding->on->actor->account) {
        after.life.worked_ms = now_ms;
        after.life.idle_ms = xz_calendar_due_ms(adding->desk->calendar, now_ms, XZ_IDLE_DAYS);
        after.life.escalated_ms = 0;
        after.life.lease_until_ms = 0;
    }
    return xz_case_save(conn, before, &after, err);
}

static enum xz_rc check_text(struct xz_str text, uint32_t max, const char *path, struct xz_err *err)
{
    return !xz_str_is_blank(text) && text.len <= max
               ? XZ_OK
               : xz_err_reject(err, "invalid", path, "1 to %u bytes", max);
}

/* ---- notes ---- */

static enum xz_rc add_note(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct adding *adding = arg;
    struct xz_case_row row;
    enum xz_rc rc = load_to_add(conn, adding, &row, err);

    rc = rc == XZ_OK ? touch(conn, adding, &row, err) : rc;
    return rc == XZ_OK ? xz_work_tell(conn, adding->on, &row, "note", adding->text, "", "", err)
                       : rc;
}

enum xz_rc xz_work_note(const struct xz_desk *desk, const struct xz_on_case *on, struct xz_str text,
                        struct xz_err *err)
{
    const enum xz_rc rc = check_text(text, XZ_REASON_MAX, "text", err);

    return rc == XZ_OK ? xz_desk_write(desk, add_note,
                                       &(struct adding){.desk = desk, .on = on, .text = text}, err)
                       : rc;
}

/* ---- tags ---- */

static enum xz_rc set_tag(struct xz_db_conn *conn, const struct adding *adding, struct xz_err *err)
{
    const int64_t id = adding->on->case_id;
    int64_t count = 0;
    enum xz_rc rc;

    if (!adding->on_it) {
        return xz_db_exec(conn, "DELETE FROM case_tag WHERE case_id = ?1 AND tag = ?2",
                          XZ_DB_ARGS(XZ_DB_INT(id), XZ_DB_TEXT(adding->text)), NULL, err);
    }
    rc = xz_row_int(conn, "SELECT COUNT(*) FROM case_tag WHERE case_id = ?1",
                    XZ_DB_ARGS(XZ_DB_INT(id)), &count, NULL, err);
    if (rc == XZ_OK && count >= XZ_TAGS_MAX) {
        rc = xz_err_reject(err, "invalid", "tag", "a case has at most %d tags", XZ_TAGS_MAX);
    }
    return rc == XZ_OK ? xz_db_exec(conn,
                                    "INSERT INTO case_tag (case_id, tag) VALUES (?1, ?2) "
                                    "ON CONFLICT (case_id, tag) DO NOTHING",
                                    XZ_DB_ARGS(XZ_DB_INT(id), XZ_DB_TEXT(adding->text)), NULL, err)
                       : rc;
}

static enum xz_rc change_tag(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct adding *adding = arg;
    struct xz_case_row row;
    enum xz_rc rc = load_to_add(conn, adding, &row, err);

    rc = rc == XZ_OK ? set_tag(conn, adding, err) : rc;
    rc = rc == XZ_OK ? touch(conn, adding, &row, err) : rc;
    return rc == XZ_OK ? xz_work_tell(conn, adding->on, &row, adding->on_it ? "tag" : "untag",
                                      adding->text, "", "", err)
                       : rc;
}

enum xz_rc xz_work_tag(const struct xz_desk *desk, const struct xz_on_case *on, struct xz_str tag,
                       bool on_it, struct xz_err *err)
{
    enum xz_rc rc = check_text(tag, XZ_TAG_MAX, "tag", err);

    if (rc == XZ_OK && memchr(tag.ptr, ',', tag.len) != NULL) {
        rc = xz_err_reject(err, "invalid", "tag", "a tag has no comma");
    }
    return rc == XZ_OK
               ? xz_desk_write(
                     desk, change_tag,
                     &(struct adding){.desk = desk, .on = on, .text = tag, .on_it = on_it}, err)
               : rc;
}

/* ---- links ---- */

static enum xz_rc add_link(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct adding *adding = arg;
    const struct xz_on_case other_on = {
        .actor = adding->on->actor, .case_id = adding->other, .now_ms = adding->on->now_ms};
    struct xz_case_row row, other;
    char detail[64];
    enum xz_rc rc = load_to_add(conn, adding, &row, err);

    rc = rc == XZ_OK ? xz_work_load(conn, &other_on, &other, err) : rc;
    rc = rc == XZ_OK ? xz_case_link(conn, adding->on->case_id, adding->other, adding->text, err)
                     : rc;
    rc = rc == XZ_OK ? touch(conn, adding, &row, err) : rc;
    (void)snprintf(detail, sizeof(detail), "{\"other\":%" PRId64 "}", adding->other);
    return rc == XZ_OK ? xz_work_tell(conn, adding->on, &row, "link", adding->text, detail, "", err)
                       : rc;
}

enum xz_rc xz_work_link(const struct xz_desk *desk, const struct xz_on_case *on, int64_t other,
                        struct xz_str reason, struct xz_err *err)
{
    const enum xz_rc rc = check_text(reason, XZ_REASON_MAX, "reason", err);

    return rc == XZ_OK
               ? xz_desk_write(
                     desk, add_link,
                     &(struct adding){.desk = desk, .on = on, .text = reason, .other = other}, err)
               : rc;
}

/* ---- files ---- */

static enum xz_rc put_file(struct xz_db_conn *conn, const struct adding *adding,
                           const unsigned char digest[static 32], struct xz_err *err)
{
    const struct xz_on_case *on = adding->on;
    int64_t count = 0;
    enum xz_rc rc = xz_row_int(conn, "SELECT COUNT(*) FROM case_file WHERE case_id = ?1",
                               XZ_DB_ARGS(XZ_DB_INT(on->case_id)), &count, NULL, err);

    if (rc == XZ_OK && count >= XZ_FILES_MAX) {
        rc = xz_err_reject(err, "invalid", "file", "a case has at most %d files", XZ_FILES_MAX);
    }
    rc = rc == XZ_OK ? xz_counter_next(conn, "case_file", adding->id, err) : rc;
    return rc == XZ_OK
               ? xz_db_exec(conn,
                            "INSERT INTO case_file (id, case_id, name, sha256, size, content, "
                            "at_ms, actor_name) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                            XZ_DB_ARGS(XZ_DB_INT(*adding->id), XZ_DB_INT(on->case_id),
                                       XZ_DB_TEXT(adding->text),
                                       XZ_DB_BLOB(((struct xz_str){(const char *)digest, 32})),
                                       XZ_DB_INT(adding->content.len), XZ_DB_BLOB(adding->content),
                                       XZ_DB_INT(on->now_ms), XZ_DB_CSTR(on->actor->name)),
                            NULL, err)
               : rc;
}

static enum xz_rc add_file(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct adding *adding = arg;
    struct xz_case_row row;
    unsigned char digest[32];
    char hex[65], detail[160];
    enum xz_rc rc = load_to_add(conn, adding, &row, err);

    xz_sha256(adding->content.ptr, adding->content.len, digest);
    xz_hex(digest, sizeof(digest), hex);
    rc = rc == XZ_OK ? put_file(conn, adding, digest, err) : rc;
    rc = rc == XZ_OK ? touch(conn, adding, &row, err) : rc;
    (void)snprintf(detail, sizeof(detail), "{\"file\":%" PRId64 ",\"sha256\":\"%s\",\"size\":%u}",
                   *adding->id, hex, adding->content.len);
    return rc == XZ_OK ? xz_work_tell(conn, adding->on, &row, "file", adding->text, detail, "", err)
                       : rc;
}

enum xz_rc xz_work_file(const struct xz_desk *desk, const struct xz_on_case *on, struct xz_str name,
                        struct xz_str content, int64_t *file_id, struct xz_err *err)
{
    enum xz_rc rc = check_text(name, 200, "name", err);

    *file_id = 0;
    if (rc == XZ_OK && (content.len == 0 || content.len > XZ_FILE_BYTES_MAX)) {
        rc = xz_err_reject(err, "too_large", "content", "a file has 1 byte to %u MiB",
                           XZ_FILE_BYTES_MAX >> 20);
    }
    return rc == XZ_OK
               ? xz_desk_write(
                     desk, add_file,
                     &(struct adding){
                         .desk = desk, .on = on, .text = name, .content = content, .id = file_id},
                     err)
               : rc;
}

/* ---- what comes by itself ---- */

enum xz_rc xz_work_unsettle(struct xz_db_conn *conn, int64_t case_id, int64_t now_ms,
                            struct xz_err *err)
{
    const struct xz_on_case on = {.case_id = case_id, .now_ms = now_ms};
    struct xz_case_row before, after;
    char detail[64];
    enum xz_rc rc = xz_case_load(conn, case_id, &before, err);

    after = before;
    if (rc != XZ_OK || !xz_case_unsettle(&after.life)) {
        return rc;
    }
    after.updated_ms = now_ms;
    (void)snprintf(detail, sizeof(detail), "{\"state\":\"%s\",\"was\":\"%s\"}",
                   xz_case_state_names[after.life.state], xz_case_state_names[before.life.state]);
    rc = xz_case_save(conn, &before, &after, err);
    return rc == XZ_OK ? xz_work_tell(conn, &on, &after, "unsettle", XZ_STR_NONE, detail, "", err)
                       : rc;
}

/* ---- who had a part ---- */

static bool take_deed(void *arg, const struct xz_db_row *row)
{
    bool *has_part = arg;

    for (int verb = 0; verb < XZ_VERBS; verb++) {
        *has_part |= xz_verb_decides((enum xz_verb)verb) &&
                     xz_str_eq(xz_db_text(row, 0), xz_str_from(xz_verb_names[verb]));
    }
    return !*has_part;
}

enum xz_rc xz_work_has_part(struct xz_db_conn *conn, const struct xz_case *life, int64_t account,
                            bool *has_part, struct xz_err *err)
{
    *has_part = false;
    return life->state == XZ_CASE_APPEALED
               ? xz_db_query(
                     conn, "SELECT DISTINCT what FROM case_event WHERE case_id = ?1 AND actor = ?2",
                     XZ_DB_ARGS(XZ_DB_INT(life->id), XZ_DB_INT(account)), take_deed, has_part, err)
               : XZ_OK;
}
