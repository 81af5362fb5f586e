/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of event/ share: the contract's own example, and a decoder in one call. */
#ifndef XZ_TEST_EVENT_CASE_H
#define XZ_TEST_EVENT_CASE_H
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>

#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "event/codec.h"
#include "event/decode.h"
#include "event/field.h"

struct event_case {
    struct xz_arena arena;
    struct xz_buf text;
    struct xz_event event;
    struct xz_err err;
    enum xz_rc rc;
};

/* The example of the contract, section 2. */
#define EXAMPLE_ENVELOPE                                                                           \
    "\"msgid\":\"P21010200017202603010915020001\",\"infno\":\"2102\","                             \
    "\"inf_time\":\"2026-03-01 09:15:02\",\"mdtrtarea_admvs\":\"210102\","                         \
    "\"insuplc_admdvs\":\"210100\",\"fixmedins_code\":\"P21010200017\","                           \
    "\"opter\":\"OP03\",\"opter_type\":\"1\",\"dev_no\":\"POS-0017-2\""
#define EXAMPLE_SETTLEMENT                                                                         \
    "\"psn_no\":\"2101000000012345\",\"setl_id\":\"S900001\",\"med_type\":\"41\","                 \
    "\"insutype\":\"310\",\"psn_type\":\"11\",\"gend\":\"1\",\"brdy\":\"1971-04-02\","             \
    "\"mdtrt_cert_type\":\"03\",\"medfee_sumamt\":\"86.40\",\"fund_pay_sumamt\":\"0\","            \
    "\"psn_part_amt\":\"86.40\",\"acct_pay\":\"86.40\",\"acct_mulaid_pay\":\"0\","                 \
    "\"psn_cash_pay\":\"0\",\"balc\":\"1503.22\",\"lines\":[{\"feedetl_sn\":\"1\","                \
    "\"med_list_codg\":\"XC10AAA001A\",\"med_chrgitm_type\":\"09\",\"cnt\":\"2\","                 \
    "\"pric\":\"43.20\",\"det_item_fee_sumamt\":\"86.40\",\"prd_days\":\"28\","                    \
    "\"drug_trac_codg\":[\"81234567890123456789\",\"81234567890123456790\"]}]"
#define EXAMPLE "{" EXAMPLE_ENVELOPE ",\"settlement\":{" EXAMPLE_SETTLEMENT "}}"

/* The least of each: what the contract prints in bold. */
#define MIN_ENVELOPE "\"msgid\":\"M1\",\"inf_time\":\"2026-03-01 09:15:02\""
#define MIN_SETTLEMENT                                                                             \
    "\"psn_no\":\"P1\",\"setl_id\":\"S1\",\"med_type\":\"41\",\"medfee_sumamt\":\"1.00\""
#define SETTLEMENT_WITH(more) "{" MIN_ENVELOPE ",\"settlement\":{" MIN_SETTLEMENT more "}}"
#define ENVELOPE_WITH(more)   "{" MIN_ENVELOPE more ",\"settlement\":{" MIN_SETTLEMENT "}}"
#define BODY(name, members)   "{" MIN_ENVELOPE ",\"" name "\":{" members "}}"

static inline void case_open(struct event_case *test)
{
    memset(test, 0, sizeof(*test));
    xz_fields_init();
    xz_arena_init(&test->arena, (size_t)4 << 20);
}

static inline void case_close(struct event_case *test)
{
    xz_arena_fini(&test->arena);
    xz_buf_fini(&test->text);
}

static inline enum xz_rc case_bytes(struct event_case *test, const void *bytes, size_t len,
                                    enum xz_format format)
{
    xz_arena_reset(&test->arena);
    memset(&test->err, 0, sizeof(test->err));
    test->rc = xz_event_decode((struct xz_str){bytes, (uint32_t)len}, format,
                               &xz_decode_limits_default, &test->arena, &test->event, &test->err);
    return test->rc;
}

/* The text must outlive the event, whose strings borrow it: a literal does. */
static inline const struct xz_event *case_good(struct event_case *test, const char *json)
{
    if (case_bytes(test, json, strlen(json), XZ_FORMAT_AUTO) != XZ_OK) {
        fail_msg("%s [%s] %s: %s", test->err.reason, test->err.path, test->err.msg, json);
    }
    return &test->event;
}

/* path NULL: any. A reject leaves the event untouched. */
static inline void case_bad(struct event_case *test, const char *json, const char *reason,
                            const char *path)
{
    unsigned char before[sizeof(test->event)];

    memset(&test->event, 0x5a, sizeof(test->event));
    memcpy(before, &test->event, sizeof(before));
    if (case_bytes(test, json, strlen(json), XZ_FORMAT_AUTO) != XZ_REJECT) {
        fail_msg("accepted: %s", json);
    }
    if (strcmp(test->err.reason, reason) != 0) {
        fail_msg("%s, wanted %s (%s): %s", test->err.reason, reason, test->err.msg, json);
    }
    if (path != NULL && strcmp(test->err.path, path) != 0) {
        fail_msg("path %s, wanted %s: %s", test->err.path, path, json);
    }
    assert_true(test->err.msg[0] != '\0');
    assert_memory_equal(before, &test->event, sizeof(before));
}

#define assert_text(str, literal)                                                                  \
    do {                                                                                           \
        const struct xz_str text_of = (str);                                                       \
        assert_int_equal(text_of.len, strlen(literal));                                            \
        assert_memory_equal(text_of.len ? text_of.ptr : "", literal, text_of.len);                 \
    } while (0)

#endif
