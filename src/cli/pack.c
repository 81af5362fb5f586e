/* SPDX-License-Identifier: GPL-3.0-or-later */
/* xiezhi pack: activates a pack in the log, or tells which one is active where. */
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/service_options.h"
#include "stream/frame.h"
#include "stream/kafka.h"
#include "stream/packs.h"

static const char help[] =
    "Usage: xiezhi pack activate DIR [-c CONFIG] [--set KEY=VALUE]...\n"
    "       xiezhi pack list [-c CONFIG] [--set KEY=VALUE]...\n"
    "activate checks the pack in DIR and makes it the active one from this place in the\n"
    "log on, on all instances, without a restart; an invalid pack changes nothing.\n"
    "list shows which pack was activated last, and at which offset of each partition.\n"
    "\n"
    "  -c, --config FILE      a YAML file; xiezhi run --print-config shows every key\n"
    "      --set KEY=VALUE    over the file\n"
    "  -h, --help             this text\n";

static int activate(const struct xz_config *config, const char *dir)
{
    struct xz_pack *pack = NULL;
    struct xz_err err = {0};
    char cluster[64], sha256[65];
    int32_t partitions = 0;
    const struct xz_patience patience = {0};       /* SIGINT ends the process */
    enum xz_rc rc = xz_cli_pack(dir, &pack, &err); /* says every mistake before anything is sent */

    xz_pack_free(pack);
    rc = rc == XZ_OK ? xz_kafka_topics(config, patience, &partitions, cluster, &err) : rc;
    rc = rc == XZ_OK ? xz_packs_activate(config, patience, dir, partitions, sha256, &err) : rc;
    if (rc != XZ_OK) {
        return xz_cli_fail("pack activate", &err);
    }
    (void)printf("%s is active from here on in %d partitions of %s\nsha256 %s\n", dir, partitions,
                 config->topics_observations, sha256);
    return XZ_EXIT_OK;
}

struct place {
    char sha256[65];
    int64_t offset;
};

static bool on_frame(void *arg, const rd_kafka_message_t *message)
{
    struct place *place = arg;
    struct xz_frame frame;

    if (message->len > 0 && xz_frame_open(message->payload, message->len, &frame, NULL) == XZ_OK &&
        frame.type == XZ_FRAME_PACK) {
        (void)snprintf(place->sha256, sizeof(place->sha256), XZ_STR_FMT, XZ_STR_ARG(frame.pack));
        place->offset = message->offset;
    }
    return true;
}

static int list(const struct xz_config *config)
{
    struct xz_err err = {0};
    char cluster[64], sha256[65];
    int32_t partitions = 0;
    enum xz_rc rc = xz_kafka_topics(config, (struct xz_patience){0}, &partitions, cluster, &err);

    rc = rc == XZ_OK ? xz_packs_active(config, sha256, &err) : rc;
    if (rc == XZ_OK) {
        (void)printf("activated last: %s\n", sha256[0] ? sha256 : "none");
    }
    for (int32_t p = 0; rc == XZ_OK && p < partitions; p++) {
        struct place place = {.offset = -1};
        int64_t next;

        rc = xz_kafka_read(config, config->topics_observations, p, RD_KAFKA_OFFSET_BEGINNING,
                           on_frame, &place, &next, &err);
        if (rc == XZ_OK && place.offset >= 0) {
            (void)printf("partition %d: %s from offset %" PRId64 " on\n", p, place.sha256,
                         place.offset);
        } else if (rc == XZ_OK) {
            (void)printf("partition %d: none named in what is retained\n", p);
        }
    }
    return rc == XZ_OK ? XZ_EXIT_OK : xz_cli_fail("pack list", &err);
}

static bool is_help(const char *text)
{
    return strcmp(text, "--help") == 0 || strcmp(text, "-h") == 0;
}

int xz_cmd_pack(int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : "";
    const bool activates = strcmp(verb, "activate") == 0;
    struct xz_config config;
    int code;

    if (is_help(verb) || (activates && argc > 2 && is_help(argv[2]))) {
        (void)fputs(help, stdout);
        return XZ_EXIT_OK;
    }
    if (!activates && strcmp(verb, "list") != 0) {
        return xz_cli_usage("pack", "activate DIR or list, not \"%s\"", verb);
    }
    if (activates && (argc < 3 || argv[2][0] == '-')) {
        return xz_cli_usage("pack", "which DIR is to be activated?");
    }
    xz_config_init(&config);
    code = xz_cli_service_options("pack", help, false, argc - (activates ? 2 : 1),
                                  argv + (activates ? 2 : 1), &config);
    if (code < 0) {
        code = activates ? activate(&config, argv[2]) : list(&config);
    }
    xz_config_fini(&config);
    return code;
}
