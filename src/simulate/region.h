/* SPDX-License-Identifier: GPL-3.0-or-later */
/* simulate/region.h - cities, counties, institutions; people and their lasting traits. Days are
 * days of the run, from 0. */
#ifndef XZ_SIMULATE_REGION_H
#define XZ_SIMULATE_REGION_H
#include <stdbool.h>
#include <stdint.h>

#define XZ_SIM_NONE         UINT32_MAX
#define XZ_SIM_NEVER        INT16_MAX /* of a day of the run */
#define XZ_SIM_COUNTERS_MAX 12
#define XZ_SIM_GIVERS_MAX   2
#define XZ_SIM_SPLITS       4 /* boxes that a site keeps open */
#define XZ_SIM_CITIES_MAX   5
#define XZ_SIM_COUNTIES_MAX 40

enum xz_sim_site_group { /* sites of a county stand together by group */
                         XZ_SIM_TERTIARY,
                         XZ_SIM_SECONDARY,
                         XZ_SIM_PRIMARY,
                         XZ_SIM_CLINIC,
                         XZ_SIM_VILLAGE,
                         XZ_SIM_NURSING,
                         XZ_SIM_SHOP,
                         XZ_SIM_INTERNET,
                         XZ_SIM_ONLINE,
                         XZ_SIM_SITE_GROUPS
};

struct xz_sim_city {
    char admdvs[8];
    uint16_t first_county, county_count;
    int32_t lat_e6, lon_e6;
    bool foreign; /* another province: nobody lives there, people travel there */
};
struct xz_sim_county {
    char admdvs[8];
    uint8_t city;
    int32_t lat_e6, lon_e6;
    double share; /* of the region's people */
    uint32_t first_site[XZ_SIM_SITE_GROUPS], site_count[XZ_SIM_SITE_GROUPS];
};
struct xz_sim_site {
    char code[16];
    char name[64];
    uint8_t kind;  /* enum xz_institution_kind */
    uint8_t group; /* enum xz_sim_site_group */
    const char *hosp_lv;
    uint16_t county;
    int32_t lat_e6, lon_e6;
    int16_t open_min, close_min;
    int32_t beds;
    double weight, upto;     /* size; sum of sizes of the group up to and with this one */
    uint16_t price_permille; /* of the list price */
    uint8_t counters;
    bool scans;         /* uploads sales of boxes apart */
    bool stays;         /* reports admissions and discharges */
    uint16_t batch_day; /* of the month, 1..28: when its regulars come all together */
    uint32_t msgid_seq;
    int64_t counter_at_ms[XZ_SIM_COUNTERS_MAX];
    uint64_t shelf_code; /* a box that came back, 0 none */
    uint32_t shelf_item;
    uint64_t split_code[XZ_SIM_SPLITS];
    uint8_t split_left[XZ_SIM_SPLITS];
    uint32_t first_regular, regular_count; /* in sim->regulars */
};

enum xz_sim_role { XZ_SIM_HEAD, XZ_SIM_SPOUSE, XZ_SIM_CHILD_OF, XZ_SIM_PARENT_OF };
#define XZ_SIM_ACCOUNT     1u /* holds a personal account */
#define XZ_SIM_DEAD        2u
#define XZ_SIM_DORMANT     4u /* healthy: no need at all */
#define XZ_SIM_HEAVY       8u /* in a long-term outpatient programme */
#define XZ_SIM_ON_DIALYSIS 16u
#define XZ_SIM_COMMUTER    32u
#define XZ_SIM_REGULAR     64u   /* refills come by the site's batch day */
#define XZ_SIM_BARRED      128u  /* paused or terminated: no pooled fund */
#define XZ_SIM_CLOSED      256u  /* account closed */
#define XZ_SIM_CAST        512u  /* plays in a scheme */
#define XZ_SIM_CASH        1024u /* does not use the account at hospitals */
#define XZ_SIM_TWO_PLACES  2048u /* often two hospitals on one day */
#define XZ_SIM_UNBORN      4096u
#define XZ_SIM_SILENT      8192u /* a scheme keeps this person from acting */

struct xz_sim_person {
    int64_t balc_fen;
    int64_t last_at_ms; /* last time and place that showed presence */
    uint32_t last_site;
    uint32_t home; /* first member of the household; its members follow each other */
    uint32_t giver[XZ_SIM_GIVERS_MAX];
    uint32_t shop, clinic, hospital; /* usual sites */
    int32_t brdy;
    uint32_t credit_fen;          /* a month */
    float clinic_rate, shop_rate; /* a day of factor 1 */
    float visit_fen;              /* of a programme visit */
    float heavy_rate;
    uint16_t flags;
    uint16_t county, work_county, trip_county;
    int16_t clinic_due, shop_due, refill_due, heavy_due, trip_until, stay_from, stay_until;
    uint8_t home_size, role, sex, insu; /* insu: index of the city of insurance */
    uint8_t psn_type, disease, interval, cert;
};

#endif
