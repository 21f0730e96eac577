/* SPDX-License-Identifier: MIT */
#include "ipc.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/sem.h>

/** The id in the row of `key` in /proc/sysvipc, which also lists objects that this user cannot
 * access. */
static int listed(const char *table, key_t key)
{
    FILE *file = fopen(table, "re");
    if (!file)
        return -1;
    char line[512];
    int found = -1;
    while (fgets(line, sizeof(line), file)) {
        char *end;
        const long row_key = strtol(line, &end, 10);
        if (end != line && (key_t)row_key == key)
            found = (int)strtol(end, NULL, 10);
    }
    fclose(file);
    return found;
}

key_t ipc_key(const char *name)
{
    uint32_t hash = 2166136261u;
    for (const char *c = name; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 16777619u;
    return (key_t)(0x74000000u | (hash >> 24 ^ (hash & 0xffffffu)));
}

int ipc_shm(const char *name)
{
    return listed("/proc/sysvipc/shm", ipc_key(name));
}

int ipc_sem(const char *name)
{
    return listed("/proc/sysvipc/sem", ipc_key(name));
}

unsigned ipc_objects(const char *name)
{
    return (ipc_shm(name) >= 0 ? 1u : 0u) + (ipc_sem(name) >= 0 ? 1u : 0u);
}

struct shmid_ds ipc_stat(int shm_id)
{
    struct shmid_ds status = { 0 };
    shmctl(shm_id, IPC_STAT, &status);
    return status;
}

int ipc_exists(int shm_id)
{
    struct shmid_ds status;
    return shmctl(shm_id, IPC_STAT, &status) == 0;
}

unsigned ipc_shm_made_by(pid_t pid)
{
    FILE *file = fopen("/proc/sysvipc/shm", "re");
    if (!file)
        return 0;
    char line[512];
    unsigned made = 0;
    while (fgets(line, sizeof(line), file)) {
        long column[5] = { 0 }; // key, shmid, perms, size, cpid
        char *at = line;
        for (int i = 0; i < 5; i++)
            column[i] = strtol(at, &at, 10);
        made += column[4] == pid;
    }
    fclose(file);
    return made;
}

void ipc_remove_shm(const char *name)
{
    const int id = ipc_shm(name);
    if (id >= 0)
        shmctl(id, IPC_RMID, NULL);
}

void ipc_remove_sem(const char *name)
{
    const int id = ipc_sem(name);
    if (id >= 0)
        semctl(id, 0, IPC_RMID);
}

void ipc_wipe(const char *name)
{
    ipc_remove_shm(name);
    ipc_remove_sem(name);
}
