/* SPDX-License-Identifier: MIT */
/** Kernel objects of a stream's name, found without the library. */
#ifndef TESTS_IPC_H
#define TESTS_IPC_H

#include <sys/shm.h>
#include <sys/types.h>

/** The key of a stream: 't' and 24 bits of FNV-1a over its name, see docs/design.md. */
key_t ipc_key(const char *name);

/** The id of the stream's segment or semaphore set, -1 if there is none. */
int ipc_shm(const char *name);
int ipc_sem(const char *name);

/** Counts the objects of the name: 0, 1 or 2. */
unsigned ipc_objects(const char *name);

/** IPC_STAT of a segment, which must exist. */
struct shmid_ds ipc_stat(int shm_id);

/** Whether a segment still exists, marked for removal or not. */
int ipc_exists(int shm_id);

/** Counts the existing segments of a process, with a key or not. */
unsigned ipc_shm_made_by(pid_t pid);

/** As ipcrm: removes segment or semaphores of a stream, even while they are used. */
void ipc_remove_shm(const char *name);
void ipc_remove_sem(const char *name);
void ipc_wipe(const char *name);

#endif
