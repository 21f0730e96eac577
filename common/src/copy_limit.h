/* SPDX-License-Identifier: MIT */
/** From which size on a copy bypasses the cache. */
#ifndef TRI_COPY_LIMIT_H
#define TRI_COPY_LIMIT_H

#include <stddef.h>

/** Returns the largest copy in bytes that goes through the cache, derived from this machine's
 * caches. */
size_t tri_copy_cached_max(void);

#endif
