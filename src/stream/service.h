/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stream/service.h - the service in this process: topics, pack, roles in threads, HTTP, an orderly
 * end. `run` puts signals around it, `demo` a simulated region. */
#ifndef XZ_STREAM_SERVICE_H
#define XZ_STREAM_SERVICE_H
#include "stream/config.h"
#include "stream/kafka.h"
#include "stream/metrics.h"

struct xz_service;

/* Creates topics, activates config->pack if none is active, starts the roles that config names.
 * config is borrowed until xz_service_join. A broker that is not there yet is waited for, some
 * minutes, unless patience is over before; without a role that needs it, it may come at any time
 * afterwards. */
XZ_MUST enum xz_rc xz_service_start(const struct xz_config *config, struct xz_patience patience,
                                    struct xz_service **service, struct xz_err *err);
/* Asks the roles to drain and checkpoint. @thread any */
void xz_service_stop(struct xz_service *service);
void xz_service_reload(struct xz_service *service);      /* reference files */
bool xz_service_alive(const struct xz_service *service); /* no role has failed */
struct xz_metrics *xz_service_metrics(struct xz_service *service);
/* Waits for the roles; what ended the first that failed, or XZ_OK. Frees. */
enum xz_rc xz_service_join(struct xz_service *service, struct xz_err *err);

#endif
