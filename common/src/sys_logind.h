/* SPDX-License-Identifier: MIT */
/** Whether systemd-logind (RemoveIPC) removes a user's System V objects at logout. */
#ifndef TRI_SYS_LOGIND_H
#define TRI_SYS_LOGIND_H

#include <triptych/log.h>

#include <stdbool.h>
#include <sys/types.h>

/**
 * Whether logind would remove the objects of `user` at the end of the last session: it runs, RemoveIPC
 * is not switched off, the user is no system user and does not linger.
 *
 * @param root  where the system's files are, "" for "/"
 */
bool tri_session_removes_ipc(const char *root, uid_t uid, const char *user);

/** Logs a warning, with the remedy, if this process's streams will be removed at logout. */
void tri_session_warn(const tri_log *log, const char *name);

#endif
