/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A process that writes is killed at any moment, again and again, and the server under it too: what
 * it had acknowledged is there, each alert is there once, and the chain is whole. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <time.h>

#include "base/rng.h"
#include "people.h"

#define ROUNDS           10
#define ROUND_MS_MIN     40
#define ROUND_MS_MAX     200
#define ROUND_TIMES      20 /* so often as long, when nothing was acknowledged: the machine is busy */
#define ACKNOWLEDGED_MAX 20000

/* ---- who writes ---- */

struct writer {
    struct xz_desk desk;
    struct xz_actor actor;
    struct xz_rng rng;
    int out, round;
    int64_t done;
};

static void acknowledge(const struct writer *writer, char kind, int64_t number)
{
    char line[40];
    const int len =
        snprintf(line, sizeof(line), "%c %d %" PRId64 "\n", kind, writer->round, number);

    if (write(writer->out, line, (size_t)len) != len) {
        _exit(2);
    }
}

/* The record at an offset is always the same, as in a log. */
static bool take_alert(struct writer *writer)
{
    struct xz_intake_report report;
    struct xz_buf text = {0};
    struct xz_err err = {0};
    char id[24] = "", subject[24] = "";
    struct said said;
    int64_t next = 0;
    bool taken = xz_intake_place(&writer->desk, "alerts", 0, &next, &err) == XZ_OK;

    (void)snprintf(id, sizeof(id), "A%" PRId64, next);
    (void)snprintf(subject, sizeof(subject), "P%" PRId64, next % 20);
    said = saying(id, "T09", "institution", subject);
    alert_of(&said, &text);
    if (taken) {
        const struct xz_intake_record record = {"alerts", 0, next, xz_buf_view(&text)};

        taken = xz_intake(&writer->desk, &record, 1, MONDAY_MS, &report, &err) == XZ_OK;
    }
    xz_buf_fini(&text);
    if (taken) {
        acknowledge(writer, 'a', next);
    }
    return taken;
}

static bool do_something(struct writer *writer)
{
    const struct xz_on_case on = {
        .actor = &writer->actor, .case_id = 1, .now_ms = MONDAY_MS + writer->done};
    struct xz_command command = {.verb = XZ_VERB_SNOOZE, .until_ms = MONDAY_MS + XZ_DAY_MS};
    const int64_t number = writer->done++;
    struct xz_err err = {0};
    char text[40];
    enum xz_rc rc;

    (void)snprintf(text, sizeof(text), "x %d %" PRId64, writer->round, number);
    switch (xz_rng_below(&writer->rng, 3)) {
    case 0:
        return take_alert(writer);
    case 1:
        rc = xz_work_note(&writer->desk, &on, xz_str_from(text), &err);
        break;
    default:
        command.text = xz_str_from(text);
        rc = xz_work_do(&writer->desk, &on, &command, &err);
        break;
    }
    if (rc == XZ_OK) {
        acknowledge(writer, 'x', number);
    }
    return rc == XZ_OK;
}

static void write_until_killed(const char *url, const char *keys, const struct xz_actor *actor,
                               int out, int round)
{
    const struct timespec a_while = {.tv_nsec = 20000000};
    struct writer writer = {.actor = *actor, .out = out, .round = round};
    struct xz_err err = {0};

    xz_rng_init(&writer.rng, 20260302, (uint64_t)round);
    while (xz_desk_open(url, 2, keys, CALENDAR, &writer.desk, &err) == XZ_RETRY) {
        (void)nanosleep(&a_while, NULL); /* the server is down */
    }
    for (;;) {
        if (!do_something(&writer)) {
            (void)nanosleep(&a_while, NULL); /* what became of it nobody knows: not again */
        }
    }
}

/* ---- who kills ---- */

struct witness {
    char url[200], keys[64];
    struct xz_actor actor;
    struct xz_rng rng;
    char lines[ACKNOWLEDGED_MAX][24]; /* "x 3 17" */
    size_t count;
};

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Whole lines of the pipe until `until_ms`, or its end. */
static void read_lines(struct witness *witness, int in, int64_t until_ms, struct xz_buf *rest)
{
    struct pollfd wait = {.fd = in, .events = POLLIN};
    char bytes[4096], *line;
    ssize_t got = 1;

    for (int64_t left = until_ms - now_ms(); got > 0 && left > 0; left = until_ms - now_ms()) {
        if (poll(&wait, 1, (int)left) <= 0) {
            continue;
        }
        got = read(in, bytes, sizeof(bytes));
        xz_buf_bytes(rest, bytes, got > 0 ? (size_t)got : 0);
        while (rest->len > 0 && (line = memchr(rest->data, '\n', rest->len)) != NULL) {
            const size_t len = (size_t)(line - (char *)rest->data);

            assert_true(witness->count < ACKNOWLEDGED_MAX && len < sizeof(witness->lines[0]));
            memcpy(witness->lines[witness->count], rest->data, len);
            witness->lines[witness->count++][len] = '\0';
            memmove(rest->data, line + 1, rest->len - len - 1);
            rest->len -= len + 1;
        }
    }
}

static void one_round(struct witness *witness, int round, bool kills_server)
{
    const int64_t length_ms =
        ROUND_MS_MIN + xz_rng_below(&witness->rng, ROUND_MS_MAX - ROUND_MS_MIN);
    const size_t before = witness->count;
    struct xz_buf rest = {0};
    int ends[2], status = 0;
    pid_t child;

    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)close(ends[0]);
        write_until_killed(witness->url, witness->keys, &witness->actor, ends[1], round);
    }
    (void)close(ends[1]);
    read_lines(witness, ends[0], now_ms() + length_ms, &rest);
    if (kills_server) {
        (void)databases_run("stop", "--kill");
        assert_int_equal(databases_run("start", NULL), 0);
    }
    for (int i = 0; i < ROUND_TIMES && witness->count == before; i++) {
        read_lines(witness, ends[0], now_ms() + length_ms, &rest);
    }
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    read_lines(witness, ends[0], now_ms() + 10000, &rest); /* to its end */
    (void)close(ends[0]);
    xz_buf_fini(&rest);
}

static int64_t count_of(const struct xz_desk *desk, const char *sql, struct xz_str text)
{
    struct xz_db_conn *conn = NULL;
    struct xz_err err = {0};
    int64_t count = -1;

    assert_int_equal(xz_db_take(desk->db, 1000, &conn, &err), XZ_OK);
    assert_int_equal(xz_row_int(conn, sql, XZ_DB_ARGS(XZ_DB_TEXT(text)), &count, NULL, &err),
                     XZ_OK);
    xz_db_give(conn);
    return count;
}

static void check_all(const struct witness *witness)
{
    struct xz_desk desk;
    struct xz_err err = {0};
    char id[32];

    assert_int_equal(xz_desk_open(witness->url, 1, witness->keys, CALENDAR, &desk, &err), XZ_OK);
    for (size_t i = 0; i < witness->count; i++) {
        const char *line = witness->lines[i];

        if (line[0] == 'a') {
            (void)snprintf(id, sizeof(id), "A%s", strrchr(line, ' ') + 1);
            assert_int_equal(
                count_of(&desk, "SELECT COUNT(*) FROM alert WHERE id = ?1", xz_str_from(id)), 1);
        } else if (count_of(&desk,
                            "SELECT COUNT(*) FROM case_event WHERE case_id = 1 "
                            "AND text = ?1",
                            xz_str_from(line)) != 1) {
            fail_msg("acknowledged and not there once: %s", line);
        }
    }
    assert_int_equal(number(&desk, "SELECT COUNT(*) - COUNT(DISTINCT id) FROM alert"), 0);
    assert_int_equal(number(&desk, "SELECT next - (SELECT COUNT(*) FROM alert) FROM feed_place"),
                     0);
    assert_int_equal(
        number(&desk, "SELECT SUM(alerts) - (SELECT COUNT(*) FROM alert) FROM sum_alert"), 0);
    assert_int_equal(number(&desk, "SELECT next - (SELECT COUNT(*) FROM change) FROM counter "
                                   "WHERE name = 'change'"),
                     0);
    assert_chain_whole(&desk);
    xz_desk_close(&desk);
}

static void test_nothing_acknowledged_is_lost(void **state)
{
    struct witness *witness = xz_calloc(1, sizeof(*witness));
    struct xz_desk desk = desk_opened(*state);
    const struct said said = saying("A0", "T09", "institution", "P0");
    const bool has_server = !xz_db_is_sqlite(desk.db);

    (void)snprintf(witness->url, sizeof(witness->url), "%s", (const char *)*state);
    (void)snprintf(witness->keys, sizeof(witness->keys), "%s/%u.keys", databases_dir,
                   databases_count);
    witness->actor = person(&desk, "li", INVESTIGATOR, "");
    (void)bring(&desk, &said, 1, MONDAY_MS);
    xz_desk_close(&desk);
    xz_rng_init(&witness->rng, 20260302, 1);
    for (int round = 0; round < ROUNDS; round++) {
        one_round(witness, round, has_server && round % 5 == 2);
    }
    check_all(witness);
    print_message("# %zu acknowledged\n", witness->count);
    assert_true(witness->count >= ROUNDS);
    free(witness);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_nothing_acknowledged_is_lost),
    };

    return cmocka_run_group_tests(tests, databases_start, databases_stop);
}
