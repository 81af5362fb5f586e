/* SPDX-License-Identifier: GPL-3.0-or-later */
/* console/address.h - which addresses are anybody's, and which are somebody's own network; who asks
 * behind a proxy. Pure. */
#ifndef XZ_CONSOLE_ADDRESS_H
#define XZ_CONSOLE_ADDRESS_H
#include "stream/network.h"

/* Of the public internet: not private, loopback, link-local, shared (CGNAT), multicast, reserved,
 * for documentation, nor an IPv6 address that stands for such an IPv4 address. */
bool xz_address_is_public(const struct sockaddr *address);

/* Who asks: the peer; or, when that is one of the proxies, the last whom its X-Forwarded-For names,
 * and so on from there. What stands before one who is no proxy is what that one says, and not
 * believed; at a word that is no address it ends too. */
struct xz_ip xz_address_client(const struct xz_network *proxies, size_t count, struct xz_ip peer,
                               struct xz_str forwarded);
/* By what who asks is rationed: an address of IPv4, the first half of one of IPv6, since the other
 * half is everybody's own to choose. */
void xz_address_key(struct xz_ip ip, char text[static XZ_IP_TEXT_MAX]);

#endif
