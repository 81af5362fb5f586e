/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

/* IANA's registry of special-purpose IPv4 addresses. */
static const struct {
    uint32_t network;
    int bits;
} special[] = {
    {0x00000000, 8},  /* this network */
    {0x0a000000, 8},  /* private */
    {0x64400000, 10}, /* shared, behind a carrier */
    {0x7f000000, 8},  /* loopback */
    {0xa9fe0000, 16}, /* link-local */
    {0xac100000, 12}, /* private */
    {0xc0000000, 24}, /* protocol assignments */
    {0xc0000200, 24}, /* documentation */
    {0xc0586300, 24}, /* 6to4 relays */
    {0xc0a80000, 16}, /* private */
    {0xc6120000, 15}, /* benchmarks */
    {0xc6336400, 24}, /* documentation */
    {0xcb007100, 24}, /* documentation */
    {0xe0000000, 3},  /* multicast and reserved */
};

static bool is_public_v4(uint32_t address)
{
    for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++) {
        const uint32_t mask = ~(UINT32_MAX >> special[i].bits);

        if ((address & mask) == special[i].network) {
            return false;
        }
    }
    return true;
}

/* Global unicast is 2000::/3; in it Teredo and 6to4 carry IPv4, and one network is for documents.
 */
static bool is_public_v6(const unsigned char address[static 16])
{
    static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    const uint32_t first = (uint32_t)address[0] << 24 | (uint32_t)address[1] << 16 |
                           (uint32_t)address[2] << 8 | address[3];

    if (memcmp(address, mapped, sizeof(mapped)) == 0) {
        return is_public_v4((uint32_t)address[12] << 24 | (uint32_t)address[13] << 16 |
                            (uint32_t)address[14] << 8 | address[15]);
    }
    return address[0] >> 5 == 1 && (first & 0xfffffe00) != 0x20010000 && first != 0x20010db8 &&
           first >> 16 != 0x2002 && first >> 12 != 0x3fff0;
}

bool xz_address_is_public(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in v4;

        memcpy(&v4, address, sizeof(v4));
        return is_public_v4(ntohl(v4.sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;

        memcpy(&v6, address, sizeof(v6));
        return is_public_v6(v6.sin6_addr.s6_addr);
    }
    return false;
}

static bool is_one_of(const struct xz_network *networks, size_t count, const struct xz_ip *ip)
{
    bool is = false;

    for (size_t i = 0; i < count; i++) {
        is = is || xz_network_has(&networks[i], ip);
    }
    return is;
}

/* Takes the last word off a list with commas. */
static struct xz_str last_of(struct xz_str *list)
{
    struct xz_str word;
    uint32_t at = list->len;

    while (at > 0 && list->ptr[at - 1] != ',') {
        at--;
    }
    word = (struct xz_str){list->ptr + at, list->len - at};
    list->len = at > 0 ? at - 1 : 0;
    while (word.len > 0 && (word.ptr[0] == ' ' || word.ptr[0] == '\t')) {
        word.ptr++;
        word.len--;
    }
    while (word.len > 0 && (word.ptr[word.len - 1] == ' ' || word.ptr[word.len - 1] == '\t')) {
        word.len--;
    }
    return word;
}

struct xz_ip xz_address_client(const struct xz_network *proxies, size_t count, struct xz_ip peer,
                               struct xz_str forwarded)
{
    struct xz_ip client = peer;

    while (forwarded.len > 0 && is_one_of(proxies, count, &client) &&
           xz_ip_parse(last_of(&forwarded), &client)) {
    }
    return client;
}

void xz_address_key(struct xz_ip ip, char text[static XZ_IP_TEXT_MAX])
{
    if (!xz_ip_is_v4(&ip)) {
        memset(ip.bytes + sizeof(ip.bytes) / 2, 0, sizeof(ip.bytes) / 2);
    }
    xz_ip_text(&ip, text);
}
