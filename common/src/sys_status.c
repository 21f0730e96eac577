/* SPDX-License-Identifier: MIT */
#include "sys_status.h"

#include "errno_map.h"

#include <errno.h>
#include <stdbool.h>

#ifndef SHM_STAT_ANY
#define SHM_STAT_ANY 15
#endif
#ifndef SEM_STAT_ANY
#define SEM_STAT_ANY 20
#endif

// The kernel finds an object by the low bits of its id, which are its index.

int tri_shm_status_at(int index, struct shmid_ds *status)
{
    const int id = shmctl(index, SHM_STAT_ANY, status);
    return id < 0 && errno == EINVAL ? shmctl(index, SHM_STAT, status) : id;
}

int tri_sem_status_at(int index, struct semid_ds *status)
{
    const int id = semctl(index, 0, SEM_STAT_ANY, status);
    return id < 0 && errno == EINVAL ? semctl(index, 0, SEM_STAT, status) : id;
}

/** One object, of either kind. */
struct object {
    int id;
    int (*stat)(int id, void *status);
    bool (*is_unfinished)(int id);
};

static enum tri_err status_of(const struct object *object, void *status)
{
    enum tri_err err = TRI_OK;
    // Twice: it may have been finished between the two system calls.
    for (int tries = 0; tries < 2; tries++) {
        if (object->stat(object->id, status) == 0)
            return TRI_OK;
        err = tri_err_of_errno(errno);
        if (err == TRI_ERR_REMOVED || (err == TRI_ERR_DENIED && object->is_unfinished(object->id)))
            return TRI_ERR_NO_STREAM;
    }
    return err;
}

static int stat_shm(int id, void *status)
{
    return shmctl(id, IPC_STAT, status);
}

static int stat_sem(int id, void *status)
{
    return semctl(id, 0, IPC_STAT, status);
}

static bool is_shm_unfinished(int id)
{
    struct shmid_ds status = { 0 }; // filled by shmctl(), which analysers cannot see
    return tri_shm_status_at(id, &status) == id && (status.shm_perm.mode & TRI_IPC_UNFINISHED);
}

static bool is_sem_unfinished(int id)
{
    struct semid_ds status = { 0 };
    return tri_sem_status_at(id, &status) == id && (status.sem_perm.mode & TRI_IPC_UNFINISHED);
}

enum tri_err tri_status_of_shm(int shm_id, struct shmid_ds *status)
{
    return status_of(&(struct object){ shm_id, stat_shm, is_shm_unfinished }, status);
}

enum tri_err tri_status_of_sem(int sem_id, struct semid_ds *status)
{
    return status_of(&(struct object){ sem_id, stat_sem, is_sem_unfinished }, status);
}
