/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "stream/kafka.h"

#define BACKLOG 128
#define V4_AT   12 /* of the bytes, behind those of ::ffff:0:0/96 */
#define V4_BITS (V4_AT * 8)

static const unsigned char mapped[V4_AT] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/* ---- addresses ---- */

bool xz_ip_parse(struct xz_str text, struct xz_ip *ip)
{
    char copy[XZ_IP_TEXT_MAX];
    struct xz_ip found;

    if (text.len >= sizeof(copy) || memchr(text.ptr, '\0', text.len) != NULL) {
        return false;
    }
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    memcpy(found.bytes, mapped, sizeof(mapped));
    if (inet_pton(AF_INET, copy, found.bytes + V4_AT) != 1 &&
        inet_pton(AF_INET6, copy, found.bytes) != 1) {
        return false;
    }
    *ip = found;
    return true;
}

bool xz_ip_of(const struct sockaddr *address, struct xz_ip *ip)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in v4;

        memcpy(&v4, address, sizeof(v4));
        memcpy(ip->bytes, mapped, sizeof(mapped));
        memcpy(ip->bytes + V4_AT, &v4.sin_addr, sizeof(v4.sin_addr));
        return true;
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;

        memcpy(&v6, address, sizeof(v6));
        memcpy(ip->bytes, &v6.sin6_addr, sizeof(ip->bytes));
        return true;
    }
    return false;
}

bool xz_ip_is_v4(const struct xz_ip *ip) { return memcmp(ip->bytes, mapped, sizeof(mapped)) == 0; }

void xz_ip_text(const struct xz_ip *ip, char text[static XZ_IP_TEXT_MAX])
{
    const bool v4 = xz_ip_is_v4(ip);

    (void)inet_ntop(v4 ? AF_INET : AF_INET6, ip->bytes + (v4 ? V4_AT : 0), text, XZ_IP_TEXT_MAX);
}

/* ---- networks ---- */

static unsigned char mask_of(int bits, size_t byte)
{
    const int left = bits - (int)byte * 8;

    return left >= 8 ? 0xff : left <= 0 ? 0 : (unsigned char)(0xff << (8 - left));
}

bool xz_network_has(const struct xz_network *network, const struct xz_ip *ip)
{
    for (size_t i = 0; i < sizeof(ip->bytes); i++) {
        if ((ip->bytes[i] & mask_of(network->bits, i)) != network->ip.bytes[i]) {
            return false;
        }
    }
    return true;
}

static bool parse_network(const char *text, struct xz_network *network)
{
    const char *slash = strchr(text, '/');
    const size_t len = slash != NULL ? (size_t)(slash - text) : strlen(text);
    char *end = NULL;
    long bits = 128;
    int least = 0;

    if (!xz_ip_parse((struct xz_str){text, (uint32_t)len}, &network->ip)) {
        return false;
    }
    least = strchr(text, ':') == NULL ? V4_BITS : 0;
    if (slash != NULL) {
        bits = strtol(slash + 1, &end, 10) + least;
        if (slash[1] < '0' || slash[1] > '9' || *end != '\0' || bits < least || bits > 128) {
            return false;
        }
    }
    network->bits = (int)bits;
    return xz_network_has(network, &network->ip); /* what stands behind its bits is a slip */
}

enum xz_rc xz_networks_parse(const char *key, const char *text,
                             struct xz_network networks[static XZ_NETWORKS_MAX], size_t *count,
                             struct xz_err *err)
{
    const char *names[XZ_NETWORKS_MAX + 1];
    char *copy = xz_strdup(text);
    const size_t named = xz_split_names(copy, names, XZ_NETWORKS_MAX + 1);
    enum xz_rc rc = XZ_OK;

    *count = 0;
    if (named > XZ_NETWORKS_MAX) {
        rc = xz_err_set(err, XZ_CONFIG, "%s: more than %d", key, XZ_NETWORKS_MAX);
    }
    for (size_t i = 0; rc == XZ_OK && i < named; i++) {
        if (!parse_network(names[i], &networks[i])) {
            rc = xz_err_set(err, XZ_CONFIG, "%s: \"%s\" is neither an address nor ADDRESS/BITS",
                            key, names[i]);
        }
    }
    *count = rc == XZ_OK ? named : 0;
    free(copy);
    return rc;
}

/* ---- where to listen ---- */

enum xz_rc xz_listen_parse(const char *key, const char *listen, struct sockaddr_storage *address,
                           struct xz_err *err)
{
    const char *colon = strrchr(listen, ':');
    const size_t len = colon != NULL ? (size_t)(colon - listen) : 0;
    const bool v6 = len > 2 && listen[0] == '[' && listen[len - 1] == ']';
    struct sockaddr_in v4_at = {.sin_family = AF_INET};
    struct sockaddr_in6 v6_at = {.sin6_family = AF_INET6};
    char host[XZ_IP_TEXT_MAX] = "", *end = NULL;
    long port = 0;

    if (colon != NULL && len - 2 * v6 < sizeof(host)) {
        memcpy(host, listen + v6, len - 2 * v6);
        port = colon[1] >= '0' && colon[1] <= '9' ? strtol(colon + 1, &end, 10) : 0;
    }
    if (port < 1 || port > 65535 || *end != '\0' ||
        inet_pton(v6 ? AF_INET6 : AF_INET, host,
                  v6 ? (void *)&v6_at.sin6_addr : (void *)&v4_at.sin_addr) != 1) {
        return xz_err_set(err, XZ_CONFIG,
                          "%s: \"%s\" is neither an IPv4 HOST:PORT nor an IPv6 [HOST]:PORT", key,
                          listen);
    }
    v4_at.sin_port = v6_at.sin6_port = htons((uint16_t)port);
    memset(address, 0, sizeof(*address));
    memcpy(address, v6 ? (const void *)&v6_at : (const void *)&v4_at,
           v6 ? sizeof(v6_at) : sizeof(v4_at));
    return XZ_OK;
}

enum xz_rc xz_listen_open(const char *key, const char *where, int *out, struct xz_err *err)
{
    const int on = 1, off = 0;
    struct sockaddr_storage address = {.ss_family = AF_UNSPEC};
    enum xz_rc rc = xz_listen_parse(key, where, &address, err);
    int opened;

    if (rc != XZ_OK) {
        return rc;
    }
    opened = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (opened >= 0) {
        (void)setsockopt(opened, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
        (void)setsockopt(opened, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
    }
    if (opened < 0 ||
        bind(opened, (const struct sockaddr *)&address,
             address.ss_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                           : sizeof(struct sockaddr_in)) != 0 ||
        listen(opened, BACKLOG) != 0) {
        rc = xz_err_set(err, XZ_CONFIG, "%s: %s cannot be listened on: %s%s", key, where,
                        strerror(errno),
                        errno == EADDRINUSE ? "; is another instance running?" : "");
        if (opened >= 0) {
            (void)close(opened);
        }
        return rc;
    }
    *out = opened;
    return XZ_OK;
}
