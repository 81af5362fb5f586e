/* SPDX-License-Identifier: GPL-3.0-or-later */
/* state/store_int.h - what a kind of store provides; each begins its own struct with this one. */
#ifndef XZ_STATE_STORE_INT_H
#define XZ_STATE_STORE_INT_H
#include "state/store.h"

struct xz_store_ops {
    void (*close)(struct xz_store *store);
    enum xz_rc (*get)(struct xz_store *store, struct xz_str key, struct xz_buf *value, bool *found,
                      struct xz_err *err);
    enum xz_rc (*scan)(struct xz_store *store, struct xz_str prefix, xz_store_visit visit,
                       void *arg, struct xz_err *err);
    enum xz_rc (*write)(struct xz_store *store, const struct xz_batch *batch, struct xz_err *err);
    uint64_t (*disk_bytes)(const struct xz_store *store);
    uint64_t (*keys)(const struct xz_store *store);
};

struct xz_store {
    const struct xz_store_ops *ops;
};

#endif
