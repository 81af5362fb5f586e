/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Event to observation, observation to and from bytes, event to the record that is kept of it. */
#include "base/hash.h"
#include "base/mem.h"
#include "engine/engine_int.h"
#include "event/codec.h"

#define OBSERVATION_LATE   1u
#define OBSERVATION_BEHIND 2u
#define OBSERVATION_SENT   4u

int64_t xz_event_told_ms(const struct xz_event *event)
{
    return event->body == XZ_BODY_PERSON_STATUS ? event->inf_time_ms : event->at_ms;
}

void xz_observe(struct xz_event *event, const struct xz_source *source, int64_t newest_ms,
                struct xz_observation *observation)
{
    const struct xz_str person = xz_event_person(event);
    const int64_t told_ms = xz_event_told_ms(event);

    *observation = (struct xz_observation){
        .op = XZ_OBSERVATION_EVENT,
        .kind = person.len ? XZ_ENTITY_PERSON : XZ_ENTITY_TRACE,
        .behind_ms = newest_ms != INT64_MIN && told_ms < newest_ms ? newest_ms - told_ms : 0,
        .id = person.len ? person : event->trace_scan.drug_trac_codg,
        .source = *source,
        .event = event,
        .at_ms = event->at_ms,
    };
}

uint64_t xz_observation_route(const struct xz_observation *observation)
{
    return xz_entity_hash(observation->kind, observation->id);
}

static uint8_t flags_of(const struct xz_observation *observation)
{
    return (uint8_t)((observation->late ? OBSERVATION_LATE : 0) |
                     (observation->behind_ms > 0 ? OBSERVATION_BEHIND : 0) |
                     (observation->value_sent.len > 0 ? OBSERVATION_SENT : 0));
}

void xz_observation_encode(const struct xz_observation *observation, struct xz_buf *out)
{
    xz_buf_u8(out, observation->op);
    xz_buf_u8(out, observation->kind);
    xz_buf_u8(out, flags_of(observation));
    xz_buf_str(out, observation->id);
    xz_buf_uvar(out, observation->source.topic);
    xz_buf_svar(out, observation->source.partition);
    xz_buf_svar(out, observation->source.offset);
    xz_buf_svar(out, observation->at_ms);
    switch (observation->op) {
    case XZ_OBSERVATION_EVENT:
        if (observation->behind_ms > 0) {
            xz_buf_uvar(out, (uint64_t)observation->behind_ms);
        }
        if (observation->value_sent.len > 0) {
            xz_buf_str(out, observation->key_sent);
            xz_buf_str(out, observation->value_sent);
        }
        xz_event_encode(observation->event, out);
        break;
    case XZ_OBSERVATION_ADD: {
        const struct xz_record_context context = {.base_ms = observation->at_ms};
        xz_record_encode(observation->record, &context, out);
        break;
    }
    default:
        xz_buf_u64(out, observation->key);
        break;
    }
}

/* The years that the boundary lets through (base/time.h): what lies outside was not written by us,
 * and arithmetic of days may not hold for it. */
static bool is_of_this_age(int64_t at_ms)
{
    return at_ms >= xz_day_start_ms(xz_day_of_date(1900, 1, 1)) &&
           at_ms < xz_day_start_ms(xz_day_of_date(2201, 1, 1));
}

enum xz_rc xz_observation_decode(struct xz_reader *reader, struct xz_arena *arena,
                                 struct xz_event *event_storage, struct xz_observation *observation,
                                 struct xz_err *err)
{
    uint8_t flags;
    enum xz_rc rc = XZ_OK;

    memset(observation, 0, sizeof(*observation));
    observation->op = xz_read_u8(reader);
    observation->kind = xz_read_u8(reader);
    flags = xz_read_u8(reader);
    observation->late = (flags & OBSERVATION_LATE) != 0;
    observation->id = xz_read_str(reader);
    observation->source.topic = (uint16_t)xz_read_uvar(reader);
    observation->source.partition = (int32_t)xz_read_svar(reader);
    observation->source.offset = xz_read_svar(reader);
    observation->at_ms = xz_read_svar(reader);
    if (reader->bad || observation->kind == 0 || observation->kind >= XZ_ENTITY_COUNT ||
        !is_of_this_age(observation->at_ms)) {
        return xz_err_set(err, XZ_FATAL, "observation: malformed header");
    }
    switch (observation->op) {
    case XZ_OBSERVATION_EVENT:
        if ((flags & OBSERVATION_BEHIND) != 0) {
            observation->behind_ms = (int64_t)(xz_read_uvar(reader) & INT64_MAX);
        }
        if ((flags & OBSERVATION_SENT) != 0) {
            observation->key_sent = xz_read_str(reader);
            observation->value_sent = xz_read_str(reader);
        }
        rc = xz_event_decode_compact(reader, arena, event_storage, err);
        observation->event = event_storage;
        break;
    case XZ_OBSERVATION_ADD: {
        const struct xz_record_context context = {.base_ms = observation->at_ms};
        rc = xz_record_decode(reader, &context, &observation->record, err);
        break;
    }
    case XZ_OBSERVATION_UNDO:
    case XZ_OBSERVATION_REDO:
        observation->key = xz_read_u64(reader);
        break;
    default:
        rc =
            xz_err_set(err, XZ_FATAL, "observation: unknown kind of operation %d", observation->op);
        break;
    }
    if (rc == XZ_OK && reader->bad) {
        rc = xz_err_set(err, XZ_FATAL, "observation: cut short");
    }
    if (rc == XZ_OK &&
        ((observation->event != NULL && !is_of_this_age(observation->event->at_ms)) ||
         (observation->record != NULL && !is_of_this_age(observation->record->at_ms)))) {
        rc = xz_err_set(err, XZ_FATAL, "observation: of a time that no event can have");
    }
    if (rc != XZ_OK) {
        xz_record_free(observation->record);
        observation->record = NULL;
    }
    return rc;
}

/* ---- the record of an event ---- */

static void of_envelope(const struct xz_event *event, struct xz_record_draft *draft)
{
    const struct xz_place *place = &event->place;

    draft->text[XZ_TEXT_INSTITUTION] = event->fixmedins_code;
    draft->text[XZ_TEXT_OPERATOR] = event->opter;
    draft->text[XZ_TEXT_DEVICE] = event->dev_no;
    draft->text[XZ_TEXT_PLACE_ADMDVS] =
        event->mdtrtarea_admvs.len ? event->mdtrtarea_admvs : place->admdvs;
    draft->text[XZ_TEXT_INSURED_ADMDVS] = event->insuplc_admdvs;
    draft->head.institution_kind = place->kind;
    if (place->known && place->lat_e6 != INT32_MIN && place->lon_e6 != INT32_MIN) {
        draft->head.lat_e6 = place->lat_e6;
        draft->head.lon_e6 = place->lon_e6;
        draft->head.flags |= XZ_RECORD_PLACED;
    }
}

static bool is_chronic(const struct xz_settlement *settlement)
{
    return settlement->diagnosis.chronic == 1 ||
           (settlement->med_type.len >= 2 && memcmp(settlement->med_type.ptr, "14", 2) == 0);
}

static void of_settlement(const struct xz_event *event, struct xz_buf *codes, struct xz_buf *debits,
                          struct xz_record_draft *draft)
{
    const struct xz_settlement *settlement = &event->settlement;
    struct xz_record *head = &draft->head;

    head->kind = settlement->refd_setl_flag == 1 ? XZ_RECORD_REFUND : XZ_RECORD_SETTLEMENT;
    head->amount_fen = settlement->medfee_sumamt_fen;
    head->account_fen = settlement->acct_pay_fen;
    head->mulaid_fen = settlement->acct_mulaid_pay_fen;
    head->fund_fen = settlement->fund_pay_sumamt_fen;
    head->balance_fen = settlement->balc_fen;
    head->deductible_fen = settlement->act_pay_dedc_fen;
    head->begin_day = settlement->begndate;
    head->end_day = settlement->enddate;
    head->age_years = settlement->brdy == XZ_DAY_NONE
                          ? (int16_t)-1
                          : (int16_t)xz_age_years(settlement->brdy, event->at_ms);
    if (settlement->gend.len == 1 &&
        (settlement->gend.ptr[0] == '1' || settlement->gend.ptr[0] == '2')) {
        head->sex = (uint8_t)(settlement->gend.ptr[0] - '0');
    }
    head->flags |= xz_event_in_person(event) ? XZ_RECORD_PRESENT : 0;
    head->flags |= settlement->agnter_flag == 1 ? XZ_RECORD_PROXY : 0;
    head->flags |= settlement->online == 1 ? XZ_RECORD_ONLINE : 0;
    head->flags |= is_chronic(settlement) ? XZ_RECORD_CHRONIC : 0;
    draft->text[XZ_TEXT_SETL_ID] = settlement->setl_id;
    draft->text[XZ_TEXT_PERSON] = settlement->psn_no;
    draft->text[XZ_TEXT_MED_TYPE] = settlement->med_type;
    draft->text[XZ_TEXT_INSUTYPE] = settlement->insutype;
    draft->text[XZ_TEXT_PSN_TYPE] = settlement->psn_type;
    draft->text[XZ_TEXT_CREDENTIAL] = settlement->mdtrt_cert_type;
    draft->text[XZ_TEXT_SETL_TYPE] = settlement->setl_type;
    draft->text[XZ_TEXT_INVONO] = settlement->invono;
    draft->text[XZ_TEXT_INSU_STAS] = settlement->psn_insu_stas;
    draft->text[XZ_TEXT_DISEASE] = settlement->dise_codg;
    draft->text[XZ_TEXT_PROXY] = settlement->agnter_certno;
    if (head->kind == XZ_RECORD_REFUND) {
        draft->text[XZ_TEXT_PARTNER] = settlement->refd_setl_id;
    }
    xz_codes_pack(event, codes);
    draft->text[XZ_TEXT_CODES] = xz_buf_view(codes);
    if (settlement->debit_count > 0) {
        xz_debits_pack(settlement, debits);
        draft->text[XZ_TEXT_DEBITS] = xz_buf_view(debits);
    }
}

static void of_other_bodies(const struct xz_event *event, struct xz_record_draft *draft)
{
    struct xz_record *head = &draft->head;

    switch (event->body) {
    case XZ_BODY_ACCOUNT_MOVEMENT:
        head->kind = XZ_RECORD_MOVEMENT;
        head->detail = event->account_movement.movement;
        head->amount_fen = event->account_movement.amount_fen;
        head->balance_fen = event->account_movement.balc_after_fen;
        draft->text[XZ_TEXT_PERSON] = event->account_movement.psn_no;
        draft->text[XZ_TEXT_SETL_ID] = event->account_movement.setl_id;
        break;
    case XZ_BODY_CREDENTIAL:
        head->kind = XZ_RECORD_CREDENTIAL;
        head->detail = event->credential.action;
        draft->text[XZ_TEXT_PERSON] = event->credential.psn_no;
        break;
    case XZ_BODY_PERSON_STATUS:
        head->kind = XZ_RECORD_STATUS;
        head->detail = event->person_status.status;
        head->ref_ms = event->person_status.until_ms;
        draft->text[XZ_TEXT_PERSON] = event->person_status.psn_no;
        break;
    case XZ_BODY_MULAID_LINK:
        head->kind = XZ_RECORD_LINK;
        head->detail = event->mulaid_link.action;
        head->flags |= event->mulaid_link.link_type == XZ_LINK_TEMPORARY ? XZ_RECORD_TEMPORARY : 0;
        draft->text[XZ_TEXT_PERSON] = event->mulaid_link.giver_psn_no;
        draft->text[XZ_TEXT_PARTNER] = event->mulaid_link.recv_psn_no;
        if (event->mulaid_link.giver_admdvs.len > 0) {
            draft->text[XZ_TEXT_INSURED_ADMDVS] = event->mulaid_link.giver_admdvs;
        }
        if (event->mulaid_link.link_type == XZ_LINK_LONG) { /* the scheme matters for these alone */
            draft->text[XZ_TEXT_INSUTYPE] = event->mulaid_link.recv_insutype;
        }
        break;
    default:
        head->kind = XZ_RECORD_SCAN;
        head->detail = event->trace_scan.scan;
        draft->text[XZ_TEXT_PERSON] = event->trace_scan.psn_no;
        draft->text[XZ_TEXT_SETL_ID] = event->trace_scan.setl_id;
        draft->text[XZ_TEXT_PARTNER] = event->trace_scan.drug_trac_codg;
        break;
    }
}

void xz_record_of_event(const struct xz_event *event, const struct xz_observation *observation,
                        struct xz_buf *codes, struct xz_buf *debits, struct xz_record_draft *draft)
{
    xz_record_draft_init(draft);
    xz_buf_clear(codes);
    xz_buf_clear(debits);
    draft->head.at_ms = event->at_ms;
    draft->head.key = xz_hash_str(event->msgid);
    draft->head.content_hash = event->content_hash;
    draft->head.source = observation->source;
    draft->head.flags |= observation->late ? XZ_RECORD_LATE : 0;
    draft->head.flags |= event->channel == XZ_CHANNEL_LOAD ? XZ_RECORD_LOAD : 0;
    draft->text[XZ_TEXT_MSGID] = event->msgid;
    of_envelope(event, draft);
    if (event->body == XZ_BODY_SETTLEMENT) {
        of_settlement(event, codes, debits, draft);
    } else {
        of_other_bodies(event, draft);
    }
}
