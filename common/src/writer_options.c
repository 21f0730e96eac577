/* SPDX-License-Identifier: MIT */
#include "writer_private.h"

#include "name.h"
#include "reserved.h"
#include "sys_account.h"

#include <triptych/stream.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SLOTS_DEFAULT 3
#define MODE_DEFAULT  0640u
#define UNKNOWN_FLAG                                                                              \
    "there is no such flag; clear it, or use the libtriptych that the program was built for, or " \
    "a later one"

/** Finds a group by name or number. */
static bool group_named(const char *word, gid_t *group)
{
    if (tri_account_group(word, group))
        return true;
    char *end;
    errno = 0;
    const unsigned long number = strtoul(word, &end, 10);
    if (*word < '0' || *word > '9' || *end != '\0' || errno || number >= UINT32_MAX)
        return false;
    *group = (gid_t)number;
    return true;
}

static enum tri_err refuse(const tri_log *log, const char *what, const char *value,
                           const char *right)
{
    tri_log_write(log, TRI_LOG_ERROR, "writer", "%s \"%s\": %s", what, value, right);
    return TRI_ERR_INVALID;
}

/** Why the expected frames cannot be published; NULL: they can. */
static const char *impossible(const struct tri_video *video)
{
    if (video->width < 1 || video->width > TRI_DIMENSION_MAX || video->height < 1 ||
        video->height > TRI_DIMENSION_MAX)
        return "the size is out of range; a picture is 1x1 to 16384x16384";
    if (!tri_video_valid(video))
        return "rate, aspect ratio, rotation or bits are out of range; see triptych/video.h";
    struct tri_shape shape;
    return tri_video_shape(video, &shape) == TRI_OK
               ? NULL
               : "planes, strides or rows do not fit the format; see tri_video_shape()";
}

enum tri_err tri_writer_configure(struct tri_writer *w, const struct tri_writer_options *o)
{
    char text[32];
    const char *name = o->name ? o->name : TRI_NAME_DEFAULT;
    if (!TRI_RESERVED_ARE_ZERO(o))
        return refuse(o->log, "options of stream", name, TRI_RESERVED_TEXT);
    if (!TRI_RESERVED_ARE_ZERO(&o->video))
        return refuse(o->log, "video of stream", name, TRI_RESERVED_TEXT);
    if (!tri_name_valid(name))
        return refuse(o->log, "stream name", name, "a name is " TRI_NAME_RULE);
    strcpy(w->name, name);
    w->key = tri_name_key(name);
    if (o->source)
        snprintf(w->source, sizeof(w->source), "%s", o->source);

    if (o->flags & ~(uint32_t)(TRI_WRITER_CHECKSUM | TRI_WRITER_HUGE_PAGES | TRI_WRITER_MLOCK)) {
        snprintf(text, sizeof(text), "%#x", (unsigned)o->flags);
        return refuse(o->log, "flags", text, UNKNOWN_FLAG);
    }
    w->slots_wanted = o->slots ? o->slots : SLOTS_DEFAULT;
    if (w->slots_wanted < TRI_SLOTS_MIN || w->slots_wanted > TRI_SLOTS_MAX) {
        snprintf(text, sizeof(text), "%u", w->slots_wanted);
        return refuse(o->log, "buffers", text, "a stream has 3 to 64 of them");
    }
    w->slots_max_wanted = o->slots_max;
    if (o->slots_max && (o->slots_max < w->slots_wanted || o->slots_max > TRI_SLOTS_MAX)) {
        snprintf(text, sizeof(text), "%u", o->slots_max);
        return refuse(o->log, "buffers-max", text, "it is at least the buffers and at most 64");
    }
    w->permissions = o->permissions ? o->permissions : MODE_DEFAULT;
    if ((w->permissions & ~0777u) || (w->permissions & 0600) != 0600 || (w->permissions & 0111) ||
        (w->permissions & 0002)) {
        snprintf(text, sizeof(text), "%04o", w->permissions);
        return refuse(o->log, "mode", text,
                      "it needs rw for the owner, no x, and no w for others: 0600, 0640, 0660, "
                      "0644");
    }
    w->group = getegid();
    if (o->group && !group_named(o->group, &w->group))
        return refuse(o->log, "group", o->group, "there is no such group; see getent group");

    w->slot_bytes_wanted = o->slot_bytes;
    if (o->video.fourcc) {
        const char *why = impossible(&o->video);
        if (why) {
            char fourcc[5];
            tri_log_write(o->log, TRI_LOG_ERROR, "writer", "%ux%u %s: %s", o->video.width,
                          o->video.height, tri_fourcc_name(o->video.fourcc, fourcc), why);
            return TRI_ERR_INVALID;
        }
        struct tri_shape shape;
        tri_video_shape(&o->video, &shape);
        if (shape.bytes > w->slot_bytes_wanted)
            w->slot_bytes_wanted = shape.bytes;
    }
    w->flags = o->flags;
    w->reclaim_ns =
        o->reclaim_ms == TRI_RECLAIM_NEVER ? INT64_MAX : (int64_t)o->reclaim_ms * 1000000;
    if (o->log)
        w->log = *o->log;
    return TRI_OK;
}
