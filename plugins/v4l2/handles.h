/* SPDX-License-Identifier: MIT */
/** The descriptors of this process that are devices of ours. Threads: any. */
#ifndef V4L2_HANDLES_H
#define V4L2_HANDLES_H

#include "capture_device.h"

/** Adds a descriptor of `handle`, with a reference. @return false with errno set: too many */
bool handles_add(int fd, struct handle *handle);

/** Returns the handle of a descriptor with one more reference; NULL, not one of ours. Cost for other
 *  descriptors: one load. */
struct handle *handles_take(int fd);

/** Drops a reference of handles_take(); the last one closes the handle. */
void handles_drop(struct handle *handle);

/** Removes a descriptor that is closed, with its reference. @return false, not one of ours */
bool handles_remove(int fd);

/** Removes all descriptors from `first` to `last`. */
void handles_remove_range(unsigned first, unsigned last);

#endif
