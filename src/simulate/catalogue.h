/* SPDX-License-Identifier: GPL-3.0-or-later */
/* simulate/catalogue.h - what is sold, and why people come. */
#ifndef XZ_SIMULATE_CATALOGUE_H
#define XZ_SIMULATE_CATALOGUE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum xz_sim_group { /* of items; items of a group stand together in the table */
                    XZ_SIM_COLD,
                    XZ_SIM_GASTRO,
                    XZ_SIM_PAIN,
                    XZ_SIM_ANTIBIOTIC,
                    XZ_SIM_CHILD,
                    XZ_SIM_OTC,
                    XZ_SIM_PRESSURE,
                    XZ_SIM_SUGAR,
                    XZ_SIM_LIPID,
                    XZ_SIM_HEART,
                    XZ_SIM_KIDNEY,
                    XZ_SIM_LUNG,
                    XZ_SIM_CANCER,
                    XZ_SIM_LUXURY,
                    XZ_SIM_WOMEN,
                    XZ_SIM_MEN,
                    XZ_SIM_EXAM,
                    XZ_SIM_LAB,
                    XZ_SIM_TREATMENT,
                    XZ_SIM_BED,
                    XZ_SIM_SURGERY,
                    XZ_SIM_REGISTER,
                    XZ_SIM_VACCINE,
                    XZ_SIM_CHECKUP,
                    XZ_SIM_DIALYSIS,
                    XZ_SIM_COSMETIC,
                    XZ_SIM_GROUPS
};

struct xz_sim_item {
    const char *code, *name, *kind, *ingredient;
    uint8_t group;            /* enum xz_sim_group */
    uint8_t sex;              /* 0 any */
    int16_t age_min, age_max; /* -1 none */
    bool forbidden, watch;
    int32_t price_fen;   /* list price of a box or service */
    const char *chrgitm; /* med_chrgitm_type */
    uint8_t days;        /* that a box lasts; 0 not a drug */
};
struct xz_sim_diagnosis {
    const char *code, *name;
    uint8_t sex;
    int16_t age_min, age_max;
    bool chronic;
    uint8_t group;  /* of the drugs for it */
    uint8_t weight; /* among acute reasons to come; 0 not an acute one */
};
extern const struct xz_sim_item xz_sim_items[];
extern const size_t xz_sim_item_count;
extern const struct xz_sim_diagnosis xz_sim_diagnoses[];
extern const size_t xz_sim_diagnosis_count;

/* First item of a group and how many. */
void xz_sim_group_range(enum xz_sim_group group, uint32_t *first, uint32_t *count);
bool xz_sim_item_fits(const struct xz_sim_item *item, int sex, int age);
bool xz_sim_diagnosis_fits(const struct xz_sim_diagnosis *diagnosis, int sex, int age);
uint32_t xz_sim_diagnosis_find(const char *code); /* aborts on a code that is not in the table */

#endif
