/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events as JSON into an engine with the shipped pack, and what it says of each alert last. */
#ifndef XZ_TEST_ENGINE_CASE_H
#define XZ_TEST_ENGINE_CASE_H
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/time.h"
#include "engine/local.h"
#include "event/decode.h"

#define PACK "models/medical-insurance"

static struct xz_pack *pack;

static inline int load_pack(void **state)
{
    struct xz_err err = {0};

    (void)state;
    if (xz_pack_load(PACK, xz_engine_schema(), NULL, NULL, &pack, &err) != XZ_OK) {
        print_message("%s: %s\n", err.path, err.msg);
        return -1;
    }
    return 0;
}

static inline int free_pack(void **state)
{
    (void)state;
    xz_pack_free(pack);
    return 0;
}

struct said { /* of one alert, the last time */
    char id[27], pattern[8], subject[64];
    enum xz_episode_status status;
    uint32_t rev, event_count;
    char members[256]; /* msgids in order of time, of the first few */
};

struct desk {
    struct xz_local *local;
    struct xz_arena arena;
    struct said said[32];
    uint32_t count, judged, rejected;
    int64_t offset;
};

static void put_members(struct said *said, const struct xz_judgement *judgement)
{
    const struct xz_record *last = NULL;
    size_t len = 0;

    said->members[0] = '\0';
    for (uint32_t n = 0; n < judgement->member_count && len < sizeof(said->members) - 32; n++) {
        const struct xz_record *next = NULL;
        struct xz_str msgid;

        for (uint32_t i = 0; i < judgement->member_count; i++) {
            const struct xz_record *record = judgement->members[i].record;

            if ((last == NULL || xz_record_order(last, record) < 0) &&
                (next == NULL || xz_record_order(record, next) < 0)) {
                next = record;
            }
        }
        assert_non_null(next); /* no record is a member twice */
        msgid = xz_record_text(next, XZ_TEXT_MSGID);
        len += (size_t)snprintf(said->members + len, sizeof(said->members) - len, "%s" XZ_STR_FMT,
                                n > 0 ? " " : "", XZ_STR_ARG(msgid));
        last = next;
    }
}

static void on_judged(void *arg, const struct xz_judgement *judgement)
{
    struct desk *desk = arg;
    struct said *said = NULL;

    for (uint32_t i = 0; i < desk->count; i++) {
        said = strcmp(desk->said[i].id, judgement->alert_id) == 0 ? &desk->said[i] : said;
    }
    if (said == NULL) {
        assert_true(desk->count < 32);
        said = &desk->said[desk->count++];
        *said = (struct said){0};
        (void)snprintf(said->id, sizeof(said->id), "%s", judgement->alert_id);
    }
    assert_int_equal(judgement->rev, said->rev + 1);
    (void)snprintf(said->pattern, sizeof(said->pattern), "%s", judgement->pattern->id);
    (void)snprintf(said->subject, sizeof(said->subject), XZ_STR_FMT,
                   XZ_STR_ARG(judgement->subject_id));
    said->status = judgement->status;
    said->rev = judgement->rev;
    said->event_count = judgement->event_count;
    put_members(said, judgement);
    desk->judged++;
}

static void on_rejected(void *arg, const struct xz_observation *observation,
                        const struct xz_err *err)
{
    (void)observation;
    (void)err;
    ((struct desk *)arg)->rejected++;
}

static inline void desk_open(struct desk *desk)
{
    struct xz_local_setup setup = {.pack = pack};

    memset(desk, 0, sizeof(*desk));
    xz_arena_init(&desk->arena, (size_t)64 << 20);
    setup.sinks.arg = desk;
    setup.sinks.judged = on_judged;
    setup.sinks.rejected = on_rejected;
    desk->local = xz_local_new(&setup);
}

static inline void desk_close(struct desk *desk)
{
    xz_local_free(desk->local);
    xz_arena_fini(&desk->arena);
}

/* One event: its msgid, when, and its body as JSON without the outer braces. */
__attribute__((format(printf, 4, 5))) static void tell(struct desk *desk, const char *msgid,
                                                       const char *when, const char *format, ...)
{
    const struct xz_source source = {0, 0, desk->offset++};
    struct xz_buf json = {0};
    struct xz_event *event = xz_arena_calloc(&desk->arena, 1, sizeof(*event));
    struct xz_err err = {0};
    struct xz_str bytes;
    char body[1024];
    va_list list;

    va_start(list, format);
    (void)vsnprintf(body, sizeof(body), format, list);
    va_end(list);
    xz_buf_printf(&json,
                  "{\"msgid\":\"%s\",\"inf_time\":\"%s\",\"mdtrtarea_admvs\":\"210102\","
                  "\"insuplc_admdvs\":\"210100\",\"fixmedins_code\":\"P21010200017\","
                  "\"opter\":\"OP03\",%s}",
                  msgid, when, body);
    bytes = xz_arena_str(&desk->arena, xz_buf_view(&json));
    xz_buf_fini(&json);
    if (xz_event_decode(bytes, XZ_FORMAT_JSON, &xz_decode_limits_default, &desk->arena, event,
                        &err) != XZ_OK) {
        fail_msg("%s: %s %s", msgid, err.path, err.msg);
    }
    assert_int_equal(xz_local_event(desk->local, event, &source, &err), XZ_OK);
}

static inline void settle(struct desk *desk, const char *msgid, const char *when,
                          const char *person, const char *more)
{
    tell(desk, msgid, when,
         "\"settlement\":{\"psn_no\":\"%s\",\"setl_id\":\"S-%s\",\"med_type\":\"41\","
         "\"medfee_sumamt\":\"86.40\",\"acct_pay\":\"86.40\"%s}",
         person, msgid, more);
}

/* A settlement that sells the box of this code. */
static inline void sell(struct desk *desk, const char *msgid, const char *when, const char *person,
                        const char *code)
{
    char lines[128];

    (void)snprintf(lines, sizeof(lines), ",\"lines\":[{\"drug_trac_codg\":[\"%s\"]}]", code);
    settle(desk, msgid, when, person, lines);
}

static inline void dies(struct desk *desk, const char *msgid, const char *when, const char *person)
{
    tell(desk, msgid, when, "\"person_status\":{\"psn_no\":\"%s\",\"status\":\"death\"}", person);
}

/* Of the settlement that was told as so. */
static inline void reverse(struct desk *desk, const char *msgid, const char *when,
                           const char *person, const char *of)
{
    tell(desk, msgid, when, "\"reversal\":{\"psn_no\":\"%s\",\"setl_id\":\"S-%s\"}", person, of);
}

static inline void reverse_message(struct desk *desk, const char *msgid, const char *when,
                                   const char *person, const char *of)
{
    tell(desk, msgid, when, "\"reversal\":{\"psn_no\":\"%s\",\"omsgid\":\"%s\"}", person, of);
}

/* The only alert there was: its members in order of time and its last status. */
static inline void assert_said(const struct desk *desk, const char *pattern,
                               enum xz_episode_status status, const char *members)
{
    assert_int_equal(desk->count, 1);
    assert_string_equal(desk->said[0].pattern, pattern);
    assert_int_equal(desk->said[0].status, status);
    assert_string_equal(desk->said[0].members, members);
}

static inline struct xz_engine_counts counts_of(const struct desk *desk)
{
    return xz_engine_counts(xz_local_engine(desk->local));
}

#endif
