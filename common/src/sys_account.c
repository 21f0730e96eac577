/* SPDX-License-Identifier: MIT */
#include "sys_account.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>

#define ENTRY_BYTES (1u << 20) // a group's has all its members; what is not touched costs nothing

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
