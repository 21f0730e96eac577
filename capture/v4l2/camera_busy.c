/* SPDX-License-Identifier: MIT */
#include "camera_busy.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool has_open(const char *pid, const struct stat *device)
{
    char folder[64];
    snprintf(folder, sizeof(folder), "/proc/%.20s/fd", pid);
    DIR *files = opendir(folder);
    bool found = false;

    if (!files)
        return false;
    for (struct dirent *entry; !found && (entry = readdir(files));) {
        struct stat file;
        found = fstatat(dirfd(files), entry->d_name, &file, 0) == 0 && S_ISCHR(file.st_mode) &&
                file.st_rdev == device->st_rdev;
    }
    closedir(files);
    return found;
}

static void name_of(const char *pid, char name[32])
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%.20s/comm", pid);
    FILE *file = fopen(path, "re");

    if (!file || !fgets(name, 32, file))
        strcpy(name, "a process");
    name[strcspn(name, "\n")] = '\0';
    if (file)
        fclose(file);
}

bool camera_busy_process(const char *path, char *text, size_t bytes)
{
    struct stat device;
    DIR *processes = stat(path, &device) == 0 ? opendir("/proc") : NULL;
    bool found = false;
    text[0] = '\0';
    if (!processes)
        return false;
    for (struct dirent *entry; !found && (entry = readdir(processes));) {
        const long pid = strtol(entry->d_name, NULL, 10);
        if (pid <= 0 || pid == getpid() || !has_open(entry->d_name, &device))
            continue;
        char name[32];
        name_of(entry->d_name, name);
        snprintf(text, bytes, "in use by %s (pid %ld)", name, pid);
        found = true;
    }
    closedir(processes);
    return found;
}
