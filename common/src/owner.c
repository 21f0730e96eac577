/* SPDX-License-Identifier: MIT */
#include "owner.h"

#include <pwd.h>
#include <stdio.h>
#include <sys/sem.h>
#include <sys/shm.h>

#ifndef SEM_STAT_ANY // Linux 4.17: IPC_STAT by index, for any user
#define SEM_STAT_ANY 20
#endif
#ifndef SHM_STAT_ANY
#define SHM_STAT_ANY 15
#endif

bool tri_owner_of(key_t key, uid_t *owner)
{
    struct seminfo sem_table;
    const int sems = semctl(0, 0, SEM_INFO, &sem_table);
    for (int i = 0; i <= sems; i++) {
        struct semid_ds status;
        if (semctl(i, 0, SEM_STAT_ANY, &status) >= 0 && status.sem_perm.__key == key) {
            *owner = status.sem_perm.uid;
            return true;
        }
    }

    struct shm_info shm_table;
    const int segments = shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&shm_table);
    for (int i = 0; i <= segments; i++) {
        struct shmid_ds status;
        if (shmctl(i, SHM_STAT_ANY, &status) >= 0 && status.shm_perm.__key == key) {
            *owner = status.shm_perm.uid;
            return true;
        }
    }
    return false;
}

void tri_owner_explain(const tri_log *log, const char *name, key_t key)
{
    uid_t uid;
    if (!tri_owner_of(key, &uid)) {
        tri_log_say(log, TRI_LOG_ERROR, "segment",
                    "%s: another user's System V object had this key a moment ago; try again",
                    name);
        return;
    }
    const struct passwd *user = getpwuid(uid);
    tri_log_say(log, TRI_LOG_ERROR, "segment",
                "%s: this name is taken by user %s (uid %u, key 0x%08x) and is not trusted; choose "
                "another --name, or have that user or root run `triptych-info remove %s`",
                name, user ? user->pw_name : "without an account", (unsigned)uid, (unsigned)key,
                name);
}
