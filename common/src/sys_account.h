/* SPDX-License-Identifier: MIT */
/** Users and groups by name. Thread-safe lookups. */
#ifndef TRI_SYS_ACCOUNT_H
#define TRI_SYS_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/** The name of a user. @return false, and "", for one without an account. */
bool tri_account_name(uid_t uid, char *name, size_t bytes);

/** The number of a group. @return false if there is none of that name. */
bool tri_account_group(const char *name, gid_t *group);

/** State that tri_account_enter_group() has changed. */
struct tri_account_before {
    gid_t group;
    int dumpable; // the kernel resets both at a change of group
    int death_signal;
    bool changed;
};

/**
 * Makes `group` the calling thread's effective group, if permitted: objects that it creates then
 * have that creator's group. The kernel grants the group bits of a System V object to members of
 * its creator's group as well as of its group, and the former never changes.
 *
 * @return false: not permitted; it takes root, or one of the process's own groups.
 */
bool tri_account_enter_group(gid_t group, struct tri_account_before *before);

/** Undoes it. Keeps errno. */
void tri_account_leave_group(const struct tri_account_before *before);

#endif
