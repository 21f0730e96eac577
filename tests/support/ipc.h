/* SPDX-License-Identifier: MIT */
/** What the kernel has under a stream's name, found without the library. */
#ifndef TESTS_IPC_H
#define TESTS_IPC_H

#include <sys/shm.h>
#include <sys/types.h>

/** The key of a stream: 't' and 24 bits of FNV-1a over its name, see docs/design.md. */
key_t ipc_key(const char *name);

/** The id of the stream's segment or semaphore set, -1 if there is none. */
int ipc_shm(const char *name);
int ipc_sem(const char *name);

/** How many objects stand under the name: 0, 1 or 2. */
unsigned ipc_objects(const char *name);

/** IPC_STAT of a segment, which must exist. */
struct shmid_ds ipc_stat(int shm_id);

/** Whether a segment still exists, marked for removal or not. */
int ipc_exists(int shm_id);

/** How many segments a process has made that still exist, under a key or not. */
unsigned ipc_shm_made_by(pid_t pid);

/** What ipcrm does: removes segment or semaphores of a stream, whoever uses them. */
void ipc_remove_shm(const char *name);
void ipc_remove_sem(const char *name);
void ipc_wipe(const char *name);

#endif
