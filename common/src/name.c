/* SPDX-License-Identifier: MIT */
#include "name.h"

#include <triptych/stream.h>

#include <string.h>

#define KEY_TAG 0x74000000u // 't'

bool tri_name_valid(const char *name)
{
    // No other byte: names appear in shell completion, on command lines and as parts of file names.
    const size_t length = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                       "0123456789-_.");
    return length >= 1 && length <= TRI_NAME_MAX && name[length] == '\0' && *name != '-' &&
           *name != '.';
}

key_t tri_name_key(const char *name)
{
    // FNV-1a of 32 bits (Fowler, Noll, Vo), xor-folded to 24 as its authors advise.
    uint32_t hash = 2166136261u;
    for (const char *c = name; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 16777619u;
    return (key_t)(KEY_TAG | ((hash >> 24) ^ (hash & 0xffffffu)));
}

bool tri_key_is_ours(key_t key)
{
    return ((uint32_t)key & 0xff000000u) == KEY_TAG;
}
