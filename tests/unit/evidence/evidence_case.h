/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One entity, record by record, and what a kind of evidence says of each. */
#ifndef XZ_TEST_EVIDENCE_CASE_H
#define XZ_TEST_EVIDENCE_CASE_H
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/time.h"
#include "evidence/evidence.h"

#define PACK "tests/unit/evidence/pack"

/* The only word of these patterns' conditions; records that do not match are marked by LOAD. */
static void load_ok(const void *ctx, uint16_t slot, struct xz_value *value)
{
    (void)ctx;
    (void)slot;
    value->known = value->boolean = true;
}
static const struct xz_var ok_vars[] = {{"ok", XZ_TYPE_BOOL, 0, 1, NULL}};
static const struct xz_scope ok_scope = {"history", ok_vars, 1, load_ok};
static const struct xz_scope no_scope = {"event", NULL, 0, load_ok};

static struct xz_pack *pack;

static void print_mistake(void *arg, const struct xz_err *err)
{
    (void)arg;
    print_message("%s: %s\n", err->path, err->msg);
}

static int load_pack(void **state)
{
    struct xz_pack_schema schema = {.event_scope = &no_scope, .history_scope = &ok_scope};
    struct xz_err err = {0};

    (void)state;
    schema.kinds = xz_evidence_kinds(&schema.kind_count);
    if (xz_pack_load(PACK, &schema, print_mistake, NULL, &pack, &err) != XZ_OK) {
        print_mistake(NULL, &err);
        return -1;
    }
    return 0;
}

static int free_pack(void **state)
{
    (void)state;
    xz_pack_free(pack);
    return 0;
}

struct ticket { /* of a test; what is left out is absent, and every number below may be */
    const char *when, *person, *institution, *counter, *district;
    int64_t amount_fen, account_fen, balance_fen;
    double lat, lon; /* 0: not known */
    int age;         /* 0: not known */
    bool elsewhere;  /* the condition is not true of it */
};

struct run { /* an entity, and one kind of evidence that steps over it */
    struct xz_entity *entity;
    const struct xz_evidence_spec *spec;
    struct xz_view view;
    void *cursor;
    struct xz_step step; /* the last one */
    uint32_t stepped, serial;
    uint32_t members;
    double weight;
};

static bool matches(const struct xz_view *view, uint32_t index)
{
    return (view->entity->records[index]->flags & (XZ_RECORD_LOAD | XZ_RECORD_UNDONE)) == 0;
}

static void run_init(struct run *run, const char *pattern, const char *measure,
                     enum xz_entity_kind kind)
{
    memset(run, 0, sizeof(*run));
    run->entity = xz_entity_new(kind, XZ_STR("E1"));
    run->view = (struct xz_view){run->entity, pack, xz_pack_pattern(pack, xz_str_from(pattern)),
                                 matches, NULL};
    assert_non_null(run->view.pattern);
    for (size_t i = 0; i < run->view.pattern->evidence_count; i++) {
        if (strcmp(run->view.pattern->evidence[i].measure, measure) == 0) {
            run->spec = &run->view.pattern->evidence[i];
        }
    }
    if (run->spec == NULL) {
        fail_msg("%s has no evidence %s", pattern, measure);
        abort(); /* never reached; an analyser does not know that the line above ends the test */
    }
    if (xz_evidence_kind_of(run->spec)->cursor_size > 0) {
        run->cursor = xz_calloc(1, xz_evidence_kind_of(run->spec)->cursor_size);
    }
    if (xz_evidence_kind_of(run->spec)->begin != NULL) {
        xz_evidence_kind_of(run->spec)->begin(run->cursor);
    }
}

static void run_fini(struct run *run)
{
    if (xz_evidence_kind_of(run->spec)->end != NULL) {
        xz_evidence_kind_of(run->spec)->end(run->cursor);
    }
    free(run->cursor);
    xz_entity_free(run->entity);
}

static void count_member(void *arg, uint32_t index, double weight)
{
    struct run *run = arg;

    assert_true(index <= run->stepped && weight > 0.0);
    run->members++;
    run->weight += weight;
}

/* The next record in time, and the step over it. */
static void take(struct run *run, struct ticket ticket)
{
    const struct xz_evidence_kind *kind = xz_evidence_kind_of(run->spec);
    struct xz_record_draft draft;
    struct xz_err err = {0};
    uint32_t at;

    xz_record_draft_init(&draft);
    draft.head.kind = XZ_RECORD_SETTLEMENT;
    draft.head.key = ++run->serial;
    assert_int_equal(xz_time_parse(xz_str_from(ticket.when), &draft.head.at_ms, &err), XZ_OK);
    draft.head.amount_fen = ticket.amount_fen;
    draft.head.account_fen = ticket.account_fen;
    draft.head.balance_fen = ticket.balance_fen;
    draft.head.age_years = (int16_t)(ticket.age > 0 ? ticket.age : -1);
    draft.head.flags = ticket.elsewhere ? XZ_RECORD_LOAD : 0;
    if (ticket.lat > 0.0) {
        draft.head.lat_e6 = (int32_t)lround(ticket.lat * 1e6);
        draft.head.lon_e6 = (int32_t)lround(ticket.lon * 1e6);
        draft.head.flags |= XZ_RECORD_PLACED;
    }
    draft.text[XZ_TEXT_PERSON] = xz_str_from(ticket.person ? ticket.person : "P1");
    draft.text[XZ_TEXT_INSTITUTION] = xz_str_from(ticket.institution ? ticket.institution : "H1");
    draft.text[XZ_TEXT_OPERATOR] = ticket.counter ? xz_str_from(ticket.counter) : XZ_STR_NONE;
    draft.text[XZ_TEXT_PLACE_ADMDVS] = ticket.district ? xz_str_from(ticket.district) : XZ_STR_NONE;
    at = xz_entity_insert(run->entity, xz_record_build(&draft));
    assert_int_equal(at + 1, run->entity->count);
    run->stepped = at;
    memset(&run->step, 0, sizeof(run->step));
    run->members = 0;
    run->weight = 0.0;
    if (!ticket.elsewhere) {
        kind->step(run->spec, &run->view, at, run->cursor, &run->step);
        if (run->step.evaluated) {
            kind->members(run->spec, &run->view, at, run->cursor, count_member, run);
        }
    }
}

static inline void assert_observed(const struct run *run, double observed, uint32_t members)
{
    assert_true(run->step.evaluated);
    if (fabs(run->step.observed - observed) > 1e-9 * fabs(observed)) {
        fail_msg("observed %.17g, not %.17g", run->step.observed, observed);
    }
    assert_int_equal(run->members, members);
    assert_true(run->step.log_p <= 0.0);
}

static inline void assert_not_evaluated(const struct run *run, const char *why)
{
    assert_false(run->step.evaluated);
    if (why == NULL) {
        assert_null(run->step.why_not);
    } else {
        assert_non_null(run->step.why_not);
        assert_string_equal(run->step.why_not, why);
    }
}

#endif
