/* SPDX-License-Identifier: MIT */
/** The files below /sys by which programs identify a /dev/videoN. */
#ifndef V4L2_VIRTUAL_FILE_H
#define V4L2_VIRTUAL_FILE_H

/** Opens /sys/dev/char/81:N/uevent or one of name, uevent, dev and index in
 *  /sys/class/video4linux/videoN/. @return a descriptor of its contents; -1 with errno set; -2: the
 *  path is not one of these */
int virtual_file_open(const char *path);

#endif
