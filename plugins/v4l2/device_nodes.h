/* SPDX-License-Identifier: MIT */
/** Which paths are devices: /dev/triptych/NAME is the stream NAME, /dev/videoN those that the launcher
 *  has assigned in TRIPTYCH_V4L2_DEVICES, "N=NAME:N=NAME". */
#ifndef V4L2_DEVICE_NODES_H
#define V4L2_DEVICE_NODES_H

#include <triptych/writer.h>

#include <stdbool.h>
#include <stddef.h>

#define DEVICES_VARIABLE   "TRIPTYCH_V4L2_DEVICES"
#define ZERO_COPY_VARIABLE "TRIPTYCH_V4L2_ZERO_COPY"
#define DEVICES_MAX        64
#define DEVICE_NUMBER_MAX  254
#define DEVICES_FOLDER     "/dev/triptych"

/** A stream as /dev/video<number>. */
struct device_name {
    unsigned number;
    char stream[TRI_NAME_MAX + 1];
};

/** Parses the N of /dev/videoN: digits only, as the kernel writes them. *end is what follows.
 *  @return false, `text` does not begin with such a number */
bool devices_parse_number(const char *text, unsigned long *number, const char **end);

/** Parses "N=NAME:N=NAME". @return the number of devices; -1, `text` is not such a list. */
int devices_parse(const char *text, struct device_name out[DEVICES_MAX]);

/** Returns device number `index` of the environment, from 0; NULL past the last. Valid for the life of
 *  the process. Threads: any. */
const struct device_name *devices_at(size_t index);

/** Finds the stream of a path. @return false, the path is not one of ours. */
bool devices_find(const char *path, char stream[TRI_NAME_MAX + 1]);

/** Device number (N of /dev/videoN) of a stream; one above all others if it has no number. */
unsigned devices_number(const char *stream);

#endif
