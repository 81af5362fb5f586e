/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pack/pack_int.h - inside the loader: the files of a pack, the mistakes found in them, and the
 * pack itself. Each part of a pack is read by a file of its own, which goes on after a mistake.
 */
#ifndef XZ_PACK_PACK_INT_H
#define XZ_PACK_PACK_INT_H
#include "base/arena.h"
#include "event/limits.h"
#include "pack/expr_int.h"
#include "pack/map.h"
#include "pack/pack.h"

#define XZ_PACK_PATTERNS_MAX  256
#define XZ_PACK_REGIONS_MAX   64
#define XZ_PACK_LISTS_MAX     256
#define XZ_PACK_CODES_MAX     1000000
#define XZ_PACK_BASELINES_MAX 1000000
#define XZ_PACK_PARAMS_MAX    256 /* of one baseline row */
#define XZ_PACK_FILES_MAX     1024
#define XZ_PACK_BYTES_MAX     ((size_t)64 << 20)
#define XZ_PACK_PATH_MAX      128

/* ---- mistakes ---- */

#define XZ_MISTAKES_MAX 1000 /* told one by one; the rest are counted */
struct xz_mistakes {
    xz_report_fn report; /* of all after the first; may be NULL */
    void *arg;
    struct xz_err *err; /* the first; may be NULL */
    size_t count;
};
void xz_mistake(struct xz_mistakes *mistakes, const struct xz_err *err);
void xz_mistake_at(struct xz_mistakes *mistakes, const char *file, int line, const char *format,
                   ...) XZ_PRINTF(4, 5);

/* ---- files ---- */

enum xz_pack_place { /* what a path is for */
                     XZ_PLACE_UNKNOWN,
                     XZ_PLACE_PACK,    /* pack.yaml */
                     XZ_PLACE_DOC,     /* *.md, anywhere */
                     XZ_PLACE_PATTERN, /* patterns / *.yaml */
                     XZ_PLACE_CODES,   /* codes / *.csv */
                     XZ_PLACE_REGION,  /* regions / *.yaml */
                     XZ_PLACE_BASELINE /* baselines / *.csv, fitted.yaml */
};

struct xz_pack_file {
    char path[XZ_PACK_PATH_MAX]; /* in the pack: "patterns/T02.yaml" */
    char *shown;                 /* for messages: with the folder before it */
    struct xz_str bytes;
    char *owned; /* of bytes; NULL when they are borrowed */
    enum xz_pack_place place;
};

struct xz_pack_files { /* sorted by path, bytewise */
    struct xz_pack_file *files;
    size_t count, cap, bytes;
};

void xz_files_fini(struct xz_pack_files *files);
/* Mistakes are collected; what can be read is there. */
void xz_files_read(struct xz_pack_files *files, const char *dir, struct xz_mistakes *mistakes);
/* bytes: taken over when `owned`. A mistake when the path is not one of a pack. */
void xz_files_add(struct xz_pack_files *files, const char *folder, struct xz_str path,
                  struct xz_str bytes, char *owned, struct xz_mistakes *mistakes);
void xz_files_sort(struct xz_pack_files *files);
/* "T02" of "patterns/T02.yaml" */
struct xz_str xz_file_stem(const struct xz_pack_file *file);

void xz_files_serialise(const struct xz_pack_files *files, struct xz_buf *out);
/* files borrow from bytes. */
void xz_files_deserialise(struct xz_pack_files *files, struct xz_str bytes,
                          struct xz_mistakes *mistakes);
/* To be freed with xz_buf_fini, whatever is returned. */
XZ_MUST enum xz_rc xz_archive_expand(struct xz_str archive, struct xz_buf *out, struct xz_err *err);

/* ---- the pack ---- */

struct xz_code_list {
    const char *name;
    struct xz_set *set;
};

struct xz_limits_table {
    struct xz_limits *rows;
    size_t count, cap;
    struct xz_map map;
    uint32_t len_max; /* of a code */
};

struct xz_region { /* a file of regions/ */
    struct xz_policy policy;
    struct xz_str stem; /* "default" */
    const char *file;
    int line;
    unsigned char state; /* while loading: 0 not yet, 1 being resolved, 2 done */
};

struct xz_baseline_table {                  /* of one evidence */
    struct xz_map cells;                    /* segment -> index into pack->baselines */
    uint32_t root;                          /* or XZ_MAP_NONE */
    const double *log_p, *log_p_calibrated; /* ascending from the most extreme */
    uint32_t calibration_count;
};

struct xz_pack {
    struct xz_arena arena; /* strings */
    const char *name, *version;
    char sha256[65];
    int64_t lateness_ms, horizon_ms;
    uint32_t history_max;

    struct xz_pattern *patterns;
    size_t pattern_count, pattern_cap;
    struct xz_map pattern_ids;
    struct xz_evidence_spec *specs; /* of all patterns, one after the other */
    size_t spec_count, spec_cap;
    struct xz_map spec_keys;
    struct xz_baseline_table *tables; /* beside specs */
    struct xz_baseline *baselines;
    double *params;

    struct xz_code_list *lists;
    size_t list_count, list_cap;
    struct xz_set *med_types; /* of four digits and more that a list or policy names */
    struct xz_limits_table items, diagnoses;
    struct xz_map relations; /* code -> index into xz_relation_words */
    size_t code_count;       /* over all lists */

    struct xz_region *regions; /* by province, longest prefix first; the last is the default */
    size_t region_count;
    uint16_t province_first[101];
    struct xz_set **sets; /* of policies, owned */
    size_t set_count, set_cap;
};

struct xz_loader {
    struct xz_pack *pack;
    const struct xz_pack_schema *schema;
    const struct xz_pack_files *files;
    struct xz_mistakes *mistakes;
    bool patterns_bad; /* then baselines that refer to nothing are no mistakes of their own */
};

void xz_load_codes(struct xz_loader *loader);
void xz_load_regions(struct xz_loader *loader);
void xz_load_patterns(struct xz_loader *loader);
void xz_load_baselines(struct xz_loader *loader);
/* The evidence list of a pattern; specs go to the end of pack->specs. */
void xz_load_evidence(struct xz_loader *loader, const struct xz_yaml *list,
                      const struct xz_pattern *pattern);

/* Adds the mistake, if rc is one; true when it is not. */
bool xz_loader_ok(struct xz_loader *loader, enum xz_rc rc, const struct xz_err *err);
/* All members of map are in names; each that is not is a mistake. */
void xz_loader_keys(struct xz_loader *loader, const struct xz_yaml *map, const char *const names[],
                    size_t count);
/* The member, or NULL after a mistake. */
const struct xz_yaml *xz_loader_need(struct xz_loader *loader, const struct xz_yaml *map,
                                     const char *key);
/* A file's tree; NULL after a mistake. The root is a map. */
struct xz_yaml_doc *xz_loader_yaml(struct xz_loader *loader, const struct xz_pack_file *file);
/* Opens a table of a pack: all its columns must be known. */
bool xz_loader_csv(struct xz_loader *loader, const struct xz_pack_file *file,
                   struct xz_csv_file *csv, const char *const columns[], size_t count);
void xz_loader_columns(struct xz_loader *loader, const struct xz_csv_file *csv,
                       const char *const columns[], size_t count);
/* A copy that lives as long as the pack. */
const char *xz_loader_keep(struct xz_loader *loader, struct xz_str text);
struct xz_set *xz_loader_set(struct xz_loader *loader, const struct xz_str texts[], size_t count);

#define XZ_RELATION_WORDS 11
extern const char *const xz_relation_words[XZ_RELATION_WORDS];
#define XZ_PURPOSE_WORDS 16
extern const char *const xz_purpose_words[XZ_PURPOSE_WORDS];

#endif
