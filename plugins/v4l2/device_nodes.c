/* SPDX-License-Identifier: MIT */
#include "device_nodes.h"

#include <triptych/stream.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNNUMBERED (DEVICE_NUMBER_MAX + 1) // the minor of /dev/triptych/NAME without a number

static struct device_name devices[DEVICES_MAX];
static size_t count;

bool devices_parse_number(const char *text, unsigned long *number, const char **end)
{
    const size_t digits = strspn(text, "0123456789");
    if (digits == 0 || (digits > 1 && *text == '0')) // strtoul() accepts signs and blanks, too
        return false;
    *number = strtoul(text, NULL, 10);
    *end = text + digits;
    return true;
}

int devices_parse(const char *text, struct device_name out[DEVICES_MAX])
{
    int found = 0;
    while (*text) {
        const char *end;
        unsigned long number;
        if (!devices_parse_number(text, &number, &end) || *end != '=' ||
            number > DEVICE_NUMBER_MAX || found == DEVICES_MAX)
            return -1;
        const char *const name = end + 1;
        const size_t length = strcspn(name, ":");
        if (length > TRI_NAME_MAX)
            return -1;
        struct device_name *const device = &out[found++];
        device->number = (unsigned)number;
        memcpy(device->stream, name, length);
        device->stream[length] = '\0';
        if (!tri_name_valid(device->stream))
            return -1;
        text = name + length;
        text += *text == ':';
    }
    return found;
}

static void read_environment(void)
{
    const char *const text = getenv(DEVICES_VARIABLE);
    const int found = text ? devices_parse(text, devices) : 0;
    count = found > 0 ? (size_t)found : 0;
}

const struct device_name *devices_at(size_t index)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, read_environment);
    return index < count ? &devices[index] : NULL;
}

bool devices_find(const char *path, char stream[TRI_NAME_MAX + 1])
{
    static const char folder[] = DEVICES_FOLDER "/";
    static const char video[] = "/dev/video";
    if (strncmp(path, folder, sizeof(folder) - 1) == 0) {
        const char *const name = path + sizeof(folder) - 1;
        if (!tri_name_valid(name))
            return false;
        snprintf(stream, TRI_NAME_MAX + 1, "%s", name);
        return true;
    }
    if (strncmp(path, video, sizeof(video) - 1) != 0)
        return false;
    const char *end;
    unsigned long number;
    if (!devices_parse_number(path + sizeof(video) - 1, &number, &end) || *end)
        return false;
    for (size_t i = 0; devices_at(i); i++)
        if (devices_at(i)->number == number) {
            snprintf(stream, TRI_NAME_MAX + 1, "%s", devices_at(i)->stream);
            return true;
        }
    return false;
}

unsigned devices_number(const char *stream)
{
    for (size_t i = 0; devices_at(i); i++)
        if (strcmp(devices_at(i)->stream, stream) == 0)
            return devices_at(i)->number;
    return UNNUMBERED;
}
