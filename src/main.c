/* SPDX-License-Identifier: GPL-3.0-or-later */
/* xiezhi: names the commands and hands over. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "event/field.h"
#include "stats/distrib.h"
#include "stream/config.h"

/* For jemalloc, where it is linked: freed memory goes back to the system after two seconds. */
extern const char *malloc_conf;
const char *malloc_conf = "background_thread:true,dirty_decay_ms:2000,muzzy_decay_ms:0,narenas:4";

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *does;
} commands[] = {
    {"run", xz_cmd_run, "the service: events from Kafka in, alerts to Kafka out"},
    {"demo", xz_cmd_demo, "a simulated region and the service in one process, no broker needed"},
    {"score", xz_cmd_score, "score events from files or standard input, no broker"},
    {"simulate", xz_cmd_simulate, "make a region's events, with hidden schemes and the truth"},
    {"backtest", xz_cmd_backtest, "score a labelled history and report how well that went"},
    {"fit", xz_cmd_fit, "learn a pack's baselines from a history"},
    {"pack", xz_cmd_pack, "activate a pack in the log, or list which is active where"},
    {"check", xz_cmd_check, "say what is wrong with a configuration or a pack, by file and line"},
    {"user", xz_cmd_user, "accounts of the console: add, list, change"},
    {"audit", xz_cmd_audit, "verify the audit chain of the console, or show its heads"},
    {"evidence", xz_cmd_evidence, "is an evidence pack of the console what was signed?"},
    {"keys", xz_cmd_keys, "new pseudonyms for the console, or the key that signs evidence"},
    {"explain", xz_cmd_explain, "derive one alert again from its events and show the arithmetic"},
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void help(FILE *out)
{
    (void)fprintf(out, "Usage: xiezhi COMMAND [OPTION]...\n"
                       "Finds impersonation and cash-out in medical-insurance transactions.\n\n");
    for (size_t i = 0; i < COMMANDS; i++) {
        (void)fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].does);
    }
    (void)fprintf(out, "  %-9s %s\n\nxiezhi COMMAND --help tells more; so does man xiezhi.\n",
                  "version", "print the version");
}

/* The one that argv[1] names. */
static int command(int argc, char **argv)
{
    const char *names[COMMANDS], *nearest;

    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            return commands[i].run(argc - 1, argv + 1);
        }
        names[i] = commands[i].name;
    }
    nearest = xz_str_nearest(xz_str_from(argv[1]), names, COMMANDS);
    (void)fprintf(stderr, "xiezhi: no command \"%s\"%s%s%s\nTry: xiezhi --help\n", argv[1],
                  nearest ? "; did you mean " : "", nearest ? nearest : "", nearest ? "?" : "");
    return XZ_EXIT_USAGE;
}

int main(int argc, char **argv)
{
    xz_stats_init();
    xz_fields_init();
    (void)xz_engine_schema(); /* its tables are made once, before any thread */
    (void)signal(SIGPIPE, SIG_IGN);
    opterr = 0; /* see xz_cli_unknown */
    if (argc < 2) {
        help(stderr);
        return XZ_EXIT_USAGE;
    }
    if (strcmp(argv[1], "help") == 0 && argc > 2) { /* "help run" is "run --help" */
        static char asks[] = "--help";
        char *turned[] = {argv[0], argv[2], asks, NULL};

        return command(3, turned);
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        help(stdout);
        return XZ_EXIT_OK;
    }
    if (strcmp(argv[1], "version") == 0 || strcmp(argv[1], "--version") == 0) {
        (void)printf("xiezhi %s\n", xz_version);
        return XZ_EXIT_OK;
    }
    return command(argc, argv);
}
