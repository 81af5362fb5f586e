/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/post.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/time.h"
#include "console/address.h"

#define CONNECT_S 5L
#define LOOK_MS   100 /* so soon a stop is seen */
#define ANSWER_BYTES                                                                               \
    (1L << 20) /* of an answer's body, which is not kept; more ends the transfer                   \
                */

struct sending {
    const struct xz_post *post;
    bool refused, cut_off;
    long answered;
};

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct sending *sending = arg;

    if (purpose != CURLSOCKTYPE_IPCXN ||
        (!sending->post->private_allowed && !xz_address_is_public(&address->addr))) {
        sending->refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t drop(const char *bytes, size_t size, size_t count, void *arg)
{
    struct sending *sending = arg;

    (void)bytes;
    sending->answered += (long)(size * count);
    return sending->answered <= ANSWER_BYTES ? size * count : 0;
}

static struct curl_slist *add(struct curl_slist *list, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static struct curl_slist *add(struct curl_slist *list, const char *format, ...)
{
    char text[256];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return curl_slist_append(list, text);
}

static struct curl_slist *headers_of(const struct xz_post *post)
{
    const int64_t at_s = post->now_ms / XZ_SECOND_MS;
    struct curl_slist *list = NULL;
    struct xz_buf text = {0};
    unsigned char digest[32];
    char hex[65];

    xz_buf_printf(&text, "%" PRId64 ".", at_s);
    xz_buf_bytes(&text, post->body.ptr, post->body.len);
    xz_hmac_sha256(xz_str_from(post->secret), text.data, text.len, digest);
    xz_buf_fini(&text);
    xz_hex(digest, sizeof(digest), hex);
    list = add(list, "Content-Type: application/json");
    list = add(list, "X-Xiezhi-Event: %s", post->event);
    list = add(list, "X-Xiezhi-Delivery: %" PRId64, post->delivery);
    list = add(list, "X-Xiezhi-Timestamp: %" PRId64, at_s);
    list = add(list, "X-Xiezhi-Signature: v1=%s", hex);
    return add(list, "Expect:"); /* the body goes along at once */
}

static void set_up(CURL *curl, struct sending *sending, struct curl_slist *headers)
{
    const struct xz_post *post = sending->post;

    (void)curl_easy_setopt(curl, CURLOPT_URL, post->url);
    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR,
                           post->private_allowed ? "http,https" : "https");
    (void)curl_easy_setopt(curl, CURLOPT_POST, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, post->body.len > 0 ? post->body.ptr : "");
    (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)post->body.len);
    (void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    (void)curl_easy_setopt(curl, CURLOPT_USERAGENT, "xiezhi");
    (void)curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    (void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_S);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, XZ_POST_LIMIT_S);
    (void)curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    (void)curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, sending);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, sending);
}

/* Until it is done, or cut off: then nothing waits for a name that is being looked up. */
static CURLcode perform(CURL *curl, struct sending *sending)
{
    const _Atomic bool *stop = sending->post->stop;
    CURLM *multi = curl_multi_init();
    CURLMcode works = multi != NULL ? curl_multi_add_handle(multi, curl) : CURLM_OUT_OF_MEMORY;
    CURLcode code = CURLE_FAILED_INIT;
    const CURLMsg *told;
    int running = 1, left;

    while (works == CURLM_OK && running > 0 && !sending->cut_off) {
        works = curl_multi_perform(multi, &running);
        sending->cut_off = running > 0 && stop != NULL && *stop;
        if (works == CURLM_OK && running > 0 && !sending->cut_off) {
            works = curl_multi_poll(multi, NULL, 0, LOOK_MS, NULL);
        }
    }
    told = multi != NULL ? curl_multi_info_read(multi, &left) : NULL;
    code = told != NULL && told->msg == CURLMSG_DONE ? told->data.result : code;
    (void)curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, sending->cut_off ? 1L : 0L);
    (void)curl_multi_remove_handle(multi, curl);
    (void)curl_multi_cleanup(multi);
    return code;
}

bool xz_post_sends(struct xz_str url, bool private_allowed)
{
    return xz_str_starts(url, XZ_STR("https://")) ||
           (private_allowed && xz_str_starts(url, XZ_STR("http://")));
}

int xz_post(const struct xz_post *post, char error[static XZ_POST_ERROR_MAX])
{
    struct sending sending = {.post = post};
    struct curl_slist *headers = headers_of(post);
    CURL *curl = curl_easy_init();
    CURLcode code = CURLE_FAILED_INIT;
    long status = 0;

    error[0] = '\0';
    if (curl != NULL) {
        set_up(curl, &sending, headers);
        code = perform(curl, &sending);
        (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
        curl_easy_cleanup(curl);
    }
    curl_slist_free_all(headers);
    if (sending.cut_off) {
        return XZ_POST_CUT_OFF;
    }
    if (sending.refused) {
        (void)snprintf(error, XZ_POST_ERROR_MAX, "an address of a private network is not allowed");
        return 0;
    }
    if (code != CURLE_OK) {
        (void)snprintf(error, XZ_POST_ERROR_MAX, "%s", curl_easy_strerror(code));
        return 0;
    }
    if (status >= 300 && status < 400) {
        (void)snprintf(error, XZ_POST_ERROR_MAX, "a redirect, which is not followed");
    } else if (status < 200 || status >= 400) {
        (void)snprintf(error, XZ_POST_ERROR_MAX, "answered with %ld", status);
    }
    return (int)status;
}
