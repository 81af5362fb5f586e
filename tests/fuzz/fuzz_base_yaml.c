/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as YAML: refused with a file, a message and no tree, or a tree whose every node can be
 * asked by every typed reader. */
#include "fuzz.h"

#include "base/yaml.h"

static const char *const names[] = {"name", "version", "window", "true"};

/* A reader either succeeds or says where and why. */
static void check(enum xz_rc rc, const struct xz_err *err)
{
    MUST(rc == XZ_OK || (rc == XZ_CONFIG && err->msg[0] != '\0' && err->path[0] != '\0'));
}

static void ask(const struct xz_yaml *node)
{
    struct xz_str text = XZ_STR_NONE;
    struct xz_err err = {0};
    int64_t number = 7, span_ms = 0;
    double real = 0.5;
    bool flag = false;
    int index = 0;
    enum xz_rc rc;

    check(xz_yaml_str(node, &text, &err), &err);
    rc = xz_yaml_int(node, -5, INT64_C(1) << 60, &number, &err);
    check(rc, &err);
    MUST(rc != XZ_OK || (number >= -5 && number <= INT64_C(1) << 60));
    rc = xz_yaml_double(node, -1.0, 1e9, &real, &err);
    check(rc, &err);
    MUST(rc != XZ_OK || (real >= -1.0 && real <= 1e9));
    check(xz_yaml_bool(node, &flag, &err), &err);
    check(xz_yaml_duration(node, &span_ms, &err), &err);
    rc = xz_yaml_enum(node, names, 4, &index, &err);
    check(rc, &err);
    MUST(index >= 0 && index < 4);
}

static void walk(const struct xz_yaml *node, int depth)
{
    const struct xz_yaml *member = NULL;
    struct xz_err err = {0};

    MUST(depth <= 33 && node->line >= 1 && node->file != NULL);
    MUST(node->type == XZ_YAML_SCALAR ? node->count == 0 : node->count == 0 || node->items != NULL);
    if (node->type == XZ_YAML_SCALAR) {
        MUST(node->text.ptr == NULL || node->text.ptr[node->text.len] == '\0');
    }
    ask(node);
    if (node->type == XZ_YAML_MAP) {
        check(xz_yaml_only(node, names, 4, &err), &err);
        check(xz_yaml_need(node, "window", &member, &err), &err);
        MUST(member == xz_yaml_get(node, "window"));
    }
    for (size_t i = 0; i < node->count; i++) {
        MUST(node->items[i].key.len == 0 || node->type == XZ_YAML_MAP);
        walk(&node->items[i], depth + 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xz_yaml_doc *doc = NULL;
    struct xz_err err = {0};

    if (xz_yaml_parse("fuzz.yaml", input_of(data, size), &doc, &err) == XZ_OK) {
        walk(xz_yaml_root(doc), 0);
    } else {
        MUST(doc == NULL && err.rc == XZ_CONFIG && err.msg[0] != '\0');
    }
    xz_yaml_free(doc);
    return 0;
}
