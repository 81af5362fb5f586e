/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The names that `when` of one event may use: every field of the contract by its own name, and a
 * few that follow from several fields. */
#include "base/mem.h"
#include "engine/engine_int.h"
#include "event/field.h"

#define BODIES    XZ_BODY_COUNT
#define VARS_MAX  256
#define NO_OFFSET UINT16_MAX

/* What follows from more than one field; slots stand before those of the field table. */
enum {
    DERIVED_AGE = XZ_POLICY_SLOTS,
    DERIVED_SEX,
    DERIVED_RELATION,
    DERIVED_AGE_GAP,
    DERIVED_CROSS_PROVINCE,
    DERIVED_PROVINCE_PAIR,
    DERIVED_DEBITS_OUT_OF_ORDER,
    DERIVED_IN_PERSON,
    DERIVED_ACCOUNT_MONEY,
    DERIVED_MED_TYPE,
    DERIVED_INPATIENT,
    DERIVED_PROXY_BLOCK,
    DERIVED_FIRST_BODY,
    FIELD_SLOTS = DERIVED_FIRST_BODY + BODIES
};

struct field_slot { /* one name, wherever it stands */
    uint8_t type;
    uint16_t offset[BODIES];          /* by body; [0]: the envelope, any body */
    const char *const *names[BODIES]; /* of an enumeration, likewise */
};

static struct {
    bool ready;
    struct xz_var vars[VARS_MAX];
    size_t var_count;
    struct field_slot fields[VARS_MAX];
    size_t field_count;
    struct xz_var line_vars[64];
    struct field_slot line_fields[64];
    size_t line_count;
    struct xz_var debit_vars[8];
    struct field_slot debit_fields[8];
    size_t debit_count;
} table;

static struct xz_scope line_scope, debit_scope, event_scope;

static enum xz_type type_of(uint8_t field_type)
{
    switch (field_type) {
    case XZ_FIELD_STR:
    case XZ_FIELD_ENUM:
        return XZ_TYPE_STR;
    case XZ_FIELD_TIME:
    case XZ_FIELD_DATE:
        return XZ_TYPE_TIME;
    case XZ_FIELD_FLAG:
        return XZ_TYPE_BOOL;
    case XZ_FIELD_LINES:
    case XZ_FIELD_DEBITS:
    case XZ_FIELD_STRS:
        return XZ_TYPE_ITEMS;
    default:
        return XZ_TYPE_INT;
    }
}

static int64_t unit_of(uint8_t field_type)
{
    switch (field_type) {
    case XZ_FIELD_FEN:
        return 100;
    case XZ_FIELD_E4:
        return 10000;
    case XZ_FIELD_E6:
        return 1000000;
    default:
        return 1;
    }
}

static void load_int(int64_t number, int64_t none, struct xz_value *value)
{
    value->known = number != none;
    value->integer = number;
}

/* Reads a field of base in the type of the table; `where` is its place in offset[]. */
static void load_field(const struct field_slot *field, const void *base, unsigned where,
                       struct xz_value *value)
{
    const unsigned char *at = (const unsigned char *)base + field->offset[where];

    switch (field->type) {
    case XZ_FIELD_STR:
        memcpy(&value->text, at, sizeof(value->text));
        value->known = value->text.len > 0;
        break;
    case XZ_FIELD_ENUM:
        value->known = *at != 0;
        value->text = value->known ? xz_str_from(field->names[where][*at]) : XZ_STR_NONE;
        break;
    case XZ_FIELD_FLAG: {
        const int8_t flag = (int8_t)*at;
        value->known = flag >= 0;
        value->boolean = flag > 0;
        break;
    }
    case XZ_FIELD_DATE: {
        int32_t day;
        memcpy(&day, at, sizeof(day));
        value->known = day != XZ_DAY_NONE;
        value->integer = value->known ? xz_day_start_ms(day) : 0;
        break;
    }
    case XZ_FIELD_INT8:
        value->known = *at != 0;
        value->integer = (int8_t)*at;
        break;
    case XZ_FIELD_I16: {
        int16_t number;
        memcpy(&number, at, sizeof(number));
        load_int(number, -1, value);
        break;
    }
    case XZ_FIELD_I32: {
        int32_t number;
        memcpy(&number, at, sizeof(number));
        load_int(number, INT32_MIN, value);
        break;
    }
    default: {
        int64_t number;
        memcpy(&number, at, sizeof(number));
        load_int(number, XZ_NUM_NONE, value);
        break;
    }
    }
}

static void line_load(const void *ctx, uint16_t slot, struct xz_value *value)
{
    load_field(&table.line_fields[slot], ctx, 0, value);
}

static void debit_load(const void *ctx, uint16_t slot, struct xz_value *value)
{
    load_field(&table.debit_fields[slot], ctx, 0, value);
}

static int age_of(int32_t birth_day, int64_t at_ms)
{
    return birth_day == XZ_DAY_NONE ? -1 : xz_age_years(birth_day, at_ms);
}

/* Every giver before one that pays must be empty after what was taken (domain.md R8), and the
 * declared order must not go back. */
static void load_out_of_order(const struct xz_settlement *settlement, struct xz_value *value)
{
    bool money_left = false; /* with some giver before */

    value->known = settlement->debit_count > 1;
    value->boolean = false;
    for (uint32_t i = 0; i < settlement->debit_count; i++) {
        const struct xz_debit *debit = &settlement->mulaid_debits[i];
        const bool pays = debit->amount_fen != XZ_FEN_NONE && debit->amount_fen > 0;

        for (uint32_t k = 0; pays && k < i; k++) {
            const int64_t before = settlement->mulaid_debits[k].order_no;

            value->boolean =
                value->boolean || (before != XZ_NUM_NONE && debit->order_no != XZ_NUM_NONE &&
                                   debit->order_no < before);
        }
        value->boolean = value->boolean || (pays && money_left);
        money_left = money_left || (debit->balc_fen != XZ_FEN_NONE && debit->balc_fen > 0);
    }
}

static bool two_provinces(const struct xz_event *event, struct xz_str *left, struct xz_str *right)
{
    if (event->body == XZ_BODY_MULAID_LINK) {
        *left = event->mulaid_link.giver_admdvs;
        *right = event->mulaid_link.recv_admdvs;
    } else {
        *left = event->mdtrtarea_admvs.len ? event->mdtrtarea_admvs : event->place.admdvs;
        *right = event->insuplc_admdvs;
    }
    return left->len >= 2 && right->len >= 2;
}

/* "21-22", the smaller first, in static storage of the thread: read before the next load. */
static struct xz_str province_pair(struct xz_str left, struct xz_str right)
{
    static _Thread_local char text[5];
    const bool swap = memcmp(left.ptr, right.ptr, 2) > 0;

    memcpy(text, swap ? right.ptr : left.ptr, 2);
    text[2] = '-';
    memcpy(text + 3, swap ? left.ptr : right.ptr, 2);
    return (struct xz_str){text, 5};
}

static int64_t fen_or_zero(int64_t fen) { return fen == XZ_FEN_NONE ? 0 : fen; }

struct xz_str xz_event_policy_region(const struct xz_event *event)
{
    if (event->body == XZ_BODY_MULAID_LINK && event->mulaid_link.giver_admdvs.len) {
        return event->mulaid_link.giver_admdvs;
    }
    return event->insuplc_admdvs.len ? event->insuplc_admdvs : event->mdtrtarea_admvs;
}

bool xz_event_in_person(const struct xz_event *event)
{
    const struct xz_settlement *settlement = &event->settlement;

    return event->body == XZ_BODY_SETTLEMENT && !xz_str_eq(settlement->setl_type, XZ_STR("1")) &&
           settlement->online != 1 && settlement->agnter_flag != 1 &&
           event->place.kind != XZ_INSTITUTION_ONLINE_PHARMACY &&
           event->place.kind != XZ_INSTITUTION_INTERNET_HOSPITAL;
}

static void load_of_settlement(const struct xz_event_scope_ctx *ctx, uint16_t slot,
                               struct xz_value *value)
{
    const struct xz_event *event = ctx->event;
    const struct xz_settlement *settlement = &event->settlement;

    value->known = event->body == XZ_BODY_SETTLEMENT;
    if (!value->known) {
        return;
    }
    switch (slot) {
    case DERIVED_AGE:
        value->integer = age_of(settlement->brdy, event->at_ms);
        value->known = value->integer >= 0;
        break;
    case DERIVED_SEX:
        value->known = settlement->gend.len == 1 &&
                       (settlement->gend.ptr[0] == '1' || settlement->gend.ptr[0] == '2');
        value->integer = value->known ? settlement->gend.ptr[0] - '0' : 0;
        break;
    case DERIVED_DEBITS_OUT_OF_ORDER:
        load_out_of_order(settlement, value);
        break;
    case DERIVED_IN_PERSON:
        value->boolean = xz_event_in_person(event);
        break;
    case DERIVED_ACCOUNT_MONEY:
        value->known = settlement->acct_pay_fen != XZ_FEN_NONE ||
                       settlement->acct_mulaid_pay_fen != XZ_FEN_NONE;
        value->integer =
            fen_or_zero(settlement->acct_pay_fen) + fen_or_zero(settlement->acct_mulaid_pay_fen);
        break;
    case DERIVED_MED_TYPE:
        value->text = xz_pack_med_type(ctx->pack, settlement->med_type);
        break;
    case DERIVED_INPATIENT:
        value->boolean = settlement->begndate != XZ_DAY_NONE && settlement->enddate != XZ_DAY_NONE;
        break;
    case DERIVED_PROXY_BLOCK:
        value->boolean = settlement->agnter_present;
        break;
    default:
        value->known = false;
        break;
    }
}

static void load_of_places(const struct xz_event_scope_ctx *ctx, uint16_t slot,
                           struct xz_value *value)
{
    struct xz_str left, right;

    value->known = two_provinces(ctx->event, &left, &right);
    if (!value->known) {
        return;
    }
    if (slot == DERIVED_CROSS_PROVINCE) {
        value->boolean = memcmp(left.ptr, right.ptr, 2) != 0;
    } else {
        value->text = province_pair(left, right);
    }
}

static void load_of_link(const struct xz_event_scope_ctx *ctx, uint16_t slot,
                         struct xz_value *value)
{
    const struct xz_mulaid_link *link = &ctx->event->mulaid_link;

    value->known = ctx->event->body == XZ_BODY_MULAID_LINK;
    if (!value->known) {
        return;
    }
    if (slot == DERIVED_RELATION) {
        value->text = xz_pack_relation(ctx->pack, link->rlts);
        value->known = value->text.len > 0; /* of a code that no table knows nothing is guessed */
        return;
    }
    value->known = link->giver_brdy != XZ_DAY_NONE && link->recv_brdy != XZ_DAY_NONE;
    value->integer = value->known ? age_of(link->giver_brdy, ctx->event->at_ms) -
                                        age_of(link->recv_brdy, ctx->event->at_ms)
                                  : 0;
}

static void field_load(const struct xz_event *event, const struct field_slot *field,
                       struct xz_value *value)
{
    const unsigned where = field->offset[0] != NO_OFFSET ? 0 : event->body;

    value->known = field->offset[where] != NO_OFFSET;
    if (!value->known) {
        return;
    }
    if (field->type == XZ_FIELD_LINES) {
        value->items.first = event->settlement.lines;
        value->items.count = event->settlement.line_count;
        value->items.stride = sizeof(struct xz_line);
    } else if (field->type == XZ_FIELD_DEBITS) {
        value->items.first = event->settlement.mulaid_debits;
        value->items.count = event->settlement.debit_count;
        value->items.stride = sizeof(struct xz_debit);
    } else {
        load_field(field, event, where, value);
    }
}

static void event_load(const void *ctx_ptr, uint16_t slot, struct xz_value *value)
{
    const struct xz_event_scope_ctx *ctx = ctx_ptr;

    if (slot >= FIELD_SLOTS) {
        field_load(ctx->event, &table.fields[slot - FIELD_SLOTS], value);
    } else if (slot >= DERIVED_FIRST_BODY) {
        value->known = true;
        value->boolean = ctx->event->body == slot - DERIVED_FIRST_BODY;
    } else if (slot < XZ_POLICY_SLOTS) {
        xz_policy_load(ctx->policy, slot, value);
    } else if (slot == DERIVED_RELATION || slot == DERIVED_AGE_GAP) {
        load_of_link(ctx, slot, value);
    } else if (slot == DERIVED_CROSS_PROVINCE || slot == DERIVED_PROVINCE_PAIR) {
        load_of_places(ctx, slot, value);
    } else {
        load_of_settlement(ctx, slot, value);
    }
}

static const struct xz_var derived_vars[] = {
    {"age", XZ_TYPE_INT, DERIVED_AGE, 1, NULL},
    {"sex", XZ_TYPE_INT, DERIVED_SEX, 1, NULL},
    {"relation", XZ_TYPE_STR, DERIVED_RELATION, 1, NULL},
    {"age_gap", XZ_TYPE_INT, DERIVED_AGE_GAP, 1, NULL},
    {"cross_province", XZ_TYPE_BOOL, DERIVED_CROSS_PROVINCE, 1, NULL},
    {"province_pair", XZ_TYPE_STR, DERIVED_PROVINCE_PAIR, 1, NULL},
    {"debits_out_of_order", XZ_TYPE_BOOL, DERIVED_DEBITS_OUT_OF_ORDER, 1, NULL},
    {"in_person", XZ_TYPE_BOOL, DERIVED_IN_PERSON, 1, NULL},
    {"account_money", XZ_TYPE_INT, DERIVED_ACCOUNT_MONEY, 100, NULL},
    {"med_type", XZ_TYPE_STR, DERIVED_MED_TYPE, 1, NULL},
    {"inpatient", XZ_TYPE_BOOL, DERIVED_INPATIENT, 1, NULL},
    {"agnterinfo", XZ_TYPE_BOOL, DERIVED_PROXY_BLOCK, 1, NULL},
};

static void add_var(struct xz_var var) { table.vars[table.var_count++] = var; }

static bool is_derived(const char *name)
{
    for (size_t i = 0; i < sizeof(derived_vars) / sizeof(derived_vars[0]); i++) {
        if (strcmp(derived_vars[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static int body_of_group(uint8_t group)
{
    switch (group) {
    case XZ_GROUP_ENVELOPE:
        return 0;
    case XZ_GROUP_AGNTERINFO:
        return XZ_BODY_SETTLEMENT;
    default:
        return group - XZ_GROUP_SETTLEMENT + XZ_BODY_SETTLEMENT;
    }
}

static void add_event_field(const struct xz_field *field)
{
    const int body = body_of_group(field->group);
    size_t at = 0;

    while (at < table.field_count &&
           strcmp(table.vars[table.var_count - table.field_count + at].name, field->name) != 0) {
        at++;
    }
    if (at == table.field_count) {
        struct field_slot *slot = &table.fields[table.field_count++];

        slot->type = field->type;
        for (int i = 0; i < BODIES; i++) {
            slot->offset[i] = NO_OFFSET;
        }
        add_var((struct xz_var){field->name, type_of(field->type), (uint16_t)(FIELD_SLOTS + at),
                                unit_of(field->type),
                                field->type == XZ_FIELD_LINES    ? &line_scope
                                : field->type == XZ_FIELD_DEBITS ? &debit_scope
                                                                 : NULL});
    }
    table.fields[at].offset[body] = field->offset;
    table.fields[at].names[body] = field->names;
}

static void add_element_field(const struct xz_field *field, struct xz_var *vars,
                              struct field_slot *fields, size_t *count)
{
    fields[*count].type = field->type;
    fields[*count].names[0] = field->names;
    fields[*count].offset[0] = field->offset;
    vars[*count] = (struct xz_var){field->name, type_of(field->type), (uint16_t)*count,
                                   unit_of(field->type), NULL};
    (*count)++;
}

static void build(void)
{
    xz_fields_init();
    for (unsigned i = 0; i < XZ_POLICY_SLOTS; i++) {
        add_var(xz_policy_vars[i]);
    }
    for (size_t i = 0; i < sizeof(derived_vars) / sizeof(derived_vars[0]); i++) {
        add_var(derived_vars[i]);
    }
    for (int body = XZ_BODY_SETTLEMENT; body < XZ_BODY_COUNT; body++) {
        add_var((struct xz_var){xz_body_names[body], XZ_TYPE_BOOL,
                                (uint16_t)(DERIVED_FIRST_BODY + body), 1, NULL});
    }
    for (size_t i = 0; i < xz_field_count; i++) {
        const struct xz_field *field = &xz_fields[i];

        if (field->group == XZ_GROUP_LINE) {
            if (type_of(field->type) != XZ_TYPE_ITEMS) {
                add_element_field(field, table.line_vars, table.line_fields, &table.line_count);
            }
        } else if (field->group == XZ_GROUP_DEBIT) {
            add_element_field(field, table.debit_vars, table.debit_fields, &table.debit_count);
        } else if (field->group == XZ_GROUP_ENVELOPE && strcmp(field->name, "channel") == 0) {
            continue; /* how the record came, not what it says; bodies have a channel of their own
                       */
        } else if (!is_derived(field->name)) {
            add_event_field(field);
        }
    }
    line_scope = (struct xz_scope){"line", table.line_vars, table.line_count, line_load};
    debit_scope = (struct xz_scope){"debit", table.debit_vars, table.debit_count, debit_load};
    event_scope = (struct xz_scope){"event", table.vars, table.var_count, event_load};
    table.ready = true;
}

const struct xz_scope *xz_event_scope(void)
{
    if (!table.ready) {
        build();
    }
    return &event_scope;
}
