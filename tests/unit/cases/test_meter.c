/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counters that begin again with their process, added up. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "alerts.h"
#include "cases/meter.h"

static double total_of(const struct xz_desk *desk, const char *name)
{
    struct xz_err err = {0};
    json_t *totals = NULL;
    double total;

    assert_int_equal(xz_meter_totals(desk, &totals, &err), XZ_OK);
    total = json_real_value(json_object_get(totals, name));
    json_decref(totals);
    return total;
}

static void read_at(const struct xz_desk *desk, double events, double months)
{
    const struct xz_meter_reading readings[] = {{"events", events}, {"months/person", months}};
    struct xz_err err = {0};

    assert_int_equal(xz_meter_add(desk, readings, 2, &err), XZ_OK);
}

static void test_a_counter_goes_on_when_its_process_begins_again(void **state)
{
    struct xz_desk desk = desk_opened(*state);

    read_at(&desk, 100, 5);
    read_at(&desk, 250, 5);
    assert_true(total_of(&desk, "events") == 250);
    read_at(&desk, 30, 2);
    read_at(&desk, 31, 2);
    assert_true(total_of(&desk, "events") == 281);
    assert_true(total_of(&desk, "months/person") == 7);
    xz_desk_close(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_a_counter_goes_on_when_its_process_begins_again),
    };

    return cmocka_run_group_tests(tests, databases_start, databases_stop);
}
