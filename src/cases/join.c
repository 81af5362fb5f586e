/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/join.h"

#include <string.h>

#include "base/time.h"
#include "cases/mask.h"

#define NEAR_MS   XZ_DAY_MS
#define REFS_ONCE 16 /* of those involved, asked for at once */

/* A person is the same one in every role. */
static const char *party_kind(const char *kind)
{
    return xz_kind_is_person(xz_str_from(kind)) ? "person" : kind;
}

struct xz_str xz_pool_of(const char *region)
{
    return (struct xz_str){region, (uint32_t)strnlen(region, 4)};
}

struct found {
    struct xz_join *join;
    int64_t alerts;
};

static bool take_case(void *arg, const struct xz_db_row *row)
{
    struct found *found = arg;
    struct xz_join *join = found->join;
    const int64_t id = xz_db_int(row, 0);

    for (size_t i = 0; i < join->count; i++) {
        if (join->cases[i] == id) {
            return true;
        }
    }
    if (join->count < XZ_JOIN_MAX) {
        join->first_is_full |= join->count == 0 && xz_db_int(row, 1) >= XZ_CASE_ALERTS_MAX;
        join->cases[join->count++] = id;
    }
    return true;
}

#define JOINABLE                                                                                   \
    " AND c.is_open = 1 AND c.origin = 'alert' AND c.state <> 'appealed' "                         \
    "AND substr(c.region, 1, 4) = ?1 "
#define NEWEST " ORDER BY c.id DESC LIMIT 4"

static enum xz_rc find_same_subject(struct xz_db_conn *conn, const struct xz_alert_facts *facts,
                                    struct found *found, struct xz_err *err)
{
    return xz_db_query(conn,
                       "SELECT c.id, c.alerts FROM case_party p JOIN desk_case c "
                       "ON c.id = p.case_id WHERE p.kind = ?2 AND p.ref = ?3 "
                       "AND p.is_subject = 1" JOINABLE NEWEST,
                       XZ_DB_ARGS(XZ_DB_TEXT(xz_pool_of(facts->region)),
                                  XZ_DB_CSTR(party_kind(facts->subject_kind)),
                                  XZ_DB_CSTR(facts->subject)),
                       take_case, found, err);
}

static enum xz_rc find_where_involved(struct xz_db_conn *conn, const struct xz_alert_facts *facts,
                                      struct found *found, struct xz_err *err)
{
    if (strcmp(facts->subject_kind, "institution") == 0) {
        return XZ_OK;
    }
    return xz_db_query(
        conn,
        "SELECT c.id, c.alerts FROM case_party p JOIN desk_case c "
        "ON c.id = p.case_id WHERE p.kind = ?2 AND p.ref = ?3 "
        "AND p.is_subject = 0 "
        "AND p.started_ms <= ?5 AND p.ended_ms >= ?4" JOINABLE NEWEST,
        XZ_DB_ARGS(XZ_DB_TEXT(xz_pool_of(facts->region)),
                   XZ_DB_CSTR(party_kind(facts->subject_kind)), XZ_DB_CSTR(facts->subject),
                   XZ_DB_INT(facts->started_ms - NEAR_MS), XZ_DB_INT(facts->ended_ms + NEAR_MS)),
        take_case, found, err);
}

/* Cases of which one of these is a subject. */
static enum xz_rc find_subjects(struct xz_db_conn *conn, const struct xz_alert_facts *facts,
                                const struct xz_db_value *refs, size_t count, struct found *found,
                                struct xz_err *err)
{
    struct xz_db_value args[REFS_ONCE + 3];

    args[0] = XZ_DB_TEXT(xz_pool_of(facts->region));
    args[1] = XZ_DB_INT(facts->started_ms - NEAR_MS);
    args[2] = XZ_DB_INT(facts->ended_ms + NEAR_MS);
    for (size_t i = 0; i < REFS_ONCE; i++) {
        args[i + 3] = refs[i < count ? i : 0];
    }
    return xz_db_query(conn,
                       "SELECT c.id, c.alerts FROM case_party p JOIN desk_case c "
                       "ON c.id = p.case_id WHERE p.ref IN (?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
                       "?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19) AND p.kind <> 'institution' "
                       "AND p.is_subject = 1 "
                       "AND p.started_ms <= ?3 AND p.ended_ms >= ?2" JOINABLE NEWEST,
                       args, REFS_ONCE + 3, take_case, found, err);
}

static enum xz_rc find_its_involved(struct xz_db_conn *conn, const json_t *alert,
                                    const struct xz_alert_facts *facts, struct found *found,
                                    struct xz_err *err)
{
    struct xz_db_value refs[REFS_ONCE];
    const json_t *party;
    size_t i, count = 0;
    enum xz_rc rc = XZ_OK;

    json_array_foreach(json_object_get(alert, "involved"), i, party)
    {
        const char *kind = json_string_value(json_object_get(party, "kind"));
        const char *id = json_string_value(json_object_get(party, "id"));

        if (rc == XZ_OK && strcmp(kind, "institution") != 0) {
            refs[count++] = XZ_DB_CSTR(id);
        }
        if (count == REFS_ONCE) {
            rc = find_subjects(conn, facts, refs, count, found, err);
            count = 0;
        }
    }
    return rc == XZ_OK && count > 0 ? find_subjects(conn, facts, refs, count, found, err) : rc;
}

enum xz_rc xz_join_find(struct xz_db_conn *conn, const json_t *alert,
                        const struct xz_alert_facts *facts, struct xz_join *join,
                        struct xz_err *err)
{
    struct found found = {join, 0};
    enum xz_rc rc;

    *join = (struct xz_join){.count = 0};
    rc = find_same_subject(conn, facts, &found, err);
    rc = rc == XZ_OK ? find_where_involved(conn, facts, &found, err) : rc;
    return rc == XZ_OK ? find_its_involved(conn, alert, facts, &found, err) : rc;
}

/* ---- parties ---- */

static enum xz_rc put_party(struct xz_db_conn *conn, int64_t case_id, const char *kind,
                            const char *ref, const char *role, bool is_subject,
                            const struct xz_alert_facts *facts, struct xz_err *err)
{
    return xz_db_exec(
        conn,
        "INSERT INTO case_party (kind, ref, case_id, is_subject, roles, started_ms, ended_ms) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (kind, ref, case_id) DO UPDATE SET "
        "is_subject = CASE WHEN excluded.is_subject > case_party.is_subject "
        "THEN excluded.is_subject ELSE case_party.is_subject END, "
        "roles = CASE WHEN replace(',' || case_party.roles || ',', ',' || excluded.roles || ',', "
        "'') = ',' || case_party.roles || ',' "
        "THEN case_party.roles || ',' || excluded.roles ELSE case_party.roles END, "
        "started_ms = CASE WHEN excluded.started_ms < case_party.started_ms "
        "THEN excluded.started_ms ELSE case_party.started_ms END, "
        "ended_ms = CASE WHEN excluded.ended_ms > case_party.ended_ms "
        "THEN excluded.ended_ms ELSE case_party.ended_ms END",
        XZ_DB_ARGS(XZ_DB_CSTR(party_kind(kind)), XZ_DB_CSTR(ref), XZ_DB_INT(case_id),
                   XZ_DB_INT(is_subject), XZ_DB_CSTR(role), XZ_DB_INT(facts->started_ms),
                   XZ_DB_INT(facts->ended_ms)),
        NULL, err);
}

enum xz_rc xz_join_parties(struct xz_db_conn *conn, const json_t *alert,
                           const struct xz_alert_facts *facts, int64_t case_id, struct xz_err *err)
{
    const json_t *party;
    size_t i;
    enum xz_rc rc =
        put_party(conn, case_id, facts->subject_kind, facts->subject, "subject", true, facts, err);

    json_array_foreach(json_object_get(alert, "involved"), i, party)
    {
        const char *kind = json_string_value(json_object_get(party, "kind"));
        const char *id = json_string_value(json_object_get(party, "id"));
        const char *role = json_string_value(json_object_get(party, "role"));

        rc = rc == XZ_OK ? put_party(conn, case_id, kind, id, role, false, facts, err) : rc;
    }
    return rc;
}

enum xz_rc xz_case_link(struct xz_db_conn *conn, int64_t one, int64_t other, struct xz_str reason,
                        struct xz_err *err)
{
    if (one == other) {
        return xz_err_reject(err, "invalid", "other", "a case is not linked to itself");
    }
    return xz_db_exec(conn,
                      "INSERT INTO case_link (one, other, reason) VALUES (?1, ?2, ?3) "
                      "ON CONFLICT (one, other) DO NOTHING",
                      XZ_DB_ARGS(XZ_DB_INT(one < other ? one : other),
                                 XZ_DB_INT(one < other ? other : one), XZ_DB_TEXT(reason)),
                      NULL, err);
}
