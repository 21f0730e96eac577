/* SPDX-License-Identifier: MIT */
#include "sys_account.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ENTRY_BYTES (1u << 20) // a group lists all its members; untouched memory costs nothing

bool tri_account_name(uid_t uid, char *name, size_t bytes)
{
    struct passwd entry;
    struct passwd *found = NULL;
    char *text = malloc(ENTRY_BYTES);
    if (text)
        getpwuid_r(uid, &entry, text, ENTRY_BYTES, &found);
    snprintf(name, bytes, "%s", found ? found->pw_name : "");
    free(text);
    return found != NULL;
}

bool tri_account_group(const char *name, gid_t *group)
{
    struct group entry;
    struct group *found = NULL;
    char *text = malloc(ENTRY_BYTES);
    if (text)
        getgrnam_r(name, &entry, text, ENTRY_BYTES, &found);
    if (found)
        *group = found->gr_gid;
    free(text);
    return found != NULL;
}

/** For this thread only: libc's call changes all threads. */
static bool set_group(gid_t group)
{
#ifdef SYS_setresgid32 // 32-bit processors whose first call had 16 bits
    return syscall(SYS_setresgid32, (gid_t)-1, group, (gid_t)-1) == 0;
#else
    return syscall(SYS_setresgid, (gid_t)-1, group, (gid_t)-1) == 0;
#endif
}

bool tri_account_enter_group(gid_t group, struct tri_account_before *before)
{
    *before = (struct tri_account_before){ .group = getegid(), .dumpable = prctl(PR_GET_DUMPABLE) };
    prctl(PR_GET_PDEATHSIG, &before->death_signal);
    before->changed = group != before->group && set_group(group);
    return before->changed || group == before->group;
}

void tri_account_leave_group(const struct tri_account_before *before)
{
    const int saved = errno;
    if (before->changed && set_group(before->group)) {
        prctl(PR_SET_DUMPABLE, before->dumpable);
        prctl(PR_SET_PDEATHSIG, before->death_signal);
    }
    errno = saved;
}
