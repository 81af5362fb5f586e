/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/evidence.h"

#include <inttypes.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "cases/alert_store.h"
#include "cases/archive.h"
#include "cases/identity.h"
#include "cases/view_int.h"

#define FORMAT "xiezhi-evidence-1"

struct packing {
    const struct xz_desk_view *view;
    int64_t case_id;
    const struct xz_evidence_event *events;
    size_t count;
    struct xz_archive archive;
    json_t *manifest, *alerts; /* alerts: the manifest's list */
    enum xz_rc rc;             /* of what a row's visitor could not do */
    struct xz_err *err;
    struct xz_db_conn *conn;
};

/* ---- what is in it ---- */

static size_t bytes_of(const struct xz_archive *archive)
{
    size_t bytes = 0;

    for (size_t i = 0; i < archive->count; i++) {
        bytes += archive->files[i].bytes.len;
    }
    return bytes;
}

static enum xz_rc put_json(struct packing *packing, struct xz_archive_file *file,
                           const json_t *value)
{
    char *text = json_dumps(value, JSON_INDENT(2));
    const enum xz_rc rc =
        xz_identity_show(packing->conn, xz_str_from(text), &file->bytes, packing->err);

    free(text);
    xz_buf_u8(&file->bytes, '\n');
    return rc;
}

static enum xz_rc put_case(struct packing *packing)
{
    static const char *const elsewhere[] = {"bodies", "bodies_left", "history", "allowed",
                                            "undo_until"};
    json_t *row = NULL;
    enum xz_rc rc =
        xz_case_json(packing->conn, packing->view, packing->case_id, &row, packing->err);

    for (size_t i = 0; rc == XZ_OK && i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++) {
        (void)json_object_del(row, elsewhere[i]);
    }
    if (rc == XZ_OK) {
        rc = put_json(packing, xz_archive_add(&packing->archive, "", XZ_STR("case.json")), row);
        (void)json_object_set(packing->manifest, "region", json_object_get(row, "region"));
        (void)json_object_set(packing->manifest, "state", json_object_get(row, "state"));
        (void)json_object_set(packing->manifest, "outcome", json_object_get(row, "outcome"));
    }
    json_decref(row);
    return rc;
}

static enum xz_rc put_history(struct packing *packing)
{
    static const struct xz_column columns[] = {
        {"id", XZ_COLUMN_INT},    {"at", XZ_COLUMN_TIME},   {"actor", XZ_COLUMN_TEXT},
        {"what", XZ_COLUMN_TEXT}, {"text", XZ_COLUMN_TEXT}, {"detail", XZ_COLUMN_JSON}};
    json_t *rows = json_array();
    enum xz_rc rc = xz_rows_json(packing->conn, XZ_COLUMNS(columns),
                                 "SELECT id, at_ms, actor_name, what, text, detail FROM case_event "
                                 "WHERE case_id = ?1 ORDER BY id",
                                 XZ_DB_ARGS(XZ_DB_INT(packing->case_id)), rows, packing->err);

    rc = rc == XZ_OK ? put_json(packing,
                                xz_archive_add(&packing->archive, "", XZ_STR("history.json")), rows)
                     : rc;
    json_decref(rows);
    return rc;
}

/* ---- alerts ---- */

struct stored {
    struct xz_buf *bodies;
    size_t count, cap;
};

static bool take_body(void *arg, const struct xz_db_row *row)
{
    struct stored *stored = arg;
    const struct xz_str body = xz_db_blob(row, 0);

    xz_array_reserve((void **)&stored->bodies, &stored->cap, stored->count + 1,
                     sizeof(*stored->bodies));
    stored->bodies[stored->count] = (struct xz_buf){0};
    xz_buf_bytes(&stored->bodies[stored->count++], body.ptr, body.len);
    return true;
}

static enum xz_rc put_alert(struct packing *packing, struct xz_str stored)
{
    json_t *body = xz_alert_body(stored), *entry;
    const char *id = json_string_value(json_object_get(body, "alert_id"));
    const json_t *pattern = json_object_get(body, "pattern");
    struct xz_archive_file *file;
    char name[80];
    enum xz_rc rc;

    if (id == NULL) {
        json_decref(body);
        return xz_err_set(packing->err, XZ_FATAL, "an alert of case %" PRId64 " cannot be read",
                          packing->case_id);
    }
    (void)snprintf(name, sizeof(name), "%s.json", id);
    file = xz_archive_add(&packing->archive, "alerts/", xz_str_from(name));
    rc = put_json(packing, file, body);
    entry = json_object();
    (void)json_object_set(entry, "id", json_object_get(body, "alert_id"));
    (void)json_object_set(entry, "rev", json_object_get(body, "rev"));
    (void)json_object_set(entry, "pattern", json_object_get(pattern, "id"));
    (void)json_object_set(entry, "version", json_object_get(pattern, "version"));
    (void)json_object_set(entry, "pack", json_object_get(body, "pack"));
    (void)json_array_append_new(packing->alerts, entry);
    json_decref(body);
    return rc;
}

static enum xz_rc put_alerts(struct packing *packing)
{
    struct stored stored = {.count = 0};
    enum xz_rc rc =
        xz_db_query(packing->conn, "SELECT body FROM alert WHERE case_id = ?1 ORDER BY seq",
                    XZ_DB_ARGS(XZ_DB_INT(packing->case_id)), take_body, &stored, packing->err);

    for (size_t i = 0; i < stored.count; i++) {
        rc = rc == XZ_OK ? put_alert(packing, xz_buf_view(&stored.bodies[i])) : rc;
        xz_buf_fini(&stored.bodies[i]);
    }
    free(stored.bodies);
    return rc;
}

/* ---- events and files ---- */

static enum xz_rc put_event(struct packing *packing, const struct xz_evidence_event *event,
                            json_t *unavailable)
{
    struct xz_archive_file *file;
    struct xz_buf name = {0};
    enum xz_rc rc = xz_identity_show(packing->conn, event->name, &name, packing->err);

    if (rc == XZ_OK && event->json.len == 0) {
        (void)json_array_append_new(unavailable, xz_json_text(xz_buf_view(&name)));
    } else if (rc == XZ_OK) {
        xz_buf_bytes(&name, ".json", 5);
        file = xz_archive_add(&packing->archive, "events/", xz_buf_view(&name));
        rc = xz_identity_show(packing->conn, event->json, &file->bytes, packing->err);
    }
    xz_buf_fini(&name);
    return rc;
}

static enum xz_rc put_events(struct packing *packing)
{
    json_t *unavailable = json_array();
    enum xz_rc rc = XZ_OK;

    for (size_t i = 0; rc == XZ_OK && i < packing->count; i++) {
        rc = put_event(packing, &packing->events[i], unavailable);
    }
    (void)json_object_set_new(packing->manifest, "unavailable", unavailable);
    return rc;
}

static bool take_file(void *arg, const struct xz_db_row *row)
{
    struct packing *packing = arg;
    const struct xz_str content = xz_db_blob(row, 2);
    struct xz_archive_file *file;
    char name[256];

    if (bytes_of(&packing->archive) + content.len > XZ_EVIDENCE_BYTES_MAX) {
        packing->rc = xz_err_reject(packing->err, "too_large", "files", "a pack has at most %u MiB",
                                    XZ_EVIDENCE_BYTES_MAX >> 20);
        return false;
    }
    (void)snprintf(name, sizeof(name), "%" PRId64 "-" XZ_STR_FMT, xz_db_int(row, 0),
                   XZ_STR_ARG(xz_db_text(row, 1)));
    file = xz_archive_add(&packing->archive, "files/", xz_str_from(name));
    xz_buf_bytes(&file->bytes, content.ptr, content.len);
    return true;
}

static enum xz_rc put_files(struct packing *packing)
{
    const enum xz_rc rc = xz_db_query(
        packing->conn, "SELECT id, name, content FROM case_file WHERE case_id = ?1 ORDER BY id",
        XZ_DB_ARGS(XZ_DB_INT(packing->case_id)), take_file, packing, packing->err);

    return rc == XZ_OK ? packing->rc : rc;
}

static enum xz_rc put_head(struct packing *packing)
{
    static const struct xz_column columns[] = {{"seq", XZ_COLUMN_INT}, {"hash", XZ_COLUMN_HEX}};
    json_t *rows = json_array(), *head;
    const enum xz_rc rc = xz_rows_json(packing->conn, XZ_COLUMNS(columns),
                                       "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1",
                                       XZ_DB_NO_ARGS, rows, packing->err);

    head = json_array_get(rows, 0);
    (void)json_object_set_new(packing->manifest, "audit",
                              head != NULL ? json_incref(head) : json_null());
    json_decref(rows);
    return rc;
}

static enum xz_rc collect(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    struct packing *packing = arg;
    enum xz_rc rc;

    packing->conn = conn;
    packing->err = err;
    (void)xz_archive_add(&packing->archive, "", XZ_STR("README.txt"));
    rc = put_case(packing);
    rc = rc == XZ_OK ? put_history(packing) : rc;
    rc = rc == XZ_OK ? put_alerts(packing) : rc;
    rc = rc == XZ_OK ? put_events(packing) : rc;
    rc = rc == XZ_OK ? put_files(packing) : rc;
    return rc == XZ_OK ? put_head(packing) : rc;
}

/* ---- what it says of itself ---- */

static void put_packs(const struct packing *packing, struct xz_buf *out)
{
    const json_t *alert;
    size_t i;

    json_array_foreach(packing->alerts, i, alert)
    {
        const json_t *pack = json_object_get(alert, "pack");
        const char *name = json_string_value(json_object_get(pack, "name"));
        const char *version = json_string_value(json_object_get(pack, "version"));
        const char *sha256 = json_string_value(json_object_get(pack, "sha256"));

        xz_buf_printf(out, "    xiezhi explain -c CONFIG %s\n",
                      json_string_value(json_object_get(alert, "id")));
        xz_buf_printf(out, "        pack %s %s, SHA-256 %s\n", name != NULL ? name : "?",
                      version != NULL ? version : "?", sha256 != NULL ? sha256 : "?");
    }
}

#define CHECKS                                                                                     \
    "    openssl pkeyutl -verify -pubin -inkey manifest.pub -rawin -in manifest.json "             \
    "-sigfile manifest.sig\n"                                                                      \
    "    jq -r '.files[] | .sha256 + \"  \" + .name' manifest.json | sha256sum -c\n"

static void put_readme(const struct packing *packing, struct xz_buf *out)
{
    struct xz_buf packs = {0};

    put_packs(packing, &packs);
    xz_buf_u8(&packs, 0);
    xz_buf_printf(
        out,
        "证据包:案件 %" PRId64 "\n\n"
        "本包含案件记录(case.json、history.json)、全部疑点预警(alerts/)、可取得的原始"
        "交易记录(events/)和办案附件(files/)。除附件外,人员一律以代号表示。\n"
        "未能取得、或所指位置上并非该笔交易的原始记录,列于 manifest.json 的 unavailable。\n"
        "manifest.json 列出每个文件的 SHA-256,并由 manifest.sig 以 Ed25519 签名。"
        "请另行核对 manifest.pub 是否为出具单位公布的公钥,然后验证:\n\n" CHECKS "\n"
        "复算:在保有同一日志的系统上,以下命令用所列规则包重新计算每条预警:\n\n%s\n",
        packing->case_id, (const char *)packs.data);
    xz_buf_printf(out,
                  "Evidence pack of case %" PRId64 "\n\n"
                  "It holds the case (case.json, history.json), every alert of it (alerts/), the "
                  "original transactions that could be fetched (events/) and what was attached "
                  "(files/). People are pseudonyms everywhere but in what was attached.\n"
                  "Originals that could not be fetched, or were another transaction than the "
                  "alert says, are named in manifest.json as unavailable.\n"
                  "manifest.json has the SHA-256 of each file and is signed in manifest.sig by "
                  "Ed25519. Make sure by another way that manifest.pub is the public key of "
                  "whoever issued the pack, then check:\n\n" CHECKS "\n"
                  "To compute each alert again, with the pack of rules that is named, where the "
                  "same log is kept:\n\n%s",
                  packing->case_id, (const char *)packs.data);
    xz_buf_fini(&packs);
}

static json_t *list_of(const struct xz_archive *archive)
{
    json_t *list = json_array();

    for (size_t i = 0; i < archive->count; i++) {
        const struct xz_archive_file *file = &archive->files[i];
        unsigned char digest[32];
        char hex[65];

        xz_sha256(file->bytes.data, file->bytes.len, digest);
        xz_hex(digest, sizeof(digest), hex);
        (void)json_array_append_new(list, json_pack("{s:s, s:s, s:I}", "name", file->name, "sha256",
                                                    hex, "size", (json_int_t)file->bytes.len));
    }
    return list;
}

static void put_public(const struct xz_keys *keys, struct xz_buf *out)
{
    unsigned char raw[XZ_KEY_LEN];
    BIO *memory = BIO_new(BIO_s_mem());
    EVP_PKEY *key;
    char *text = NULL;
    long len;

    xz_keys_public(keys, raw);
    key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, raw, sizeof(raw));
    (void)PEM_write_bio_PUBKEY(memory, key);
    len = BIO_get_mem_data(memory, &text);
    xz_buf_bytes(out, text, len > 0 ? (size_t)len : 0);
    EVP_PKEY_free(key);
    (void)BIO_free(memory);
}

static void sign(struct packing *packing)
{
    const struct xz_desk_view *view = packing->view;
    unsigned char signature[XZ_SIGNATURE_LEN];
    struct xz_archive_file *file;
    char *text;

    put_readme(packing, &packing->archive.files[0].bytes);
    (void)json_object_set(packing->manifest, "alerts", packing->alerts);
    (void)json_object_set_new(packing->manifest, "files", list_of(&packing->archive));
    text = json_dumps(packing->manifest, JSON_INDENT(2));
    file = xz_archive_add(&packing->archive, "", XZ_STR("manifest.json"));
    xz_buf_bytes(&file->bytes, text, strlen(text));
    free(text);
    xz_keys_sign(view->desk->keys, xz_buf_view(&file->bytes), signature);
    file = xz_archive_add(&packing->archive, "", XZ_STR("manifest.sig"));
    xz_buf_bytes(&file->bytes, signature, sizeof(signature));
    file = xz_archive_add(&packing->archive, "", XZ_STR("manifest.pub"));
    put_public(view->desk->keys, &file->bytes);
}

static enum xz_rc record(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct packing *packing = arg;
    const struct xz_archive_file *manifest = xz_archive_find(&packing->archive, "manifest.json");
    unsigned char digest[32];
    char hex[65], detail[160];

    xz_sha256(manifest->bytes.data, manifest->bytes.len, digest);
    xz_hex(digest, sizeof(digest), hex);
    (void)snprintf(detail, sizeof(detail), "{\"files\":%zu,\"manifest\":\"%s\"}",
                   packing->archive.count, hex);
    return xz_desk_audit_on(conn, packing->view->actor, "case.export", "case", packing->case_id,
                            detail, packing->view->now_ms, err);
}

static enum xz_rc check_events(const struct packing *packing, struct xz_err *err)
{
    size_t bytes = 0;

    for (size_t i = 0; i < packing->count && i < XZ_EVIDENCE_EVENTS_MAX; i++) {
        bytes += packing->events[i].json.len;
    }
    return packing->count <= XZ_EVIDENCE_EVENTS_MAX && bytes <= XZ_EVIDENCE_BYTES_MAX / 2
               ? XZ_OK
               : xz_err_reject(err, "too_large", "events", "a pack has at most %d events",
                               XZ_EVIDENCE_EVENTS_MAX);
}

enum xz_rc xz_evidence_make(const struct xz_desk_view *view, int64_t case_id,
                            const struct xz_evidence_event *events, size_t count,
                            struct xz_buf *out, struct xz_err *err)
{
    struct packing packing = {.view = view, .case_id = case_id, .events = events, .count = count};
    const size_t before = out->len;
    enum xz_rc rc = check_events(&packing, err);

    if (rc != XZ_OK) {
        return rc;
    }
    packing.manifest = json_object();
    packing.alerts = json_array();
    (void)json_object_set_new(packing.manifest, "format", json_string(FORMAT));
    (void)json_object_set_new(packing.manifest, "case", json_integer(case_id));
    (void)json_object_set_new(packing.manifest, "made_at", xz_json_time(view->now_ms));
    (void)json_object_set_new(packing.manifest, "made_at_ms", json_integer(view->now_ms));
    (void)json_object_set_new(packing.manifest, "made_by", json_string(view->actor->name));
    rc = xz_desk_read(view->desk, collect, &packing, err);
    if (rc == XZ_OK) {
        sign(&packing);
        rc = xz_archive_pack(&packing.archive, view->now_ms, out, err);
    }
    rc = rc == XZ_OK ? xz_desk_write(view->desk, record, &packing, err) : rc;
    if (rc != XZ_OK) {
        out->len = before; /* what was not recorded did not leave */
    }
    json_decref(packing.manifest);
    json_decref(packing.alerts);
    xz_archive_fini(&packing.archive);
    return rc;
}

/* ---- verifying ---- */

/* False, and report says why. */
static bool wrong(struct xz_evidence_report *report, const char *what, const char *name)
{
    (void)snprintf(report->what, sizeof(report->what), "%s%s%.100s", what,
                   name[0] != '\0' ? ": " : "", name);
    return false;
}

static bool read_public(const struct xz_archive_file *file, unsigned char out[static XZ_KEY_LEN])
{
    BIO *memory = BIO_new_mem_buf(file->bytes.data, (int)file->bytes.len);
    EVP_PKEY *key = PEM_read_bio_PUBKEY(memory, NULL, NULL, NULL);
    size_t len = XZ_KEY_LEN;
    const bool read = key != NULL && EVP_PKEY_get_id(key) == EVP_PKEY_ED25519 &&
                      EVP_PKEY_get_raw_public_key(key, out, &len) == 1 && len == XZ_KEY_LEN;

    EVP_PKEY_free(key);
    (void)BIO_free(memory);
    return read;
}

static bool is_signed(const struct xz_archive *archive, const unsigned char *public_key,
                      struct xz_evidence_report *report)
{
    const struct xz_archive_file *manifest = xz_archive_find(archive, "manifest.json");
    const struct xz_archive_file *signature = xz_archive_find(archive, "manifest.sig");
    const struct xz_archive_file *key = xz_archive_find(archive, "manifest.pub");

    if (manifest == NULL || signature == NULL || key == NULL ||
        signature->bytes.len != XZ_SIGNATURE_LEN || !read_public(key, report->public_key)) {
        return wrong(report, "manifest, signature or public key is missing or broken", "");
    }
    if (public_key != NULL && memcmp(public_key, report->public_key, XZ_KEY_LEN) != 0) {
        return wrong(report, "it is signed by somebody else", "");
    }
    return xz_signature_is_right(report->public_key, xz_buf_view(&manifest->bytes),
                                 signature->bytes.data)
               ? true
               : wrong(report, "the signature is not right", "");
}

/* All files but the manifest's three, in their order. */
static bool are_files_right(const struct xz_archive *archive, json_t *manifest,
                            struct xz_evidence_report *report)
{
    json_t *listed = json_object_get(manifest, "files");
    const struct xz_archive shown = {archive->files, archive->count - 3, 0};
    json_t *found;
    size_t count = json_array_size(listed), i = 0;
    bool right = true;

    found = list_of(&shown);
    while (right && i < count && i < shown.count) {
        right = json_equal(json_array_get(listed, i), json_array_get(found, i)) != 0;
        i += right;
    }
    if (right && count == shown.count) {
        report->files = count;
    } else {
        right = wrong(report, "a file is missing, is another, or stands in another place",
                      i < shown.count ? shown.files[i].name : "");
    }
    json_decref(found);
    return right;
}

/* Headers, padding and order too: packed again, it is the same. */
static bool is_packed_so(const struct xz_archive *archive, json_t *manifest, struct xz_str bytes,
                         struct xz_evidence_report *report)
{
    struct xz_buf again = {0};
    const int64_t made_ms = json_integer_value(json_object_get(manifest, "made_at_ms"));
    const bool same = xz_archive_pack(archive, made_ms, &again, NULL) == XZ_OK &&
                      xz_str_eq(bytes, xz_buf_view(&again));

    xz_buf_fini(&again);
    return same ? true
                : wrong(report, "the files are right, but they were packed in another way", "");
}

void xz_evidence_verify(struct xz_str bytes, const unsigned char *public_key,
                        struct xz_evidence_report *report)
{
    struct xz_archive archive = {.count = 0};
    const struct xz_archive_file *file;
    json_t *manifest = NULL;

    *report = (struct xz_evidence_report){.intact = false};
    if (xz_archive_unpack(bytes, XZ_EVIDENCE_BYTES_MAX * 2, &archive, NULL) != XZ_OK) {
        (void)wrong(report, "it is no archive of this kind, or it was cut short", "");
    } else if (is_signed(&archive, public_key, report)) {
        file = xz_archive_find(&archive, "manifest.json");
        manifest = json_loadb((const char *)file->bytes.data, file->bytes.len, 0, NULL);
        report->case_id = json_integer_value(json_object_get(manifest, "case"));
        report->intact = are_files_right(&archive, manifest, report) &&
                         is_packed_so(&archive, manifest, bytes, report);
    }
    json_decref(manifest);
    xz_archive_fini(&archive);
}
