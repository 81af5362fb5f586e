/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reference files: read to the letter, refused with file and line, and what they add. */
#include <stdlib.h>
#include <unistd.h>

#include "event/reference.h"
#include "event_case.h"

struct folder {
    char dir[64];
    struct xz_reference *reference;
    struct xz_err err;
};

static const char *const names[] = {"institutions.csv", "items.csv", "diagnoses.csv"};

static void folder_open(struct folder *folder)
{
    memset(folder, 0, sizeof(*folder));
    (void)snprintf(folder->dir, sizeof(folder->dir), "/tmp/xz-reference-XXXXXX");
    assert_non_null(mkdtemp(folder->dir));
}

static void folder_file(const struct folder *folder, const char *name, const char *text)
{
    char path[128];
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/%s", folder->dir, name);
    file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

static void folder_close(struct folder *folder)
{
    char path[128];

    xz_reference_free(folder->reference);
    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", folder->dir, names[i]);
        (void)unlink(path);
    }
    assert_int_equal(rmdir(folder->dir), 0);
}

static void folder_load(struct folder *folder)
{
    if (xz_reference_load(folder->dir, &folder->reference, &folder->err) != XZ_OK) {
        fail_msg("%s: %s", folder->err.path, folder->err.msg);
    }
}

static void test_institutions(void **state)
{
    struct folder folder;
    const struct xz_place *place;
    (void)state;
    folder_open(&folder);
    folder_file(&folder, "institutions.csv",
                "\xef\xbb\xbf"
                "name,close,open,beds,lon,lat,admdvs,hosp_lv,kind,fixmedins_code\r\n"
                "\"A, \"\"big\"\" one\",23:59,00:00,800,123.41,41.8,210102,01,hospital,H1\r\n"
                "\r\n"
                "B,02:00,08:30,,-0.0000006,,,11,pharmacy,P1\r\n"
                ",,,,,,,,,X1\r\n");
    folder_load(&folder);
    place = xz_reference_place(folder.reference, XZ_STR("H1"));
    assert_non_null(place);
    assert_int_equal(place->known, 1);
    assert_int_equal(place->kind, XZ_INSTITUTION_HOSPITAL);
    assert_text(place->hosp_lv, "01");
    assert_text(place->admdvs, "210102");
    assert_int_equal(place->lat_e6, 41800000);
    assert_int_equal(place->lon_e6, 123410000);
    assert_int_equal(place->beds, 800);
    assert_int_equal(place->open_min, 0);
    assert_int_equal(place->close_min, 1439);
    place = xz_reference_place(folder.reference, XZ_STR("P1"));
    assert_non_null(place);
    assert_int_equal(place->lat_e6, INT32_MIN);
    assert_int_equal(place->lon_e6, -1);
    assert_int_equal(place->open_min, 510);
    assert_int_equal(place->close_min, 120);
    assert_int_equal(place->beds, -1);
    place = xz_reference_place(folder.reference, XZ_STR("X1"));
    assert_non_null(place);
    assert_int_equal(place->kind, XZ_INSTITUTION_UNKNOWN);
    assert_int_equal(place->open_min, -1);
    assert_null(xz_reference_place(folder.reference, XZ_STR("H2")));
    assert_null(xz_reference_place(folder.reference, XZ_STR_NONE));
    folder_close(&folder);
}

static void test_items_and_diagnoses(void **state)
{
    struct folder folder;
    const struct xz_limits *limits;
    (void)state;
    folder_open(&folder);
    folder_file(&folder, "items.csv",
                "code,name,kind,ingredient,sex,age_min,age_max,use,watch,list_price\n"
                "XC1,n,drug,metformin,2,10,55,allowed,1,43.20\nXC2,,,,,,,forbidden,0,\nXC3\n");
    folder_file(
        &folder, "diagnoses.csv",
        "code,name,sex,age_min,age_max,chronic\nI,circ,,,,0\nI10,hyper,,18,,1\nN40,p,1,,,\n");
    folder_load(&folder);
    limits = xz_reference_item(folder.reference, XZ_STR("XC1"));
    assert_non_null(limits);
    assert_int_equal(limits->sex, 2);
    assert_int_equal(limits->age_min, 10);
    assert_int_equal(limits->age_max, 55);
    assert_int_equal(limits->use, XZ_USE_ALLOWED);
    assert_int_equal(limits->watch, 1);
    assert_int_equal(limits->list_price_fen, 4320);
    assert_text(limits->ingredient, "metformin");
    limits = xz_reference_item(folder.reference, XZ_STR("XC2"));
    assert_int_equal(limits->use, XZ_USE_FORBIDDEN);
    assert_true(limits->list_price_fen == XZ_FEN_NONE);
    limits = xz_reference_item(folder.reference, XZ_STR("XC3"));
    assert_int_equal(limits->sex, 0);
    assert_int_equal(limits->age_min, -1);
    assert_int_equal(limits->watch, -1);
    assert_int_equal(limits->use, XZ_USE_UNKNOWN);
    limits = xz_reference_diagnosis(folder.reference, XZ_STR("I10.x00"));
    assert_non_null(limits);
    assert_text(limits->name, "hyper");
    assert_int_equal(limits->chronic, 1);
    assert_text(xz_reference_diagnosis(folder.reference, XZ_STR("I11"))->name, "circ");
    assert_int_equal(xz_reference_diagnosis(folder.reference, XZ_STR("N40"))->chronic, -1);
    assert_null(xz_reference_diagnosis(folder.reference, XZ_STR("J00")));
    folder_close(&folder);
}

static void test_malformed_rows_are_refused_with_their_line(void **state)
{
    static const struct {
        int file;
        const char *text;
        int line;
    } cases[] = {
        {0, "", 1},
        {0, "code,name\nH1,x\n", 1},
        {0, "fixmedins_code,name,name\nH1,x,y\n", 1},
        {0, "fixmedins_code,kind\nH1,palace\n", 2},
        {0, "fixmedins_code,kind\n,hospital\n", 2},
        {0, "fixmedins_code,lat\nH0,1\nH1,90.1\n", 3},
        {0, "fixmedins_code,lat\nH1,nan\n", 2},
        {0, "fixmedins_code,lon\nH1,-181\n", 2},
        {0, "fixmedins_code,open\nH1,24:00\n", 2},
        {0, "fixmedins_code,open\nH1,8:00\n", 2},
        {0, "fixmedins_code,open\nH1,08:60\n", 2},
        {0, "fixmedins_code,open\nH1,08-00\n", 2},
        {0, "fixmedins_code,beds\nH1,-1\n", 2},
        {0, "fixmedins_code,beds\nH1,many\n", 2},
        {0, "fixmedins_code,name\nH1,\"a\nb\"\nH2,\"open\n", 4},
        {0, "fixmedins_code,name\nH1,\xff\n", 2},
        {0, "fixmedins_code\n01234567890123456789012345678901234567890123456789012345678901234\n",
         2},
        {1, "code,sex\nX,3\n", 2},
        {1, "code,age_min\nX,201\n", 2},
        {1, "code,age_max\nX,1.5\n", 2},
        {1, "code,use\nX,maybe\n", 2},
        {1, "code,watch\nX,2\n", 2},
        {1, "code,list_price\nX,-1\n", 2},
        {1, "code,list_price\nX,1.234\n", 2},
        {1, "code,list_price\nX,1e99\n", 2},
        {2, "code,chronic\nX,yes\n", 2},
        {2, "code,sex\nX,M\n", 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct folder folder;
        char path[160];

        folder_open(&folder);
        folder_file(&folder, names[cases[i].file], cases[i].text);
        if (xz_reference_load(folder.dir, &folder.reference, &folder.err) != XZ_CONFIG) {
            fail_msg("accepted: %s", cases[i].text);
        }
        (void)snprintf(path, sizeof(path), "%s/%s:%d", folder.dir, names[cases[i].file],
                       cases[i].line);
        assert_string_equal(folder.err.path, path);
        assert_true(folder.err.msg[0] != '\0');
        assert_null(folder.reference);
        folder_close(&folder);
    }
}

static void test_no_folder_and_none_that_exists(void **state)
{
    struct xz_reference *reference = NULL;
    struct xz_err err = {0};
    (void)state;
    assert_int_equal(xz_reference_load(NULL, &reference, &err), XZ_OK);
    assert_null(xz_reference_place(reference, XZ_STR("H1")));
    assert_null(xz_reference_item(reference, XZ_STR("X")));
    assert_null(xz_reference_diagnosis(reference, XZ_STR("I10")));
    xz_reference_free(reference);
    reference = NULL;
    assert_int_equal(xz_reference_load("/nowhere/at/all", &reference, &err), XZ_CONFIG);
    assert_null(reference);
}

static void test_an_event_is_enriched(void **state)
{
    struct xz_enrich_counts counts = {0};
    struct folder folder;
    struct event_case test;
    (void)state;
    folder_open(&folder);
    case_open(&test);
    folder_file(&folder, "institutions.csv", "fixmedins_code,kind\nP21010200017,pharmacy\n");
    folder_file(&folder, "items.csv", "code,watch\nXC10AAA001A,1\nHI1,0\n");
    folder_file(&folder, "diagnoses.csv", "code,chronic\nI10,1\n");
    folder_load(&folder);
    case_good(&test, "{" EXAMPLE_ENVELOPE ",\"settlement\":{" MIN_SETTLEMENT
                     ",\"dise_codg\":\"I10.9\",\"lines\":[{\"med_list_codg\":\"XC10AAA001A\"},"
                     "{\"med_list_codg\":\"NO\",\"hilist_code\":\"HI1\"},"
                     "{\"med_list_codg\":\"NO\"},{}]}}");
    xz_event_enrich(&test.event, folder.reference, &counts);
    assert_int_equal(test.event.place.kind, XZ_INSTITUTION_PHARMACY);
    assert_int_equal(test.event.settlement.diagnosis.chronic, 1);
    assert_int_equal(test.event.settlement.lines[0].item.watch, 1);
    assert_int_equal(test.event.settlement.lines[1].item.watch, 0);
    assert_int_equal(test.event.settlement.lines[1].item.known, 1);
    assert_int_equal(test.event.settlement.lines[2].item.known, 0);
    assert_int_equal(counts.institutions_unknown, 0);
    assert_int_equal(counts.items_unknown, 1);
    assert_int_equal(counts.diagnoses_unknown, 0);
    case_good(&test, "{" MIN_ENVELOPE ",\"fixmedins_code\":\"Z\",\"settlement\":{" MIN_SETTLEMENT
                     ",\"dise_codg\":\"Z99\"}}");
    xz_event_enrich(&test.event, folder.reference, &counts);
    assert_int_equal(test.event.place.known, 0);
    assert_int_equal(counts.institutions_unknown, 1);
    assert_int_equal(counts.diagnoses_unknown, 1);
    case_good(&test, SETTLEMENT_WITH(""));
    xz_event_enrich(&test.event, folder.reference, &counts);
    assert_int_equal(counts.institutions_unknown, 1);
    case_close(&test);
    folder_close(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_institutions),
        cmocka_unit_test(test_items_and_diagnoses),
        cmocka_unit_test(test_malformed_rows_are_refused_with_their_line),
        cmocka_unit_test(test_no_folder_and_none_that_exists),
        cmocka_unit_test(test_an_event_is_enriched),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
