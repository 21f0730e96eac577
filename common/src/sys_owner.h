/* SPDX-License-Identifier: MIT */
/** Owners of a key's objects, from the kernel's table if IPC_STAT is refused. */
#ifndef TRI_SYS_OWNER_H
#define TRI_SYS_OWNER_H

#include <triptych/log.h>

#include <sys/types.h>

/** Logs an error that names the users whose objects use `name`, and what to do. */
void tri_owner_explain(const tri_log *log, const char *name, key_t key);

/** Logs, at level info, whose stream this process is about to read. */
void tri_owner_log(const tri_log *log, const char *name, uid_t owner);

#endif
