/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/health.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"

#define ANSWER_MS 1000L
#define TEXT_MAX  ((size_t)1 << 20)

/* ---- the service's metrics as text ---- */

static size_t take_text(char *bytes, size_t size, size_t count, void *arg)
{
    struct xz_buf *text = arg;

    if (text->len + size * count > TEXT_MAX) {
        return 0; /* no service of ours: the transfer ends with an error */
    }
    xz_buf_bytes(text, bytes, size * count);
    return size * count;
}

static bool fetch(const char *listen, struct xz_buf *text)
{
    CURL *curl = curl_easy_init();
    char url[160];
    long status = 0;
    bool got = false;

    if (curl != NULL) {
        (void)snprintf(url, sizeof(url), "http://%s/metrics", listen);
        (void)curl_easy_setopt(curl, CURLOPT_URL, url);
        (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
        (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, ANSWER_MS);
        (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
        (void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
        (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_text);
        (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, text);
        got = curl_easy_perform(curl) == CURLE_OK &&
              curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK && status == 200;
        curl_easy_cleanup(curl);
    }
    return got;
}

static bool read_metrics(struct xz_console *console, int64_t now_ms, struct xz_buf *text)
{
    if (console->metrics != NULL) {
        xz_metrics_text(console->metrics, now_ms, text);
        return true;
    }
    return console->config->http_listen[0] != '\0' && fetch(console->config->http_listen, text);
}

/* "xiezhi_NAME VALUE" into service, xiezhi_rejects_total{reason="R"} into rejects. */
static void read_line(char *line, json_t *service, json_t *rejects)
{
    static const char reason[] = "xiezhi_rejects_total{reason=\"";
    char *space = strrchr(line, ' ');

    if (line[0] == '#' || space == NULL || strncmp(line, "xiezhi_", 7) != 0) {
        return;
    }
    *space = '\0';
    if (strncmp(line, reason, sizeof(reason) - 1) == 0) {
        char *name = line + sizeof(reason) - 1;

        name[strcspn(name, "\"")] = '\0';
        (void)json_object_set_new(rejects, name, json_real(strtod(space + 1, NULL)));
    } else if (strchr(line, '{') == NULL) {
        (void)json_object_set_new(service, line + 7, json_real(strtod(space + 1, NULL)));
    }
}

static json_t *service_json(struct xz_console *console, int64_t now_ms, json_t *rejects)
{
    struct xz_buf text = {0};
    json_t *service = NULL;

    if (read_metrics(console, now_ms, &text)) {
        char *line, *end;

        service = json_object();
        xz_buf_u8(&text, 0);
        for (line = (char *)text.data; (end = strchr(line, '\n')) != NULL; line = end + 1) {
            *end = '\0';
            read_line(line, service, rejects);
        }
    }
    xz_buf_fini(&text);
    return service != NULL ? service : json_null();
}

/* ---- all of it ---- */

static json_t *time_json(int64_t at_ms)
{
    char text[XZ_TIME_TEXT_MAX];

    if (at_ms == 0) {
        return json_null();
    }
    xz_time_format(at_ms, text);
    return json_string(text);
}

json_t *xz_health_json(struct xz_console *console, int64_t now_ms)
{
    json_t *rejects = json_object();
    json_t *service = service_json(console, now_ms, rejects);
    json_t *watermark =
        console->metrics != NULL ? time_json(console->metrics->watermark_ms) : json_null();

    return json_pack("{s:o, s:{s:I, s:o, s:I, s:I, s:b}, s:o, s:o, s:o}", "as_of",
                     time_json(now_ms), "feed", "lag", (json_int_t)console->feed_lag, "fed_at",
                     time_json(console->fed_at_ms), "taken", (json_int_t)console->taken, "rejected",
                     (json_int_t)console->rejected, "ok", (int)!console->failed, "watermark",
                     watermark, "service", service, "rejects", rejects);
}
