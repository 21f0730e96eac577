/* SPDX-License-Identifier: MIT */
/** Clocks of containers: CLOCK_MONOTONIC has an offset in each time namespace. */
#ifndef TRI_SYS_TIME_NAMESPACE_H
#define TRI_SYS_TIME_NAMESPACE_H

#include <stdint.h>

/** Returns this process's CLOCK_MONOTONIC minus the host's, in nanoseconds; 0 outside time namespaces
 *  and before Linux 5.6. */
int64_t tri_time_namespace_offset(void);

#endif
