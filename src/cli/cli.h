/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cli/cli.h - one function a command, named by main.c, and what the commands share. Exit codes: 0
 * done, 1 failed, 2 wrong usage. */
#ifndef XZ_CLI_CLI_H
#define XZ_CLI_CLI_H
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "engine/engine.h"
#include "event/reference.h"

#define XZ_EXIT_OK          0
#define XZ_EXIT_FAILED      1
#define XZ_EXIT_USAGE       2
#define XZ_DEFAULT_PACK     "models/medical-insurance"
#define XZ_DEFAULT_CALENDAR "models/calendar/cn.csv"

int xz_cmd_run(int argc, char **argv);
int xz_cmd_demo(int argc, char **argv);
int xz_cmd_score(int argc, char **argv);
int xz_cmd_simulate(int argc, char **argv);
int xz_cmd_backtest(int argc, char **argv);
int xz_cmd_fit(int argc, char **argv);
int xz_cmd_pack(int argc, char **argv);
int xz_cmd_check(int argc, char **argv);
int xz_cmd_explain(int argc, char **argv);
int xz_cmd_user(int argc, char **argv);
int xz_cmd_audit(int argc, char **argv);
int xz_cmd_evidence(int argc, char **argv);
int xz_cmd_keys(int argc, char **argv);

/* Says err on standard error, "xiezhi COMMAND: path: message"; returns the exit code for it. */
int xz_cli_fail(const char *command, const struct xz_err *err);
/* "xiezhi COMMAND: message", then how to get help; returns XZ_EXIT_USAGE. */
int xz_cli_usage(const char *command, const char *format, ...) XZ_PRINTF(2, 3);

/* For what getopt_long answers with '?', and has said nothing of (main turns that off): which
 * option there is not, and the nearest of longs; or which wants a value. Returns XZ_EXIT_USAGE. */
struct option;
int xz_cli_unknown(const char *command, char *const argv[], const struct option *longs);

/* The default pack: models/medical-insurance here, or beside the program, or where it was
 * installed. */
const char *xz_cli_pack_dir(const char *given);
/* The default calendar of working days, likewise. */
const char *xz_cli_calendar(void);

/* Loads a pack, saying every mistake on standard error. */
XZ_MUST enum xz_rc xz_cli_pack(const char *dir, struct xz_pack **pack, struct xz_err *err);

#endif
