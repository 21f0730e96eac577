/* SPDX-License-Identifier: MIT */
/** The table of sources, in the order of --help. */
#include "frame_source.h"

#include <string.h>

/* Sources that need a library are listed only if meson found it. */
#ifdef HAVE_V4L2
#define V4L2(ROW) ROW(source_v4l2) // cameras
#else
#define V4L2(ROW)
#endif

/* One row per source: the struct source_ops that its file defines. */
#define SOURCES(ROW)                                                     \
    V4L2(ROW)                                                            \
    ROW(source_pattern) /* synthetic pictures, the same on every run */  \
    ROW(source_y4m)     /* video with a header, from a file or a pipe */ \
    ROW(source_raw)     /* video without a header, from a file or a pipe */

#define DECLARE(name) extern const struct source_ops name;
SOURCES(DECLARE)

#define ADDRESS(name) &name,
static const struct source_ops *const sources[] = { SOURCES(ADDRESS) };

const struct source_ops *source_at(size_t index)
{
    return index < sizeof(sources) / sizeof(sources[0]) ? sources[index] : NULL;
}

const struct source_ops *source_find(const char *text, const char **arg)
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
