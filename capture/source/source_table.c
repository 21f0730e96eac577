/* SPDX-License-Identifier: MIT */
/** The table of sources, in the order of --help. */
#include "frame_source.h"
#include "source_list.h"

#include <string.h>

/* Sources that need a library are listed only if meson found it. */
#ifdef HAVE_V4L2
#define V4L2(ROW) ROW(source_v4l2) // cameras
#else
#define V4L2(ROW)
#endif
#ifdef HAVE_SCREEN
#define SCREEN(ROW) ROW(source_screen) // screens of X servers
#else
#define SCREEN(ROW)
#endif

#ifdef HAVE_GSTREAMER
#define GSTREAMER(ROW)                                         \
    ROW(source_gst)       /* any pipeline */                   \
    ROW(source_rtsp)      /* network cameras, by UDP or TCP */ \
    ROW(source_rtspt)     /* by TCP */                         \
    ROW(source_rtsps)     /* encrypted */                      \
    ROW(source_http)      /* Motion JPEG, HLS, video files */  \
    ROW(source_https)     /* encrypted */                      \
    ROW(source_file)      /* video files of any format */      \
    ROW(source_libcamera) /* cameras without V4L2 formats */   \
    ROW(source_pipewire)  /* cameras and screens of a session */
#else
#define GSTREAMER(ROW)
#endif

/* One row per source: the struct source_ops that its file defines. The list in meson.build has those
 * that need no library. */
#define SOURCES(ROW) \
    V4L2(ROW)        \
    SCREEN(ROW)      \
    SOURCE_LIST(ROW) \
    GSTREAMER(ROW)

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
