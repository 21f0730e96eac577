/* SPDX-License-Identifier: MIT */
/** The table of sources. */
#include "frame_source.h"

#include <string.h>

static const struct source_ops *const sources[] = {
#ifdef HAVE_V4L2
    &source_v4l2, // source_v4l2.c: cameras
#endif
    &source_pattern, // source_pattern.c: no hardware, the same pictures on every run
    &source_y4m,     // source_y4m.c: films with a header, from a file or a pipe
    &source_raw,     // source_raw.c: films without one
};

const struct source_ops *source_at(size_t index)
{
    return index < sizeof(sources) / sizeof(sources[0]) ? sources[index] : NULL;
}

const struct source_ops *source_named(const char *text, const char **arg)
{
    const size_t length = strcspn(text, ":");

    for (size_t i = 0; source_at(i); i++) {
        const struct source_ops *ops = source_at(i);
        if (strlen(ops->name) == length && !strncmp(ops->name, text, length)) {
            *arg = text[length] ? text + length + 1 : text + length;
            return ops;
        }
    }
    return NULL;
}
