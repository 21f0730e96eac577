/* SPDX-License-Identifier: MIT */
#include "sys_logind.h"

#include "sys_account.h"

#include <dirent.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define SYSTEM_UID_MAX 999 // Debian's and systemd's; logind exempts system users

static bool exists(const char *root, const char *path, const char *last)
{
    char full[PATH_MAX];
    snprintf(full, sizeof(full), "%s%s%s", root, path, last);
    return access(full, F_OK) == 0;
}

/** The value in a line "RemoveIPC = value", NULL for any other line. Changes the line. */
static char *value_in(char *line)
{
    char *key = line + strspn(line, " \t");
    char *equals = strchr(key, '=');
    if (!equals || strncmp(key, "RemoveIPC", 9) != 0 || key + 9 + strspn(key + 9, " \t") != equals)
        return NULL;
    char *value = equals + 1 + strspn(equals + 1, " \t");
    value[strcspn(value, " \t\r\n")] = '\0';
    return value;
}

/** Applies RemoveIPC= from one configuration file, if set. */
static void read_file(const char *path, bool *removes)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return;
    char line[512];
    while (fgets(line, sizeof(line), file)) {
        const char *value = value_in(line);
        if (value)
            *removes = *value == '\0' || strcasecmp(value, "yes") == 0 ||
                       strcasecmp(value, "true") == 0 || strcasecmp(value, "on") == 0 ||
                       strcasecmp(value, "y") == 0 || strcasecmp(value, "t") == 0 ||
                       strcmp(value, "1") == 0;
    }
    fclose(file);
}

static int is_conf(const struct dirent *entry)
{
    const size_t length = strlen(entry->d_name);
    return length > 5 && strcmp(entry->d_name + length - 5, ".conf") == 0;
}

/** Applies the RemoveIPC= of the files of a folder, in the order of their names. */
static void read_folder(const char *root, const char *folder, bool *removes)
{
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s%s", root, folder);
    struct dirent **entry;
    const int count = scandir(path, &entry, is_conf, alphasort);
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof(path), "%s%s/%s", root, folder, entry[i]->d_name);
        read_file(path, removes);
        free(entry[i]);
    }
    if (count >= 0)
        free(entry);
}

bool tri_session_removes_ipc(const char *root, uid_t uid, const char *user)
{
    // The first is sd_booted(3)'s test. The second alone also exists where the package is merely
    // installed: in many containers.
    const bool logind_runs =
        exists(root, "/run/systemd/system", "") && exists(root, "/run/systemd/users", "");
    if (uid <= SYSTEM_UID_MAX || !logind_runs || exists(root, "/var/lib/systemd/linger/", user))
        return false;

    bool removes = true; // logind's default
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/etc/systemd/logind.conf", root);
    read_file(path, &removes);
    read_folder(root, "/usr/lib/systemd/logind.conf.d", &removes);
    read_folder(root, "/run/systemd/logind.conf.d", &removes);
    read_folder(root, "/etc/systemd/logind.conf.d", &removes);
    return removes;
}

void tri_session_warn(const tri_log *log, const char *name)
{
    if (!log || log->level < TRI_LOG_WARN)
        return; // the message would be discarded
    char user[256];
    tri_account_name(geteuid(), user, sizeof(user));
    if (tri_session_removes_ipc("", geteuid(), user))
        tri_log_write(
            log, TRI_LOG_WARN, "session",
            "%s: the stream will be removed when user %s logs out (RemoveIPC of "
            "systemd-logind) and then created again; to keep it, run `loginctl enable-linger %s`, "
            "or the writer as a system user",
            name, user, user);
}
