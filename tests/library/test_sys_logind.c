/* SPDX-License-Identifier: MIT */
/* RemoveIPC is detected where it applies, and only there: on copies of system configuration
 * files. */
#include "sys_logind.h"

#include "fake_root.h"
#include "fixture.h"

static void run_logind(const char *user_file)
{
    root_put("/run/systemd/system/boot", "");
    root_put(user_file, "");
}

static void session_removes_nothing_where_systemd_did_not_boot(void **state)
{
    (void)state;
    assert_false(tri_session_removes_ipc(root, 1000, "ada"));
    root_put("/run/systemd/users/1000", ""); // the package is installed, as in a container
    assert_false(tri_session_removes_ipc(root, 1000, "ada"));
}

static void logind_removes_by_default(void **state)
{
    (void)state;
    run_logind("/run/systemd/users/1000");
    assert_true(tri_session_removes_ipc(root, 1000, "ada"));
    root_put("/etc/systemd/logind.conf", "[Login]\n#RemoveIPC=no\nKillUserProcesses=no\n");
    assert_true(tri_session_removes_ipc(root, 1000, "ada"));
}

static void root_and_system_users_keep_their_objects(void **state)
{
    (void)state;
    run_logind("/run/systemd/users/0");
    assert_false(tri_session_removes_ipc(root, 0, "root"));
    assert_false(tri_session_removes_ipc(root, 999, "camera"));
}

static void lingering_user_keeps_the_objects(void **state)
{
    (void)state;
    run_logind("/run/systemd/users/1000");
    root_put("/var/lib/systemd/linger/ada", "");
    assert_false(tri_session_removes_ipc(root, 1000, "ada"));
    assert_true(tri_session_removes_ipc(root, 1001, "bob"));
}

static void later_file_switches_removal_off(void **state)
{
    (void)state;
    run_logind("/run/systemd/users/1000");
    root_put("/etc/systemd/logind.conf", "[Login]\n  RemoveIPC = no \n");
    assert_false(tri_session_removes_ipc(root, 1000, "ada"));
    root_put("/usr/lib/systemd/logind.conf.d/10-vendor.conf", "[Login]\nRemoveIPC=yes\n");
    assert_true(tri_session_removes_ipc(root, 1000, "ada"));
    root_put("/etc/systemd/logind.conf.d/20-admin.conf", "[Login]\nRemoveIPC=0\n");
    assert_false(tri_session_removes_ipc(root, 1000, "ada"));
    root_put("/etc/systemd/logind.conf.d/30-not-read.txt", "[Login]\nRemoveIPC=yes\n");
    assert_false(tri_session_removes_ipc(root, 1000, "ada"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        root_test(session_removes_nothing_where_systemd_did_not_boot),
        root_test(logind_removes_by_default),
        root_test(root_and_system_users_keep_their_objects),
        root_test(lingering_user_keeps_the_objects),
        root_test(later_file_switches_removal_off),
    };
    return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
