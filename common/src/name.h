/* SPDX-License-Identifier: MIT */
/** The System V key of a stream's name. */
#ifndef TRI_NAME_H
#define TRI_NAME_H

#include <stdbool.h>
#include <sys/types.h>

/**
 * The key of segment and semaphores of a stream: 't' in the top byte, so that `ipcs` and the listing
 * know ours, and 24 bits of FNV-1a over the name. Two names may share a key: the header contains
 * the full name, which is always compared.
 */
key_t tri_name_key(const char *name);

/** Whether a key can be a stream's. */
bool tri_key_is_ours(key_t key);

#endif
