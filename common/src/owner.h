/* SPDX-License-Identifier: MIT */
/** Whose objects stand under a key, read from the kernel's table where IPC_STAT is refused. */
#ifndef TRI_OWNER_H
#define TRI_OWNER_H

#include <triptych/log.h>

#include <stdbool.h>
#include <sys/types.h>

/** The owner of the semaphore set or segment of `key`. @return false if neither exists. */
bool tri_owner_of(key_t key, uid_t *owner);

/** Says, as an error, that another user's objects stand under `name`, and what to do. */
void tri_owner_explain(const tri_log *log, const char *name, key_t key);

#endif
