/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Both kinds of database, fresh for each test: SQLite in a file, PostgreSQL in a schema of its own
 * on a private server that the group starts and stops. */
#ifndef XZ_TESTS_CASES_DATABASES_H
#define XZ_TESTS_CASES_DATABASES_H
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "cases/db.h"

static char databases_dir[32];
static unsigned databases_count;

/* ops/postgres/postgres WHAT DIR [MORE], quietly; its exit status. */
static int databases_run(const char *what, const char *more)
{
    char dir[64];
    int status = -1;
    const pid_t child = fork();

    (void)snprintf(dir, sizeof(dir), "%s/pg", databases_dir);
    if (child == 0) {
        const int nowhere = open("/dev/null", O_WRONLY);

        (void)dup2(nowhere, STDOUT_FILENO);
        (void)execl("ops/postgres/postgres", "postgres", what, dir, more, (char *)NULL);
        _exit(127);
    }
    return child > 0 && waitpid(child, &status, 0) == child ? status : -1;
}

/* A signal to the private server and all its processes: SIGSTOP freezes it, SIGCONT thaws it. */
__attribute__((unused)) static void databases_signal(int number)
{
    char path[80];
    FILE *file;
    int pid = 0, child = 0;

    (void)snprintf(path, sizeof(path), "%s/pg/data/postmaster.pid", databases_dir);
    file = fopen(path, "r");
    if (file == NULL || fscanf(file, "%d", &pid) != 1 || pid <= 1) {
        (void)fprintf(stderr, "# no server's pid in %s\n", path);
        abort();
    }
    (void)fclose(file);
    (void)kill(pid, number);
    (void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
    file = fopen(path, "r");
    while (file != NULL && fscanf(file, "%d", &child) == 1) {
        (void)kill(child, number);
    }
    if (file != NULL) {
        (void)fclose(file);
    }
}

static int databases_start(void **state)
{
    (void)state;
    (void)snprintf(databases_dir, sizeof(databases_dir), "/tmp/xz-db-XXXXXX");
    return mkdtemp(databases_dir) == NULL || chmod(databases_dir, 0711) != 0
               ? -1
               : databases_run("start", NULL);
}

static int databases_remove(const char *path, const struct stat *stat, int type, struct FTW *at)
{
    (void)stat;
    (void)type;
    (void)at;
    return remove(path);
}

static int databases_stop(void **state)
{
    (void)state;
    (void)databases_run("stop", NULL);
    return nftw(databases_dir, databases_remove, 16, FTW_DEPTH | FTW_PHYS);
}

/* Where a test's database is; the setup of each test makes it: *state is that of cmocka. */
static int databases_sqlite(void **state)
{
    char url[80];

    (void)snprintf(url, sizeof(url), "sqlite:%s/%u.db", databases_dir, ++databases_count);
    *state = xz_strdup(url);
    return 0;
}

static int databases_postgres(void **state)
{
    struct xz_db *db = NULL;
    struct xz_db_conn *conn = NULL;
    struct xz_err err = {0};
    char url[160], sql[64];
    enum xz_rc rc;

    (void)snprintf(url, sizeof(url), "host=%s/pg user=postgres dbname=postgres", databases_dir);
    (void)snprintf(sql, sizeof(sql), "CREATE SCHEMA test%u", ++databases_count);
    rc = xz_db_open(url, 1, &db, &err);
    rc = rc == XZ_OK ? xz_db_take(db, 1000, &conn, &err) : rc;
    rc = rc == XZ_OK ? xz_db_script(conn, sql, &err) : rc;
    xz_db_give(conn);
    xz_db_close(db);
    if (rc != XZ_OK) {
        (void)fprintf(stderr, "# %s\n", err.msg);
        return -1;
    }
    (void)snprintf(url, sizeof(url),
                   "host=%s/pg user=postgres dbname=postgres options=-csearch_path=test%u",
                   databases_dir, databases_count);
    *state = xz_strdup(url);
    return 0;
}

static int databases_forget(void **state)
{
    free(*state);
    return 0;
}

/* A test on one of them, and on both. */
#define ON_SQLITE(test)                                                                            \
    {                                                                                              \
#test "_sqlite", test, databases_sqlite, databases_forget, NULL                            \
    }
#define ON_POSTGRES(test)                                                                          \
    {                                                                                              \
#test "_postgres", test, databases_postgres, databases_forget, NULL                        \
    }
#define ON_BOTH(test) ON_SQLITE(test), ON_POSTGRES(test)

#endif
