/* SPDX-License-Identifier: GPL-3.0-or-later */
/* simulate/other.c - what is not a settlement: life and insurance status, account movements,
 * mutual-aid links, credentials. */
#include "simulate/sim.h"

#include <assert.h>
#include <stdbool.h>

/* Who: the agency for links and movements, the hospital for stays. */
static void begin(struct xz_simulation *sim, const struct xz_sim_intent *intent,
                  struct xz_sim_draft *draft, enum xz_body body, const char *infno)
{
    xz_sim_say_envelope(sim, draft, intent->person, intent->site,
                        intent->counter == 255 ? 0 : intent->counter, intent->at_ms, infno);
    draft->event.body = (uint8_t)body;
    if (intent->flags & XZ_SIM_LOAD) {
        draft->event.channel = XZ_CHANNEL_LOAD;
    }
}

static bool say_status(struct xz_simulation *sim, const struct xz_sim_intent *intent,
                       struct xz_sim_draft *draft)
{
    struct xz_sim_person *who = &sim->people[intent->person];
    struct xz_person_status *body = &draft->event.person_status;
    const bool stay = intent->word == XZ_STATUS_ADMITTED || intent->word == XZ_STATUS_DISCHARGED;

    begin(sim, intent, draft, XZ_BODY_PERSON_STATUS,
          intent->word == XZ_STATUS_ADMITTED ? "2401"
          : stay                             ? "2402"
                                             : "");
    *body = (struct xz_person_status){.status = intent->word, .until_ms = XZ_TIME_NONE};
    body->psn_no = xz_sim_psn_no(sim, draft, intent->person);
    body->effective_time_ms = intent->at_ms;
    if (stay) {
        body->mdtrt_id = xz_sim_text(draft, "M%011llu", (unsigned long long)intent->code);
    } else if (intent->code) {
        body->effective_time_ms = (int64_t)intent->code;
    }
    draft->event.at_ms = body->effective_time_ms;
    if (intent->word == XZ_STATUS_SUSPENDED) {
        body->until_ms = xz_day_start_ms(xz_day_of(intent->at_ms) + intent->span);
    } else if (intent->word == XZ_STATUS_PAUSED || intent->word == XZ_STATUS_TERMINATED) {
        who->flags |= XZ_SIM_BARRED;
    } else if (intent->word == XZ_STATUS_INSURED) {
        who->flags &= (uint16_t)~XZ_SIM_BARRED;
    }
    return true;
}

static void later(struct xz_simulation *sim, const struct xz_sim_intent *intent,
                  enum xz_status status, int64_t at_ms)
{
    struct xz_sim_intent report =
        xz_sim_intent_of(XZ_SIM_DO_STATUS, intent->person, XZ_SIM_NONE, at_ms);

    report.word = (uint8_t)status;
    report.code = (uint64_t)intent->at_ms; /* the effective time */
    xz_sim_push(sim, &report);
}

/* Deaths reach the agency days to months later; births are insured afterwards, from birth. */
static void happen(struct xz_simulation *sim, const struct xz_sim_intent *intent)
{
    struct xz_sim_person *who = &sim->people[intent->person];
    struct xz_rng *rng = &sim->rng;

    if (intent->kind == XZ_SIM_DO_DEATH) {
        if (who->flags & XZ_SIM_DEAD) {
            return;
        }
        who->flags |= XZ_SIM_DEAD;
        const int64_t delay =
            intent->span > 0
                ? intent->span * XZ_DAY_MS
                : XZ_DAY_MS + (int64_t)(xz_rng_exponential(rng) * 12 * 24) * XZ_HOUR_MS;
        later(sim, intent, XZ_STATUS_DEATH, intent->at_ms + delay);
    } else {
        who->flags &= (uint16_t)~XZ_SIM_UNBORN;
        struct xz_sim_intent care = xz_sim_intent_of(XZ_SIM_DO_CLINIC, intent->person,
                                                     who->hospital, intent->at_ms + 3 * XZ_DAY_MS);
        care.other = xz_sim_diagnosis_find("P59.900");
        xz_sim_push(sim, &care);
        later(sim, intent, XZ_STATUS_INSURED,
              intent->at_ms + (int64_t)xz_sim_between(rng, 8, 40) * XZ_DAY_MS);
    }
}

static bool say_movement(struct xz_simulation *sim, const struct xz_sim_intent *intent,
                         struct xz_sim_draft *draft)
{
    struct xz_sim_person *who = &sim->people[intent->person];
    struct xz_account_movement *body = &draft->event.account_movement;
    const bool credit = intent->kind == XZ_SIM_DO_CREDIT;
    int64_t amount = credit ? (int64_t)who->credit_fen : intent->amount_fen;

    if (intent->scheme == 0 && (who->flags & (XZ_SIM_DEAD | XZ_SIM_CLOSED | XZ_SIM_BARRED)) &&
        (credit || intent->word != XZ_MOVEMENT_WITHDRAW_CLOSE)) {
        return false;
    }
    if (intent->word == XZ_MOVEMENT_WITHDRAW_CLOSE) {
        amount = who->balc_fen;
        who->flags |= XZ_SIM_CLOSED;
    } else if (!credit && amount > who->balc_fen) {
        if (intent->scheme == 0) {
            return false;
        }
        amount = who->balc_fen;
    }
    begin(sim, intent, draft, XZ_BODY_ACCOUNT_MOVEMENT, "");
    *body = (struct xz_account_movement){.movement = credit ? XZ_MOVEMENT_CREDIT : intent->word,
                                         .amount_fen = amount};
    body->psn_no = xz_sim_psn_no(sim, draft, intent->person);
    body->balc_before_fen = who->balc_fen;
    who->balc_fen += credit ? amount : -amount;
    body->balc_after_fen = who->balc_fen;
    body->maker = draft->event.opter;
    body->checker = xz_sim_text(draft, "CK%02u", (unsigned)(sim->agency_seq % 5));
    if (intent->word == XZ_MOVEMENT_WITHDRAW_CLOSE && !credit) {
        body->reason = xz_sim_text(draft, "%u", (unsigned)intent->detail);
        body->evidence_no = xz_sim_text(draft, "E%010llu", (unsigned long long)++sim->next_invoice);
    } else if (intent->word == XZ_MOVEMENT_PREMIUM) {
        body->purpose = XZ_STR("premium");
    } else if (intent->word == XZ_MOVEMENT_OTHER_USE) {
        body->purpose = XZ_STR("commercial_insurance");
    }
    if (intent->scheme) {
        xz_sim_tweak_movement(sim, intent, draft);
    }
    return true;
}

static struct xz_str scheme_of(const struct xz_simulation *sim, uint32_t person)
{
    return xz_str_from(sim->people[person].psn_type <= 12 ? "310" : "390");
}

static bool say_link(struct xz_simulation *sim, const struct xz_sim_intent *intent,
                     struct xz_sim_draft *draft)
{
    const struct xz_sim_person *giver = &sim->people[intent->person];
    const struct xz_sim_person *receiver = &sim->people[intent->other];
    struct xz_mulaid_link *body = &draft->event.mulaid_link;

    if (intent->scheme == 0 &&
        ((giver->flags | receiver->flags) & (XZ_SIM_DEAD | XZ_SIM_UNBORN | XZ_SIM_BARRED))) {
        return false;
    }
    begin(sim, intent, draft, XZ_BODY_MULAID_LINK, "N0410");
    *body = (struct xz_mulaid_link){
        .action = intent->word == XZ_LINK_REVOKE ? XZ_LINK_REVOKE : XZ_LINK_GRANT,
        .link_type = (intent->flags & XZ_SIM_SETTLED) ? XZ_LINK_TEMPORARY : XZ_LINK_LONG,
        .order_no = intent->detail ? intent->detail : 1};
    body->giver_psn_no = xz_sim_psn_no(sim, draft, intent->person);
    body->recv_psn_no = xz_sim_psn_no(sim, draft, intent->other);
    const char *relation = xz_sim_relation(sim, intent->person, intent->other);
    body->rlts = xz_str_from(relation ? relation : "child");
    body->giver_insutype = scheme_of(sim, intent->person);
    body->recv_insutype = scheme_of(sim, intent->other);
    body->giver_psn_insu_stas = body->recv_psn_insu_stas = XZ_STR("1");
    body->giver_admdvs = xz_str_from(sim->cities[giver->insu].admdvs);
    body->recv_admdvs = xz_str_from(sim->cities[receiver->insu].admdvs);
    body->giver_brdy = giver->brdy;
    body->recv_brdy = receiver->brdy;
    body->channel = xz_str_from((intent->flags & XZ_SIM_LOAD) ? "" : "app");
    if (intent->scheme) {
        xz_sim_tweak_link(sim, intent, draft);
    } else if (body->link_type == XZ_LINK_LONG && receiver->giver[0] == XZ_SIM_NONE) {
        sim->people[intent->other].giver[0] = intent->person; /* used from now on */
    }
    return true;
}

static bool say_credential(struct xz_simulation *sim, const struct xz_sim_intent *intent,
                           struct xz_sim_draft *draft)
{
    struct xz_credential *body = &draft->event.credential;

    if (sim->people[intent->person].flags & (XZ_SIM_DEAD | XZ_SIM_UNBORN)) {
        return false;
    }
    begin(sim, intent, draft, XZ_BODY_CREDENTIAL, "");
    *body = (struct xz_credential){.action = intent->word, .channel = XZ_STR("app")};
    body->psn_no = xz_sim_psn_no(sim, draft, intent->person);
    draft->event.opter = XZ_STR_NONE;
    draft->event.opter_type = XZ_STR("3");
    draft->event.dev_no = xz_sim_text(draft, "PH%010u", (unsigned)(intent->person * 2654435761u));
    return true;
}

bool xz_sim_say_other(struct xz_simulation *sim, const struct xz_sim_intent *intent,
                      struct xz_sim_draft *draft)
{
    bool said = false;

    switch ((enum xz_sim_kind)intent->kind) {
    case XZ_SIM_DO_STATUS:
        said = say_status(sim, intent, draft);
        break;
    case XZ_SIM_DO_BIRTH:
    case XZ_SIM_DO_DEATH:
        happen(sim, intent);
        break;
    case XZ_SIM_DO_CREDIT:
    case XZ_SIM_DO_MOVEMENT:
        said = say_movement(sim, intent, draft);
        break;
    case XZ_SIM_DO_LINK:
        said = say_link(sim, intent, draft);
        break;
    case XZ_SIM_DO_CREDENTIAL:
        said = say_credential(sim, intent, draft);
        break;
    default:
        assert(false);
        break; /* a kind without a body */
    }
    return said;
}

void xz_sim_push_old_links(struct xz_simulation *sim)
{
    for (uint32_t person = 0; person < sim->people_count; person++) {
        for (uint32_t i = 0; i < XZ_SIM_GIVERS_MAX; i++) {
            const uint32_t giver = sim->people[person].giver[i];
            if (giver == XZ_SIM_NONE) {
                continue;
            }
            struct xz_sim_intent intent =
                xz_sim_intent_of(XZ_SIM_DO_LINK, giver, XZ_SIM_NONE, sim->start_ms - XZ_HOUR_MS);
            intent.other = person;
            intent.word = XZ_LINK_GRANT;
            intent.detail = (uint8_t)(i + 1);
            intent.flags = XZ_SIM_LOAD;
            xz_sim_push(sim, &intent);
        }
    }
}
