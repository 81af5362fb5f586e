/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * simulate/sim.h - private to the folder: the state of a simulation and what its parts call.
 *
 * It is a discrete-event simulation. A plan for the day puts intents ("this person wants to buy
 * at about this time") into a queue by event time; realising an intent in that order moves money,
 * decides lines and may add intents (a correction in five minutes). So balances are consistent in
 * event time, and an event that arrives on time is made when it is asked for and never stored.
 */
#ifndef XZ_SIMULATE_SIM_H
#define XZ_SIMULATE_SIM_H
#include "base/rng.h"
#include "base/time.h"
#include "simulate/simulate.h"

#define XZ_SIM_NONE UINT32_MAX
#define XZ_SIM_NEVER INT16_MAX /* of a day of the run */
#define XZ_SIM_COUNTERS_MAX 12
#define XZ_SIM_LINES_MAX 8
#define XZ_SIM_CODES_MAX 12 /* boxes of a line */
#define XZ_SIM_GIVERS_MAX 2
#define XZ_SIM_SPLITS 4 /* boxes that a site keeps open */
#define XZ_SIM_CITIES_MAX 5
#define XZ_SIM_COUNTIES_MAX 40

/* --- catalogue.c: what is sold and why ------------------------------------------------------ */
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
    uint8_t group; /* enum xz_sim_group */
    uint8_t sex;   /* 0 any */
    int16_t age_min, age_max; /* -1 none */
    bool forbidden, watch;
    int32_t price_fen; /* list price of a box or service */
    const char *chrgitm; /* med_chrgitm_type */
    uint8_t days;      /* that a box lasts; 0 not a drug */
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

/* --- region ---------------------------------------------------------------------------------- */
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
    double weight, upto; /* size; sum of sizes of the group up to and with this one */
    uint16_t price_permille; /* of the list price */
    uint8_t counters;
    bool scans;  /* uploads sales of boxes apart */
    bool stays;  /* reports admissions and discharges */
    uint16_t batch_day; /* of the month, 1..28: when its regulars come all together */
    uint32_t msgid_seq;
    int64_t counter_at_ms[XZ_SIM_COUNTERS_MAX];
    uint64_t shelf_code; /* a box that came back, 0 none */
    uint32_t shelf_item;
    uint64_t split_code[XZ_SIM_SPLITS];
    uint8_t split_left[XZ_SIM_SPLITS];
    uint32_t first_regular, regular_count; /* in sim->regulars */
};

/* --- people ---------------------------------------------------------------------------------- */
enum xz_sim_role { XZ_SIM_HEAD, XZ_SIM_SPOUSE, XZ_SIM_CHILD_OF, XZ_SIM_PARENT_OF };
#define XZ_SIM_ACCOUNT 1u    /* holds a personal account */
#define XZ_SIM_DEAD 2u
#define XZ_SIM_DORMANT 4u    /* healthy: no need at all */
#define XZ_SIM_HEAVY 8u      /* in a long-term outpatient programme */
#define XZ_SIM_ON_DIALYSIS 16u
#define XZ_SIM_COMMUTER 32u
#define XZ_SIM_REGULAR 64u   /* refills come by the site's batch day */
#define XZ_SIM_BARRED 128u   /* paused or terminated: no pooled fund */
#define XZ_SIM_CLOSED 256u   /* account closed */
#define XZ_SIM_CAST 512u     /* plays in a scheme */
#define XZ_SIM_CASH 1024u    /* does not use the account at hospitals */
#define XZ_SIM_TWO_PLACES 2048u /* often two hospitals on one day */
#define XZ_SIM_UNBORN 4096u
#define XZ_SIM_SILENT 8192u  /* a scheme keeps this person from acting */

struct xz_sim_person {
    int64_t balc_fen;
    int64_t last_at_ms; /* last time and place that showed presence */
    uint32_t last_site;
    uint32_t home; /* first member of the household; its members follow each other */
    uint32_t giver[XZ_SIM_GIVERS_MAX];
    uint32_t shop, clinic, hospital; /* usual sites */
    int32_t brdy;
    uint32_t credit_fen; /* a month */
    float clinic_rate, shop_rate; /* a day of factor 1 */
    float visit_fen; /* of a programme visit */
    float heavy_rate;
    uint16_t flags;
    uint16_t county, work_county, trip_county;
    int16_t clinic_due, shop_due, refill_due, heavy_due, trip_until, stay_until;
    uint8_t home_size, role, sex, insu; /* insu: index of the city of insurance */
    uint8_t psn_type, disease, interval, cert;
};

/* --- intents --------------------------------------------------------------------------------- */
enum xz_sim_kind {
    XZ_SIM_DO_REGISTER,
    XZ_SIM_DO_CLINIC,
    XZ_SIM_DO_EMERGENCY,
    XZ_SIM_DO_SHOP,
    XZ_SIM_DO_REFILL,
    XZ_SIM_DO_HEAVY,
    XZ_SIM_DO_DIALYSIS,
    XZ_SIM_DO_VACCINE,
    XZ_SIM_DO_CHECKUP,
    XZ_SIM_DO_SURGERY,
    XZ_SIM_DO_INPATIENT,
    XZ_SIM_DO_MANUAL, /* reimbursed at the agency */
    XZ_SIM_DO_AGAIN,  /* the sale in memo once more, same boxes */
    XZ_SIM_DO_REFUND, /* negative settlement of memo */
    XZ_SIM_SALES,     /* kinds below it make a settlement */
    XZ_SIM_DO_REVERSE,
    XZ_SIM_DO_SCAN,
    XZ_SIM_DO_STATUS,
    XZ_SIM_DO_BIRTH, /* happens; said later */
    XZ_SIM_DO_DEATH, /* likewise */
    XZ_SIM_DO_CREDIT,
    XZ_SIM_DO_MOVEMENT,
    XZ_SIM_DO_LINK,
    XZ_SIM_DO_CREDENTIAL
};

/* How a scheme's settlement departs from what an honest one would say. */
enum xz_sim_tweak {
    XZ_SIM_TWEAK_NONE,
    XZ_SIM_TWEAK_DRAIN,        /* amount: permille of the balance */
    XZ_SIM_TWEAK_ITEM,         /* item: this line */
    XZ_SIM_TWEAK_ORDER,        /* R8, both givers listed */
    XZ_SIM_TWEAK_ORDER_HIDDEN, /* R8, the first left out though it has money */
    XZ_SIM_TWEAK_EXCESS,       /* R9, other: permille above the personal part */
    XZ_SIM_TWEAK_CERT,         /* R10, other: whose credential */
    XZ_SIM_TWEAK_PROXY,        /* R11, other: 0 all empty, 1 no paper, 2 no relation */
    XZ_SIM_TWEAK_GIVER,        /* other pays as the giver of a temporary link */
    XZ_SIM_TWEAK_FUND,         /* the fund pays although it must not */
    XZ_SIM_TWEAK_ACCOUNT,      /* the account pays although it must not */
    XZ_SIM_TWEAK_THREE_FIRST,  /* R24: account empty, deductible begun */
    XZ_SIM_TWEAK_THREE_AGAIN,  /* R24: and the account pays again */
    XZ_SIM_TWEAK_NO_FILING     /* R25 */
};

#define XZ_SIM_PROXY 1u     /* someone of the household comes with both papers */
#define XZ_SIM_ONLINE_BUY 2u
#define XZ_SIM_SETTLED 4u   /* of a reversal: undoes a reversal */
#define XZ_SIM_QUIET_ID 8u  /* a scheme's event that is not itself part of the breach */
#define XZ_SIM_LOAD 16u     /* said once, before the log begins */
#define XZ_SIM_RETURNS 32u  /* of a reversal: the box goes back to the shelf */
#define XZ_SIM_RESELL 64u   /* of a reversal: a clerk mended a mistake and sells again */

struct xz_sim_sale;
struct xz_sim_intent {
    int64_t at_ms;
    int64_t amount_fen; /* 0: drawn */
    uint64_t code;      /* of a box; 0: a new one */
    uint64_t order;     /* breaks ties: first put, first out */
    struct xz_sim_sale *memo; /* owned by the intent; or NULL */
    uint32_t person, site, other, item;
    uint32_t scheme; /* index from 1; 0 innocent */
    uint8_t kind, tweak, flags, tries;
    uint8_t counter; /* 255: any */
    uint8_t cert;    /* 1..3; 0: as usual */
    uint8_t word;    /* status, movement, credential action, link action and type */
    uint8_t detail;  /* purpose, reason, relation */
    int16_t span;    /* days: of a stay, until the end of a suspension, since a death */
};

struct xz_sim_line {
    uint32_t item;
    int64_t cnt_e4, pric_e6, amount_fen;
    uint64_t code; /* first of `codes` consecutive ones */
    uint8_t codes;
    bool split, circulated;
    uint16_t days;
};
struct xz_sim_debit {
    uint32_t giver, order;
    int64_t amount_fen, balc_fen;
};
struct xz_sim_sale {
    int64_t at_ms;
    uint64_t setl_no, refd_no, mdtrt_no, invoice;
    char msgid[40]; /* of the event that said it last */
    const char *med_type;
    int64_t medfee_fen, fund_fen, part_fen, acct_fen, mulaid_fen, cash_fen, scope_fen, dedc_fen,
        balc_fen;
    struct xz_sim_debit debits[XZ_SIM_GIVERS_MAX];
    struct xz_sim_line lines[XZ_SIM_LINES_MAX];
    uint32_t person, site, proxy, cert_person, diagnosis, doctor;
    int32_t begndate, enddate;
    uint8_t line_count, debit_count, counter, cert;
    uint8_t proxy_missing; /* 0 nothing, 1 all, 2 paper, 3 relation */
    int8_t filing;         /* -1 not said */
    bool online, manual, stay;
};

/* An event with all it points to; filled in place, never moved. */
struct xz_sim_draft {
    struct xz_event event;
    struct xz_line lines[XZ_SIM_LINES_MAX];
    struct xz_str codes[XZ_SIM_LINES_MAX * XZ_SIM_CODES_MAX];
    struct xz_debit debits[XZ_SIM_GIVERS_MAX];
    uint32_t code_count, text_used;
    char text[6144];
};
struct xz_sim_held { /* waits for its arrival */
    int64_t arrival_ms;
    uint64_t order;
    struct xz_sim_draft *draft;
    bool again; /* a duplicate's second coming */
};

struct xz_sim_scheme {
    uint8_t pattern, intensity;
    uint32_t number;
    char subject[72];
};

struct xz_simulation {
    struct xz_simulation_config config;
    struct xz_rng rng, scheme_rng;
    struct xz_sim_city cities[XZ_SIM_CITIES_MAX];
    uint32_t city_count, home_cities;
    struct xz_sim_county counties[XZ_SIM_COUNTIES_MAX];
    uint32_t county_count, home_counties;
    struct xz_sim_site *sites;
    size_t site_count, site_cap;
    struct xz_sim_person *people;
    uint32_t people_count;
    int16_t *due; /* by person: the next day that the plan has to look at them */
    uint32_t *regulars; /* people, by site */
    uint32_t *accounts; /* people who hold one */
    uint32_t account_count;
    double *op_clinic, *op_shop; /* sums of day factors before day d; days + 1 */
    int32_t planned; /* days planned so far */
    struct xz_sim_intent *intents; /* heap */
    size_t intent_count, intent_cap;
    struct xz_sim_held *held; /* heap */
    size_t held_count, held_cap;
    uint64_t order, next_code, next_setl, next_mdtrt, next_invoice, agency_seq;
    int64_t start_ms, end_ms, arrival_ms;
    struct xz_sim_draft draft;         /* of events that arrive on time */
    struct xz_sim_draft *last;         /* held one that came out last: freed on the next call */
    struct xz_sim_scheme *schemes;     /* [0] unused */
    size_t scheme_count, scheme_cap;
    xz_simulation_truth_fn truth;
    void *truth_arg;
    struct xz_simulation_counts counts;
};

/* --- draw.c: random draws without libm, calendar -------------------------------------------- */
double xz_sim_exp(double x); /* by IEEE operations alone: the same on every machine */
double xz_sim_lognormal(struct xz_rng *rng, double median, double sigma);
bool xz_sim_chance(struct xz_rng *rng, double probability);
uint32_t xz_sim_between(struct xz_rng *rng, uint32_t low, uint32_t high); /* both ends included */
bool xz_sim_festival(int32_t day);
double xz_sim_day_factor(int32_t day, bool shop);
/* A second of the day at which someone comes to the site: hour curve, opening hours, and the waves
 * by which gaps at a counter get their heavy tail. */
int64_t xz_sim_draw_time(struct xz_simulation *sim, uint32_t site, int32_t day);
bool xz_sim_is_open(const struct xz_sim_site *site, int64_t at_ms);
int16_t xz_sim_due_after(const double *op, uint32_t days, int32_t day, double wait);

/* --- region.c, population.c, family.c --------------------------------------------------------- */
void xz_sim_region_init(struct xz_simulation *sim);
uint32_t xz_sim_pick_site(struct xz_simulation *sim, struct xz_rng *rng, uint32_t county,
                          enum xz_sim_site_group group);
double xz_sim_distance_km(const struct xz_sim_site *from, const struct xz_sim_site *to);
int64_t xz_sim_travel_ms(double km); /* what a person who hurries needs, waiting included */
void xz_sim_population_init(struct xz_simulation *sim);
int xz_sim_age(const struct xz_simulation *sim, uint32_t person, int64_t at_ms);
void xz_sim_set_due(struct xz_simulation *sim, uint32_t person);
uint32_t xz_sim_random_person(struct xz_simulation *sim);
uint32_t xz_sim_proxy_of(const struct xz_simulation *sim, uint32_t person); /* or XZ_SIM_NONE */
const char *xz_sim_relation(const struct xz_simulation *sim, uint32_t giver, uint32_t receiver);
void xz_sim_push_old_links(struct xz_simulation *sim);

/* --- queue.c ------------------------------------------------------------------------------------ */
struct xz_sim_intent xz_sim_intent_of(enum xz_sim_kind kind, uint32_t person, uint32_t site,
                                      int64_t at_ms);
void xz_sim_push(struct xz_simulation *sim, const struct xz_sim_intent *intent);
struct xz_sim_intent xz_sim_pop(struct xz_simulation *sim);
void xz_sim_hold(struct xz_simulation *sim, const struct xz_sim_held *held);
struct xz_sim_held xz_sim_release(struct xz_simulation *sim);

/* --- plan.c, plan_extra.c ------------------------------------------------------------------- */
void xz_sim_plan_day(struct xz_simulation *sim, int32_t day);       /* day of the run, from 0 */
void xz_sim_plan_extra(struct xz_simulation *sim, int32_t day);     /* lookalikes, life, clerks */
void xz_sim_plan_stay(struct xz_simulation *sim, uint32_t person, uint32_t site, int32_t day,
                      int32_t nights, bool say);
uint32_t xz_sim_county_today(const struct xz_simulation *sim, uint32_t person, int32_t day,
                             bool working_hours);

/* --- sale.c, split.c --------------------------------------------------------------------------- */
void xz_sim_sale_lines(struct xz_simulation *sim, const struct xz_sim_intent *intent,
                       struct xz_sim_sale *sale);
void xz_sim_sale_split(struct xz_simulation *sim, const struct xz_sim_intent *intent,
                       struct xz_sim_sale *sale);
void xz_sim_sale_undo(struct xz_simulation *sim, const struct xz_sim_sale *sale);
void xz_sim_sale_redo(struct xz_simulation *sim, struct xz_sim_sale *sale);
void xz_sim_line_add(struct xz_simulation *sim, struct xz_sim_sale *sale, uint32_t item,
                     uint32_t boxes);

/* --- realise.c, say.c ----------------------------------------------------------------------- */
/* Makes the intent happen. False: it came to nothing, or was put off. */
bool xz_sim_realise(struct xz_simulation *sim, struct xz_sim_intent *intent,
                    struct xz_sim_draft *draft);
void xz_sim_say_sale(struct xz_simulation *sim, struct xz_sim_sale *sale,
                     struct xz_sim_draft *draft);
void xz_sim_say_envelope(struct xz_simulation *sim, struct xz_sim_draft *draft, uint32_t person,
                         uint32_t site, uint32_t counter, int64_t at_ms, const char *infno);
bool xz_sim_say_other(struct xz_simulation *sim, const struct xz_sim_intent *intent,
                      struct xz_sim_draft *draft);
struct xz_str xz_sim_text(struct xz_sim_draft *draft, const char *format, ...) XZ_PRINTF(2, 3);
struct xz_str xz_sim_psn_no(const struct xz_simulation *sim, struct xz_sim_draft *draft,
                            uint32_t person);
void xz_sim_psn_text(const struct xz_simulation *sim, uint32_t person, char text[static 20]);
void xz_sim_code_text(uint32_t item, uint64_t code, char text[static 24]);

/* --- schemes ------------------------------------------------------------------------------------ */
struct xz_sim_stage { /* what a scheme's author works with */
    struct xz_simulation *sim;
    struct xz_rng *rng;
    uint32_t scheme; /* index */
    enum xz_intensity intensity;
    int32_t day; /* of the run: where it begins */
    int32_t span; /* days from there to the end of the run, at least 1 */
};
void xz_sim_schemes_init(struct xz_simulation *sim);
/* Someone not yet cast who has an account with at least so much in it; XZ_SIM_NONE if none. */
uint32_t xz_sim_cast(struct xz_sim_stage *stage, int64_t balance_min_fen);
uint32_t xz_sim_cast_member(struct xz_sim_stage *stage, bool (*fits)(const struct xz_simulation *sim,
                                                                     uint32_t person));
void xz_sim_subject_person(struct xz_sim_stage *stage, uint32_t person);
void xz_sim_subject_text(struct xz_sim_stage *stage, const char *text);
struct xz_sim_intent xz_sim_act(const struct xz_sim_stage *stage, enum xz_sim_kind kind,
                                uint32_t person, uint32_t site, int64_t at_ms);
int64_t xz_sim_stage_time(const struct xz_sim_stage *stage, int32_t day, uint32_t hour,
                          uint32_t minute); /* seconds are drawn */
uint32_t xz_sim_stage_shop(struct xz_sim_stage *stage, uint32_t county);
typedef void (*xz_sim_scheme_fn)(struct xz_sim_stage *stage);
void xz_sim_t01(struct xz_sim_stage *stage);
void xz_sim_t02(struct xz_sim_stage *stage);
void xz_sim_t03(struct xz_sim_stage *stage);
void xz_sim_t04(struct xz_sim_stage *stage);
void xz_sim_t05(struct xz_sim_stage *stage);
void xz_sim_t09(struct xz_sim_stage *stage);
void xz_sim_t11(struct xz_sim_stage *stage);
void xz_sim_t12(struct xz_sim_stage *stage);
void xz_sim_t13(struct xz_sim_stage *stage);
void xz_sim_t16(struct xz_sim_stage *stage);
void xz_sim_link_rule(struct xz_sim_stage *stage); /* R1-R7 */
void xz_sim_use_rule(struct xz_sim_stage *stage);  /* R8-R12, R15, R24-R26 */
void xz_sim_r13(struct xz_sim_stage *stage);
void xz_sim_movement_rule(struct xz_sim_stage *stage); /* R14, R16, R17, R20 */
/* What a settlement, movement or link of a scheme says that an honest one would not. */
void xz_sim_tweak_link(struct xz_simulation *sim, const struct xz_sim_intent *intent,
                       struct xz_sim_draft *draft);
void xz_sim_tweak_movement(struct xz_simulation *sim, const struct xz_sim_intent *intent,
                           struct xz_sim_draft *draft);
void xz_sim_tweak_sale(struct xz_simulation *sim, const struct xz_sim_intent *intent,
                       struct xz_sim_sale *sale);
const char *xz_sim_subject_kind(uint32_t pattern);

#endif
