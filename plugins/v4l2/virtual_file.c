/* SPDX-License-Identifier: MIT */
#include "virtual_file.h"

#include "device_nodes.h"
#include "real.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define TEXT_MAX 128

static bool fill(const char *file, const struct device_name *device, char text[TEXT_MAX])
{
    if (strcmp(file, "uevent") == 0)
        snprintf(text, TEXT_MAX, "MAJOR=81\nMINOR=%u\nDEVNAME=video%u\n", device->number,
                 device->number);
    else if (strcmp(file, "name") == 0)
        snprintf(text, TEXT_MAX, "%s\n", device->stream);
    else if (strcmp(file, "dev") == 0)
        snprintf(text, TEXT_MAX, "81:%u\n", device->number);
    else if (strcmp(file, "index") == 0)
        snprintf(text, TEXT_MAX, "0\n");
    else
        return false;
    return true;
}

int virtual_file_open(const char *path)
{
    char text[TEXT_MAX];
    if (!is_given(path) || strncmp(path, "/sys/", 5) != 0)
        return -2;
    for (size_t i = 0; devices_at(i); i++)
        for (int by_class = 0; by_class < 2; by_class++) {
            char folder[TEXT_MAX];
            const int length =
                snprintf(folder, sizeof(folder), "%s%u/",
                         by_class ? "/sys/class/video4linux/video" : "/sys/dev/char/81:",
                         devices_at(i)->number);
            if (strncmp(path, folder, (size_t)length) != 0 ||
                !fill(path + length, devices_at(i), text))
                continue;
            const int fd = memfd_create("triptych-v4l2", MFD_CLOEXEC);
            if (fd >= 0 && (write(fd, text, strlen(text)) < 0 || lseek(fd, 0, SEEK_SET) != 0)) {
                close(fd);
                return -1;
            }
            return fd;
        }
    return -2;
}
