/* SPDX-License-Identifier: MIT */
/** Users and groups by name, looked up without disturbing other threads that do the same. */
#ifndef TRI_SYS_ACCOUNT_H
#define TRI_SYS_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/** The name of a user. @return false, and "", for one without an account. */
bool tri_account_name(uid_t uid, char *name, size_t bytes);

/** The number of a group. @return false if there is none of that name. */
bool tri_account_group(const char *name, gid_t *group);

#endif
