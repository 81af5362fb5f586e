/* SPDX-License-Identifier: GPL-3.0-or-later */
/* event/mapping_int.h - a loaded mapping; private to event/. README.md tells how one is written. */
#ifndef XZ_EVENT_MAPPING_INT_H
#define XZ_EVENT_MAPPING_INT_H
#include "base/yaml.h"
#include "event/csv.h"
#include "event/field_int.h"
#include "event/mapping.h"

#define XZ_MAPPING_JOINED_MAX  4
#define XZ_MAPPING_LINES_MAX   64
#define XZ_MAPPING_SOURCES_MAX 1024 /* of the event and of all its lines */
#define XZ_MAPPING_SCALE_ONE   INT64_C(1000000)

enum xz_mapping_unit { /* of the number in the cell */
                       XZ_UNIT_NONE,
                       XZ_UNIT_YUAN, /* money with decimals */
                       XZ_UNIT_FEN,  /* hundredths, also of a foreign currency: `cent` */
                       XZ_UNIT_S,
                       XZ_UNIT_MS
};

struct xz_mapping_column {
    struct xz_str name;
    int line; /* where the mapping names it */
    int at;   /* in the table that was bound last, or -1 */
};

struct xz_mapping_source { /* where the value of one field comes from */
    const struct xz_field *field;
    struct xz_str constant;
    struct xz_mapping_column columns[XZ_MAPPING_JOINED_MAX]; /* their cells are joined */
    size_t column_count;                                     /* 0: the constant */
    struct xz_str join, prefix, fallback, format;
    const struct xz_yaml *values; /* a map of translations, or NULL */
    uint8_t unit;                 /* enum xz_mapping_unit */
    int64_t scale_e6;             /* 0: none, the number is taken as it stands */
    int64_t zone_ms;              /* east of UTC, of times without a zone */
};

struct xz_mapping {
    struct xz_yaml_doc *doc; /* owns every text below */
    char separator;
    uint8_t body;
    const struct xz_yaml *nulls;
    struct xz_mapping_source *sources; /* of the event, then of the lines one after the other */
    size_t source_count, event_count;
    size_t line_end[XZ_MAPPING_LINES_MAX]; /* where the sources of each line end */
    size_t line_count;
    struct xz_mapping_column label;
    struct xz_str positive;
    size_t width; /* columns of the table that was bound; 0: none is */
};

#endif
