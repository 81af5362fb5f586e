/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cases/evidence.h - the evidence pack of a case: one signed archive that whoever gets it can check
 * without this program, and that names the command by which the accusation is computed again.
 *
 *   README.txt             what it is, how to check it, how to replay it; Chinese and English
 *   case.json history.json the case as the desk shows it, and all that happened to it
 *   alerts/ID.json         each alert as it is stored
 *   events/NAME.json       the original events that the caller could fetch; the manifest names
 *                          those that it could not, as "unavailable"
 *   files/ID-NAME          what was attached
 *   manifest.json          each of these with its SHA-256; case, alerts, packs, the audit chain's
 * head manifest.sig .pub      Ed25519 over manifest.json, and the public key as PEM
 *
 * People are pseudonyms everywhere but in what was attached. The same case, time and chain give the
 * same bytes.
 */
#ifndef XZ_CASES_EVIDENCE_H
#define XZ_CASES_EVIDENCE_H
#include "cases/view.h"

#define XZ_EVIDENCE_BYTES_MAX  (256u << 20)
#define XZ_EVIDENCE_EVENTS_MAX 2000

struct xz_evidence_event {
    struct xz_str name; /* its msgid */
    struct xz_str json; /* people as tokens, see mask.h; empty: it could not be fetched */
};

/* Appends the archive (tar), after an audit record "case.export". Needs XZ_MAY_EXPORT, which the
 * caller asks for. XZ_REJECT "not_found", "too_large". */
XZ_MUST enum xz_rc xz_evidence_make(const struct xz_desk_view *view, int64_t case_id,
                                    const struct xz_evidence_event *events, size_t count,
                                    struct xz_buf *out, struct xz_err *err);

struct xz_evidence_report {
    bool intact;
    char what[160]; /* what is wrong; "" when it is intact */
    size_t files;
    int64_t case_id;
    unsigned char public_key[XZ_KEY_LEN]; /* whose signature it has */
};
/* Reads an archive and finds whatever was changed, added, removed or put in another order since it
 * was made. public_key: whose it must be; NULL: of whoever the archive says, which proves nothing
 * about who that is. What is no archive at all is not intact either. */
void xz_evidence_verify(struct xz_str bytes, const unsigned char *public_key,
                        struct xz_evidence_report *report);

#endif
