/* SPDX-License-Identifier: MIT */
/** IPC_STAT of objects that may be denied, and the status of any object by its index. */
#ifndef TRI_SYS_STATUS_H
#define TRI_SYS_STATUS_H

#include <triptych/error.h>

#include <sys/sem.h>
#include <sys/shm.h>

/**
 * Permission bit of a new object whose group is not set yet; the kernel ignores this bit. A creator
 * that is not a member of the group that may read can set it only after the object has its key.
 * Until then the object is denied to the group.
 */
#define TRI_IPC_UNFINISHED 0100

/**
 * Status of the object at an index of the kernel's table, of any user. Before Linux 4.17, and under
 * qemu-user, only of objects that this process may read.
 *
 * @return its id; -1: none at this index
 */
int tri_shm_status_at(int index, struct shmid_ds *status);
int tri_sem_status_at(int index, struct semid_ds *status);

/** IPC_STAT. @return TRI_OK; TRI_ERR_DENIED; TRI_ERR_NO_STREAM, it is gone or unfinished; others as
 *  tri_err_of_errno(). Cost: one system call, up to three if it is denied. */
enum tri_err tri_status_of_shm(int shm_id, struct shmid_ds *status);
enum tri_err tri_status_of_sem(int sem_id, struct semid_ds *status);

#endif
