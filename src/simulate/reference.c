/* SPDX-License-Identifier: GPL-3.0-or-later */
/* simulate/reference.c - the reference files of the contract for the region that was made. */
#include "simulate/sim.h"

#include <errno.h>

static FILE *open_file(const char *dir, const char *name, struct xz_err *err)
{
    char path[4096];
    FILE *file = NULL;

    if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) < sizeof(path)) {
        file = fopen(path, "w");
    }
    if (file == NULL) {
        (void)xz_err_set(err, XZ_FATAL, "%s/%s: %s", dir, name, strerror(errno));
    }
    return file;
}

static enum xz_rc close_file(FILE *file, const char *name, struct xz_err *err)
{
    const bool bad = ferror(file) != 0;

    if (fclose(file) != 0 || bad) {
        return xz_err_set(err, XZ_FATAL, "%s: writing failed", name);
    }
    return XZ_OK;
}

/* Ages and sexes that are not limited stay empty. */
static void put_limits(FILE *file, int sex, int age_min, int age_max)
{
    char text[3][16] = {"", "", ""};

    if (sex) {
        (void)snprintf(text[0], sizeof(text[0]), "%d", sex);
    }
    if (age_min >= 0) {
        (void)snprintf(text[1], sizeof(text[1]), "%d", age_min);
    }
    if (age_max >= 0) {
        (void)snprintf(text[2], sizeof(text[2]), "%d", age_max);
    }
    (void)fprintf(file, "%s,%s,%s", text[0], text[1], text[2]);
}

static enum xz_rc write_institutions(const struct xz_simulation *sim, const char *dir,
                                     struct xz_err *err)
{
    static const char *const kinds[] = {"",
                                        "hospital",
                                        "clinic",
                                        "village_clinic",
                                        "nursing_home",
                                        "internet_hospital",
                                        "pharmacy",
                                        "online_pharmacy"};
    FILE *file = open_file(dir, "institutions.csv", err);

    if (file == NULL) {
        return XZ_FATAL;
    }
    (void)fputs("fixmedins_code,name,kind,hosp_lv,admdvs,lat,lon,beds,open,close\n", file);
    for (size_t i = 0; i < sim->site_count; i++) {
        const struct xz_sim_site *site = &sim->sites[i];
        (void)fprintf(file, "%s,%s,%s,%s,%s,%d.%06d,%d.%06d,%d,%02d:%02d,%02d:%02d\n", site->code,
                      site->name, kinds[site->kind], site->hosp_lv,
                      sim->counties[site->county].admdvs, site->lat_e6 / 1000000,
                      site->lat_e6 % 1000000, site->lon_e6 / 1000000, site->lon_e6 % 1000000,
                      site->beds, site->open_min / 60, site->open_min % 60, site->close_min / 60,
                      site->close_min % 60);
    }
    return close_file(file, "institutions.csv", err);
}

static enum xz_rc write_items(const char *dir, struct xz_err *err)
{
    FILE *file = open_file(dir, "items.csv", err);

    if (file == NULL) {
        return XZ_FATAL;
    }
    (void)fputs("code,name,kind,ingredient,sex,age_min,age_max,use,watch,list_price\n", file);
    for (size_t i = 0; i < xz_sim_item_count; i++) {
        const struct xz_sim_item *item = &xz_sim_items[i];
        (void)fprintf(file, "%s,%s,%s,%s,", item->code, item->name, item->kind, item->ingredient);
        put_limits(file, item->sex, item->age_min, item->age_max);
        (void)fprintf(file, ",%s,%d,%d.%02d\n", item->forbidden ? "forbidden" : "allowed",
                      item->watch, item->price_fen / 100, item->price_fen % 100);
    }
    return close_file(file, "items.csv", err);
}

static enum xz_rc write_diagnoses(const char *dir, struct xz_err *err)
{
    FILE *file = open_file(dir, "diagnoses.csv", err);

    if (file == NULL) {
        return XZ_FATAL;
    }
    (void)fputs("code,name,sex,age_min,age_max,chronic\n", file);
    for (size_t i = 0; i < xz_sim_diagnosis_count; i++) {
        const struct xz_sim_diagnosis *diagnosis = &xz_sim_diagnoses[i];
        (void)fprintf(file, "%s,%s,", diagnosis->code, diagnosis->name);
        put_limits(file, diagnosis->sex, diagnosis->age_min, diagnosis->age_max);
        (void)fprintf(file, ",%d\n", diagnosis->chronic);
    }
    return close_file(file, "diagnoses.csv", err);
}

enum xz_rc xz_simulation_write_reference(const struct xz_simulation *sim, const char *dir,
                                         struct xz_err *err)
{
    enum xz_rc rc = write_institutions(sim, dir, err);

    if (rc == XZ_OK) {
        rc = write_items(dir, err);
    }
    if (rc == XZ_OK) {
        rc = write_diagnoses(dir, err);
    }
    return rc;
}
