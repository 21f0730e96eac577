/* SPDX-License-Identifier: MIT */
/** Whose objects stand under a key, read from the kernel's table where IPC_STAT is refused. */
#ifndef TRI_SYS_OWNER_H
#define TRI_SYS_OWNER_H

#include <triptych/log.h>

#include <sys/types.h>

/** Says, as an error, which users' objects stand under `name`, and what to do. */
void tri_owner_explain(const tri_log *log, const char *name, key_t key);

/** Says, for information, whose stream it is that this process is about to watch. */
void tri_owner_tell(const tri_log *log, const char *name, uid_t owner);

#endif
