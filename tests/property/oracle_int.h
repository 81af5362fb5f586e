/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tests/property/oracle_int.h - the words that the recount of rules and of measures share. */
#ifndef XZ_TEST_PROPERTY_ORACLE_INT_H
#define XZ_TEST_PROPERTY_ORACLE_INT_H
#include "base/time.h"
#include "oracle.h"

/* The accepted event at place n of the order by time. */
static inline const struct oracle_event *nth(const struct oracle *oracle, uint32_t n)
{
    return &oracle->events[oracle->by_time[n]];
}

/* A settlement that was not taken back and takes none back. */
static inline bool ticket_stands(const struct oracle_event *event)
{
    return event->event->body == XZ_BODY_SETTLEMENT &&
           event->event->settlement.refd_setl_flag != 1 && !event->undone;
}

static inline bool of_person(const struct oracle_event *event, struct xz_str person)
{
    return xz_str_eq(xz_event_person(event->event), person);
}

static inline int64_t or_zero(int64_t fen) { return fen == XZ_FEN_NONE ? 0 : fen; }

/* codes/outpatient_or_pharmacy.csv, after the fallback of long codes to their first two digits. */
static inline bool outpatient_or_pharmacy(struct xz_str med_type)
{
    static const char *const codes[] = {"11", "12", "13", "14", "15", "16", "41", "51"};

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if ((med_type.len == 2 || med_type.len >= 4) && memcmp(med_type.ptr, codes[i], 2) == 0) {
            return true;
        }
    }
    return false;
}

/* Contract, "Presence". */
static inline bool was_there(const struct xz_event *event)
{
    return !xz_str_eq(event->settlement.setl_type, XZ_STR("1")) && event->settlement.online != 1 &&
           event->settlement.agnter_flag != 1 &&
           event->place.kind != XZ_INSTITUTION_ONLINE_PHARMACY &&
           event->place.kind != XZ_INSTITUTION_INTERNET_HOSPITAL;
}

static inline bool has_stay_dates(const struct xz_event *event)
{
    return event->settlement.begndate != XZ_DAY_NONE && event->settlement.enddate != XZ_DAY_NONE;
}

#endif
