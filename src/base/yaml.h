/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * base/yaml.h - a YAML document as a tree that remembers where each thing stood, and typed readers
 * that say file, line and remedy when something is wrong. On libyaml.
 *
 * Why not a schema loader: a pack is half free-form (policies, parameters of evidence kinds), and
 * an unknown key must be answered with the nearest name.
 */
#ifndef XZ_BASE_YAML_H
#define XZ_BASE_YAML_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum xz_yaml_type { XZ_YAML_SCALAR, XZ_YAML_LIST, XZ_YAML_MAP };

struct xz_yaml {
    enum xz_yaml_type type;
    int line;                    /* from 1 */
    const char *file;            /* as it was given to the loader */
    struct xz_str key;           /* of a map's member, else absent */
    struct xz_str text;          /* of a scalar; terminated */
    bool quoted;                 /* a scalar in quotes is a string, whatever it looks like */
    const struct xz_yaml *items; /* of a list or map, in file order */
    size_t count;
};

struct xz_yaml_doc; /* owns the tree */

/* Anchors, aliases, tags and duplicate keys are errors; depth 32, 100,000 nodes, 4 MiB at most. */
XZ_MUST enum xz_rc xz_yaml_load(const char *file, struct xz_yaml_doc **doc, struct xz_err *err);
XZ_MUST enum xz_rc xz_yaml_parse(const char *name, struct xz_str text, struct xz_yaml_doc **doc,
                                 struct xz_err *err);
const struct xz_yaml *xz_yaml_root(const struct xz_yaml_doc *doc);
void xz_yaml_free(struct xz_yaml_doc *doc); /* NULL is fine */

const struct xz_yaml *xz_yaml_get(const struct xz_yaml *map, const char *key); /* or NULL */

/* Every member of map must be one of names, else the error tells the nearest one. */
XZ_MUST enum xz_rc xz_yaml_only(const struct xz_yaml *map, const char *const names[], size_t count,
                                struct xz_err *err);

/* Typed readers. `node` NULL leaves *value as it is (the default) and succeeds. */
XZ_MUST enum xz_rc xz_yaml_str(const struct xz_yaml *node, struct xz_str *value,
                               struct xz_err *err);
XZ_MUST enum xz_rc xz_yaml_int(const struct xz_yaml *node, int64_t min, int64_t max, int64_t *value,
                               struct xz_err *err);
XZ_MUST enum xz_rc xz_yaml_double(const struct xz_yaml *node, double min, double max, double *value,
                                  struct xz_err *err);
XZ_MUST enum xz_rc xz_yaml_bool(const struct xz_yaml *node, bool *value, struct xz_err *err);
XZ_MUST enum xz_rc xz_yaml_duration(const struct xz_yaml *node, int64_t *value_ms,
                                    struct xz_err *err);
/* One of names; *index is its place. */
XZ_MUST enum xz_rc xz_yaml_enum(const struct xz_yaml *node, const char *const names[], size_t count,
                                int *index, struct xz_err *err);
/* Fails with "NAME is required here" at map's line when the member is not there. */
XZ_MUST enum xz_rc xz_yaml_need(const struct xz_yaml *map, const char *key,
                                const struct xz_yaml **node, struct xz_err *err);

#endif
