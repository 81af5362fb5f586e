/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any request at a desk: whatever is asked, by whomever, the answer is one of the API's, says
 * nothing of what is behind it, and the desk can be asked again. The input is "METHOD TARGET",
 * header lines "Name: value", an empty line, the body; "As: ROLE" stands for that role's token.
 *
 * Left out: what asks a broker, and what hashes passwords, which are slow and read no more of a
 * request than others do.
 */
#include "../unit/console/consoles.h"
#include "fuzz.h"

#define HEADERS_MAX 12
#define LINE_BYTES  4200

struct parsed {
    char method[16], target[LINE_BYTES], lines[HEADERS_MAX][600], bearer[XZ_SECRET_LEN + 8];
    struct test_header items[HEADERS_MAX];
    size_t count;
};

static struct test_console the_console;

static void closed(void) { test_console_close(&the_console); }

static struct test_console *opened(void)
{
    if (the_console.config.roles == NULL) {
        MUST(test_console_open(&the_console, access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"));
        (void)atexit(closed);
    }
    return &the_console;
}

/* What a server would hand on: no line holds a NUL or an end of line. */
static bool copy_text(struct xz_str from, char *to, size_t size)
{
    const bool fits = from.len < size && memchr(from.ptr, '\0', from.len) == NULL;

    if (fits) {
        memcpy(to, from.ptr, from.len);
        to[from.len] = '\0';
    }
    return fits;
}

static void add_role(struct parsed *parsed, const struct test_console *test, const char *role)
{
    for (unsigned i = 0; i < XZ_ACCESS_ROLES; i++) {
        if (strcmp(role, xz_access_role_names[i]) == 0) {
            (void)snprintf(parsed->bearer, sizeof(parsed->bearer), "Bearer %s", test->tokens[i]);
            parsed->items[parsed->count++] = (struct test_header){"Authorization", parsed->bearer};
        }
    }
}

static bool parse(struct xz_str *input, const struct test_console *test, struct parsed *parsed)
{
    struct xz_str line;
    const char *space;

    if (!next_line(input, &line) || (space = memchr(line.ptr, ' ', line.len)) == NULL ||
        !copy_text((struct xz_str){line.ptr, (uint32_t)(space - line.ptr)}, parsed->method,
                   sizeof(parsed->method)) ||
        !copy_text((struct xz_str){space + 1, (uint32_t)(line.ptr + line.len - space - 1)},
                   parsed->target, sizeof(parsed->target))) {
        return false;
    }
    while (next_line(input, &line) && line.len > 0 && parsed->count < HEADERS_MAX) {
        char *text = parsed->lines[parsed->count], *colon;

        if (!copy_text(line, text, sizeof(parsed->lines[0])) ||
            (colon = strstr(text, ": ")) == NULL) {
            continue;
        }
        *colon = '\0';
        if (strcmp(text, "As") == 0) {
            add_role(parsed, test, colon + 2);
        } else {
            parsed->items[parsed->count++] = (struct test_header){text, colon + 2};
        }
    }
    return true;
}

static bool is_left_out(const struct parsed *parsed)
{
    static const char *const slow[] = {"/records/", "/rejects", "/evidence"};
    static const char *const hashing[] = {"/session", "/users"};
    struct xz_request request = {.target = parsed->target};
    bool is = false;

    if (xz_request_read_target(&request, NULL) == XZ_OK) {
        for (size_t i = 0; i < sizeof(slow) / sizeof(slow[0]); i++) {
            is = is || strstr(request.path, slow[i]) != NULL;
        }
        for (size_t i = 0; i < sizeof(hashing) / sizeof(hashing[0]); i++) {
            is = is ||
                 (strcmp(parsed->method, "POST") == 0 && strstr(request.path, hashing[i]) != NULL);
        }
    }
    xz_request_fini(&request);
    return is;
}

static void check(const struct xz_response *response)
{
    static const unsigned known[] = {0, 200, 401, 403, 404, 405, 409, 413, 415, 422, 429, 503};
    static const char *const words[] = {"SELECT ",  "INSERT ", "sqlite",
                                        "SQLSTATE", "/src/",   "database:"};
    const bool refused = response->status >= 400;
    bool is_known = false;
    struct xz_buf text = {0};

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        is_known = is_known || response->status == known[i];
    }
    MUST(is_known); /* also: never 500 */
    xz_buf_bytes(&text, response->body.data, response->body.len);
    xz_buf_u8(&text, 0);
    if (response->type == NULL && response->asset == NULL && !response->is_stream) {
        json_t *whole = json_loads((const char *)text.data, JSON_REJECT_DUPLICATES, NULL);
        const json_t *error = json_object_get(whole, "error");
        const char *field = json_string_value(json_object_get(error, "field"));

        MUST(json_is_object(whole));
        MUST(refused == (json_string_value(json_object_get(error, "code")) != NULL));
        for (size_t i = 0; refused && field == NULL && i < sizeof(words) / sizeof(words[0]); i++) {
            MUST(strstr((const char *)text.data, words[i]) == NULL);
        }
        json_decref(whole);
    }
    xz_buf_fini(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct test_console *test = opened();
    struct xz_str input = input_of(data, size);
    static struct parsed parsed;
    struct test_headers headers;
    struct xz_response response;

    memset(&parsed, 0, sizeof(parsed));
    if (!parse(&input, test, &parsed) || is_left_out(&parsed)) {
        return 0;
    }
    headers = (struct test_headers){parsed.items, parsed.count};
    test_ask(test, parsed.method, parsed.target, &headers, input, &response);
    check(&response);
    xz_buf_fini(&response.body);
    return 0;
}
