/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stream/network.h - addresses and networks of IPv4 and IPv6, as texts and as bytes; sockets that
 * listen. */
#ifndef XZ_STREAM_NETWORK_H
#define XZ_STREAM_NETWORK_H
#include <stdbool.h>
#include <sys/socket.h>

#include "base/err.h"
#include "base/str.h"

#define XZ_IP_TEXT_MAX  46 /* with its end */
#define XZ_NETWORKS_MAX 32

struct xz_ip {
    unsigned char bytes[16]; /* IPv4 as ::ffff:a.b.c.d, however it came */
};
struct xz_network {
    struct xz_ip ip; /* 0 after its bits */
    int bits;        /* of the 128 */
};

bool xz_ip_parse(struct xz_str text, struct xz_ip *ip);
/* False for a family that is neither. */
bool xz_ip_of(const struct sockaddr *address, struct xz_ip *ip);
bool xz_ip_is_v4(const struct xz_ip *ip);
void xz_ip_text(const struct xz_ip *ip, char text[static XZ_IP_TEXT_MAX]);

bool xz_network_has(const struct xz_network *network, const struct xz_ip *ip);
/* "10.0.0.0/8, ::1": addresses or networks, comma separated, up to XZ_NETWORKS_MAX; "" is none.
 * XZ_CONFIG, with the key that says so; *count is 0 then. */
XZ_MUST enum xz_rc xz_networks_parse(const char *key, const char *text,
                                     struct xz_network networks[static XZ_NETWORKS_MAX],
                                     size_t *count, struct xz_err *err);

/* "127.0.0.1:9464", "[::1]:9464" as an address; XZ_CONFIG, with the key that says so, when it is
 * none. */
XZ_MUST enum xz_rc xz_listen_parse(const char *key, const char *listen,
                                   struct sockaddr_storage *address, struct xz_err *err);

/* A socket that listens there, the caller's; [::] is IPv4's too. XZ_CONFIG with the key and what
 * the system says when it cannot be had. */
XZ_MUST enum xz_rc xz_listen_open(const char *key, const char *listen, int *socket,
                                  struct xz_err *err);

#endif
