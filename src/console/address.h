/* SPDX-License-Identifier: GPL-3.0-or-later */
/* console/address.h - which addresses are anybody's, and which are somebody's own network. Pure. */
#ifndef XZ_CONSOLE_ADDRESS_H
#define XZ_CONSOLE_ADDRESS_H
#include <stdbool.h>
#include <sys/socket.h>

/* Of the public internet: not private, loopback, link-local, shared (CGNAT), multicast, reserved,
 * for documentation, nor an IPv6 address that stands for such an IPv4 address. */
bool xz_address_is_public(const struct sockaddr *address);

#endif
