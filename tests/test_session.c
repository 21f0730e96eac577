/* SPDX-License-Identifier: MIT */
/* RemoveIPC is noticed where it bites, and only there: on trees of files like those of a system. */
#include "session.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char root[] = "/tmp/triptych-session-XXXXXX";

/** Writes a file below the root, and the folders on its way. */
static void put(const char *path, const char *text)
{
    char full[PATH_MAX];
    snprintf(full, sizeof(full), "%s%s", root, path);
    for (char *slash = strchr(full + sizeof(root), '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        assert_true(mkdir(full, 0755) == 0 || errno == EEXIST);
        *slash = '/';
    }
    FILE *file = fopen(full, "we");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *where)
{
    (void)status;
    (void)type;
    (void)where;
    return remove(path);
}

static int empty_system(void **state)
{
    (void)state;
    strcpy(root + sizeof(root) - 7, "XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static int system_gone(void **state)
{
    (void)state;
    return nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void without_logind_nothing_is_removed(void **state)
{
    (void)state;
    assert_false(tri_session_removes_ipc(root, 1000, "ada"));
}

static void logind_removes_by_default(void **state)
{
    (void)state;
    put("/run/systemd/users/1000", "");
    assert_true(tri_session_removes_ipc(root, 1000, "ada"));
    put("/etc/systemd/logind.conf", "[Login]\n#RemoveIPC=no\nKillUserProcesses=no\n");
    assert_true(tri_session_removes_ipc(root, 1000, "ada"));
}

static void root_and_system_users_are_left_alone(void **state)
{
    (void)state;
    put("/run/systemd/users/0", "");
    assert_false(tri_session_removes_ipc(root, 0, "root"));
    assert_false(tri_session_removes_ipc(root, 999, "camera"));
}

static void who_lingers_keeps_what_is_there(void **state)
{
    (void)state;
    put("/run/systemd/users/1000", "");
    put("/var/lib/systemd/linger/ada", "");
    assert_false(tri_session_removes_ipc(root, 1000, "ada"));
    assert_true(tri_session_removes_ipc(root, 1001, "bob"));
}

static void it_can_be_switched_off_and_a_later_file_wins(void **state)
{
    (void)state;
    put("/run/systemd/users/1000", "");
    put("/etc/systemd/logind.conf", "[Login]\n  RemoveIPC = no \n");
    assert_false(tri_session_removes_ipc(root, 1000, "ada"));
    put("/usr/lib/systemd/logind.conf.d/10-vendor.conf", "[Login]\nRemoveIPC=yes\n");
    assert_true(tri_session_removes_ipc(root, 1000, "ada"));
    put("/etc/systemd/logind.conf.d/20-admin.conf", "[Login]\nRemoveIPC=0\n");
    assert_false(tri_session_removes_ipc(root, 1000, "ada"));
    put("/etc/systemd/logind.conf.d/30-not-read.txt", "[Login]\nRemoveIPC=yes\n");
    assert_false(tri_session_removes_ipc(root, 1000, "ada"));
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, empty_system, system_gone)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(without_logind_nothing_is_removed),
        CASE(logind_removes_by_default),
        CASE(root_and_system_users_are_left_alone),
        CASE(who_lingers_keeps_what_is_there),
        CASE(it_can_be_switched_off_and_a_later_file_wins),
    };
    return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
