/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/access.h"

#include <ctype.h>

const char *const xz_access_role_names[XZ_ACCESS_ROLES] = {"analyst", "investigator", "approver",
                                                           "auditor", "admin",        "feed"};

#define MAY(permission) (1u << XZ_MAY_##permission)

static const unsigned permissions[XZ_ACCESS_ROLES] = {
    [XZ_ROLE_ANALYST] = MAY(READ) | MAY(STREAM) | MAY(EXPORT),
    [XZ_ROLE_INVESTIGATOR] =
        MAY(READ) | MAY(STREAM) | MAY(WORK) | MAY(READ_RECORD) | MAY(UNMASK) | MAY(EXPORT),
    [XZ_ROLE_APPROVER] =
        MAY(READ) | MAY(STREAM) | MAY(APPROVE) | MAY(READ_RECORD) | MAY(UNMASK) | MAY(EXPORT),
    [XZ_ROLE_AUDITOR] = MAY(READ) | MAY(STREAM) | MAY(READ_RECORD) | MAY(READ_AUDIT) | MAY(EXPORT),
    [XZ_ROLE_ADMIN] = MAY(ADMINISTER),
    [XZ_ROLE_FEED] = MAY(READ) | MAY(STREAM),
};

bool xz_actor_may(const struct xz_actor *actor, enum xz_permission permission)
{
    for (unsigned role = 0; role < XZ_ACCESS_ROLES; role++) {
        if ((actor->roles & 1u << role) != 0 && (permissions[role] & 1u << permission) != 0) {
            return true;
        }
    }
    return false;
}

/* Takes the next word off a list with commas; false at its end. */
static bool next_word(struct xz_str *list, struct xz_str *word)
{
    const char *comma = list->len > 0 ? memchr(list->ptr, ',', list->len) : NULL;

    if (list->ptr == NULL) {
        return false;
    }
    *word = (struct xz_str){list->ptr, comma != NULL ? (uint32_t)(comma - list->ptr) : list->len};
    *list = comma != NULL ? (struct xz_str){comma + 1, list->len - word->len - 1} : XZ_STR_NONE;
    return true;
}

bool xz_actor_sees(const struct xz_actor *actor, struct xz_str region)
{
    struct xz_str list = xz_str_from(actor->regions), prefix;

    if (list.len == 0) {
        return true;
    }
    while (next_word(&list, &prefix)) {
        if (prefix.len > 0 && xz_str_starts(region, prefix)) {
            return true;
        }
    }
    return false;
}

bool xz_actor_covers(const struct xz_actor *actor, struct xz_str regions)
{
    bool all = regions.len > 0 || actor->regions[0] == '\0';
    struct xz_str region;

    while (all && next_word(&regions, &region)) {
        all = xz_actor_sees(actor, region);
    }
    return all;
}

bool xz_actor_meets(const struct xz_actor *actor, struct xz_str regions)
{
    bool any = regions.len == 0;
    struct xz_str region, own, list;

    while (!any && next_word(&regions, &region)) {
        any = xz_actor_sees(actor, region);
        list = xz_str_from(actor->regions);
        while (!any && next_word(&list, &own)) {
            any = region.len > 0 && xz_str_starts(own, region);
        }
    }
    return any;
}

enum xz_rc xz_access_roles_parse(struct xz_str text, unsigned *roles, struct xz_err *err)
{
    struct xz_str word;

    *roles = 0;
    while (next_word(&text, &word)) {
        unsigned role = 0;

        while (role < XZ_ACCESS_ROLES &&
               !xz_str_eq(word, xz_str_from(xz_access_role_names[role]))) {
            role++;
        }
        if (role == XZ_ACCESS_ROLES) {
            const char *nearest = xz_str_nearest(word, xz_access_role_names, XZ_ACCESS_ROLES);

            return xz_err_reject(err, "invalid", "roles", "no role \"" XZ_STR_FMT "\"%s%s",
                                 XZ_STR_ARG(word), nearest != NULL ? "; did you mean " : "",
                                 nearest != NULL ? nearest : "");
        }
        *roles |= 1u << role;
    }
    return *roles != 0 ? XZ_OK : xz_err_reject(err, "invalid", "roles", "an account needs a role");
}

/* Does the name read like a reserved one? What has no width is passed over, and full-width letters
 * are those they look like. */
static bool reads_like(struct xz_str name, const char *reserved)
{
    while (name.len > 0) {
        uint32_t letter = xz_str_take_letter(&name);

        if (xz_letter_is_blank(letter)) {
            continue;
        }
        letter = letter >= 0xFF01 && letter <= 0xFF5E ? letter - 0xFF01 + '!' : letter;
        letter = letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter;
        if (*reserved == '\0' || letter != (unsigned char)*reserved) {
            return false;
        }
        reserved++;
    }
    return *reserved == '\0';
}

enum xz_rc xz_access_name_check(struct xz_str name, struct xz_err *err)
{
    if (xz_str_is_blank(name) || name.len >= sizeof(((struct xz_actor *)NULL)->name)) {
        return xz_err_reject(err, "invalid", "name", "a name has 1 to 63 bytes");
    }
    return reads_like(name, XZ_NAME_OPERATOR) || reads_like(name, XZ_NAME_SYSTEM)
               ? xz_err_reject(err, "invalid", "name", "the audit log calls others so")
               : XZ_OK;
}

enum xz_rc xz_access_regions_check(struct xz_str text, struct xz_err *err)
{
    struct xz_str list = text, word;

    if (text.len >= XZ_REGIONS_MAX) {
        return xz_err_reject(err, "too_large", "regions", "more than %d letters",
                             XZ_REGIONS_MAX - 1);
    }
    while (text.len > 0 && next_word(&list, &word)) {
        bool digits = word.len >= 2 && word.len <= 6;

        for (uint32_t i = 0; digits && i < word.len; i++) {
            digits = isdigit((unsigned char)word.ptr[i]) != 0;
        }
        if (!digits) {
            return xz_err_reject(err, "invalid", "regions",
                                 "write beginnings of area codes, two to six digits: 2101,2106");
        }
    }
    return XZ_OK;
}
