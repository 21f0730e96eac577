/* SPDX-License-Identifier: MIT */
#include "describe.h"

#include "program/caps.h"
#include "program/strbuf.h"

#include <grp.h>
#include <inttypes.h>
#include <math.h>
#include <pwd.h>
#include <stdio.h>
#include <time.h>

const char *describe_state(const struct tri_stream *stream)
{
    static const char *const words[] = { [TRI_STREAM_LIVE] = "live",
                                         [TRI_STREAM_DEAD] = "dead",
                                         [TRI_STREAM_UNREADABLE] = "unreadable",
                                         [TRI_STREAM_CORRUPT] = "corrupt",
                                         [TRI_STREAM_OTHER_VERSION] = "version",
                                         [TRI_STREAM_TOO_LARGE] = "too-large" };
    const bool standby = stream->newest.flags & TRI_FRAME_STANDBY;
    return stream->state == TRI_STREAM_LIVE && standby ? "standby" : words[stream->state];
}

const char *describe_name(const struct tri_stream *stream, char *text, size_t bytes)
{
    if (stream->name[0])
        snprintf(text, bytes, "%s", stream->name);
    else
        snprintf(text, bytes, "(key 0x%08x)", (unsigned)stream->key);
    return text;
}

const char *describe_format(const struct tri_stream *stream, char *text, size_t bytes)
{
    char fourcc[5];
    snprintf(text, bytes, "%s",
             stream->has_frame ? tri_fourcc_name(stream->newest.video.fourcc, fourcc) : "-");
    return text;
}

const char *describe_size(const struct tri_stream *stream, char *text, size_t bytes)
{
    const struct tri_video *video = &stream->newest.video;
    if (stream->has_frame)
        snprintf(text, bytes, "%" PRIu32 "x%" PRIu32, video->width, video->height);
    else
        snprintf(text, bytes, "-");
    return text;
}

const char *describe_rate(const struct tri_stream *stream, char *text, size_t bytes)
{
    const struct tri_video *video = &stream->newest.video;
    if (stream->has_frame && video->fps_num && video->fps_den)
        snprintf(text, bytes, "%.5g", (double)video->fps_num / video->fps_den);
    else
        snprintf(text, bytes, "-");
    return text;
}

const char *describe_user(uid_t user, char *text, size_t bytes)
{
    const struct passwd *known = getpwuid(user);
    if (known)
        snprintf(text, bytes, "%s", known->pw_name);
    else
        snprintf(text, bytes, "%u", (unsigned)user);
    return text;
}

const char *describe_group(gid_t group, char *text, size_t bytes)
{
    const struct group *known = getgrgid(group);
    if (known)
        snprintf(text, bytes, "%s", known->gr_name);
    else
        snprintf(text, bytes, "%u", (unsigned)group);
    return text;
}

const char *describe_time(int64_t seconds, char *text, size_t bytes)
{
    const time_t at = (time_t)seconds;
    struct tm local;
    if (seconds == 0 || !localtime_r(&at, &local) ||
        strftime(text, bytes, "%Y-%m-%d %H:%M:%S", &local) == 0)
        snprintf(text, bytes, "never");
    return text;
}

uint32_t describe_readers(const struct tri_stream *stream)
{
    const bool writer = stream->state == TRI_STREAM_LIVE && stream->attached > 0;
    return stream->attached - (writer ? 1 : 0);
}

static bool is_holder(const struct tri_stream *stream, pid_t pid)
{
    uint32_t i = 0;
    while (i < stream->holders && stream->holder[i] != pid)
        i++;
    return i < stream->holders;
}

const struct tri_attachment *describe_next_attachment(const struct tri_stream *stream,
                                                      const tri_attachment_list *attachments,
                                                      size_t *index)
{
    const struct tri_attachment *one = NULL;
    while (attachments && (one = tri_attachment_list_at(attachments, (*index)++))) {
        if (one->shm_id == stream->shm_id)
            return one;
    }
    return NULL;
}

static bool is_attached(const struct tri_stream *stream, const tri_attachment_list *attachments,
                        pid_t pid)
{
    size_t index = 0;
    const struct tri_attachment *one;
    while ((one = describe_next_attachment(stream, attachments, &index))) {
        if (one->pid == pid)
            return true;
    }
    return false;
}

const char *describe_read_by(const struct tri_stream *stream,
                             const tri_attachment_list *attachments, char *text, size_t bytes)
{
    struct strbuf buf;
    strbuf_init(&buf, text, bytes);
    size_t index = 0;
    const struct tri_attachment *one;
    while ((one = describe_next_attachment(stream, attachments, &index))) {
        if (!one->can_write)
            strbuf_add(&buf, "%s%d%s %s", *text ? ", " : "", (int)one->pid,
                       is_holder(stream, one->pid) ? "*" : "", one->name);
    }
    for (uint32_t i = 0; i < stream->holders; i++) { // not shown by /proc to this user
        if (!is_attached(stream, attachments, stream->holder[i]))
            strbuf_add(&buf, "%s%d*", *text ? ", " : "", (int)stream->holder[i]);
    }
    return text;
}

double describe_held_ms(const struct tri_stream *stream, uint32_t holder)
{
    const int64_t since_ns = stream->holder_ns[holder];
    const int64_t held_ns = tri_now_ns() - since_ns;
    return since_ns == 0 ? -1 : held_ns > 0 ? (double)held_ns / 1e6 : 0;
}

static json_t *held_json(const struct tri_stream *stream)
{
    json_t *times = json_array();
    for (uint32_t i = 0; i < stream->holders; i++) {
        const double ms = describe_held_ms(stream, i);
        json_array_append_new(times, ms < 0 ? json_null() : json_real(ms));
    }
    return times;
}

static json_t *holders_json(const struct tri_stream *stream)
{
    json_t *pids = json_array();
    for (uint32_t i = 0; i < stream->holders; i++)
        json_array_append_new(pids, json_integer(stream->holder[i]));
    return pids;
}

static json_t *processes_json(const struct tri_stream *stream,
                              const tri_attachment_list *attachments)
{
    json_t *processes = json_array();
    size_t index = 0;
    const struct tri_attachment *one;
    while ((one = describe_next_attachment(stream, attachments, &index)))
        json_array_append_new(processes, json_pack("{si ss sb}", "pid", (int)one->pid, "name",
                                                   one->name, "can_write", one->can_write));
    return processes;
}

double describe_age_ms(const struct tri_stream *stream)
{
    if (!stream->has_frame)
        return -1;
    const int64_t age_ns = tri_now_ns() - stream->newest.capture_ns;
    return age_ns > 0 ? (double)age_ns / 1e6 : 0;
}

static json_t *picture_json(const struct tri_stream *stream)
{
    if (!stream->has_frame)
        return json_null();
    const struct tri_video *video = &stream->newest.video;
    char fourcc[5];
    return json_pack(
        "{ss si si s[ii] ss ss ss ss ss si s[ii] ss si}", "format",
        tri_fourcc_name(video->fourcc, fourcc), "width", (int)video->width, "height",
        (int)video->height, "rate", (int)video->fps_num, (int)video->fps_den, "colorspace",
        tri_colorspace_name(video->colorspace), "transfer", tri_transfer_name(video->transfer),
        "matrix", tri_matrix_name(tri_video_matrix(video)), "range",
        tri_range_name(tri_video_range(video)), "field", tri_field_name(video->field), "rotation",
        (int)video->rotation, "pixel_aspect", video->aspect_den ? (int)video->aspect_num : 1,
        video->aspect_den ? (int)video->aspect_den : 1, "chroma_siting",
        tri_siting_name(video->siting), "significant_bits", (int)video->bits);
}

const char *describe_time_source(const struct tri_frame_info *frame)
{
    return frame->flags & TRI_FRAME_TIME_SENDER    ? "sender"
           : frame->flags & TRI_FRAME_TIME_ARRIVAL ? "arrival"
                                                   : "local";
}

static json_t *frame_json(const struct tri_stream *stream)
{
    const struct tri_frame_info *frame = &stream->newest;
    if (!stream->has_frame)
        return json_null();
    return json_pack("{sI sI sI ss sI sI sI sf si si sb}", "number", (json_int_t)frame->number,
                     "driver_sequence", (json_int_t)frame->driver_sequence, "capture_ns",
                     (json_int_t)frame->capture_ns, "time_source", describe_time_source(frame),
                     "publish_ns", (json_int_t)frame->publish_ns, "generation",
                     (json_int_t)frame->generation, "bytes_used", (json_int_t)frame->bytes_used,
                     "age_ms", nearbyint(describe_age_ms(stream) * 1000) / 1000, "copies",
                     (int)frame->copies, "user_bytes", (int)frame->user_bytes, "no_signal",
                     (frame->flags & TRI_FRAME_NO_SIGNAL) != 0);
}

static json_t *memory_json(const struct tri_stream *stream)
{
    char key[16];
    char mode[8];
    snprintf(key, sizeof(key), "0x%08x", (unsigned)stream->key);
    snprintf(mode, sizeof(mode), "%04o", stream->mode & 0777u);
    return json_pack(
        "{ss si si sI sI si si si ss sI sI sI sI sI sI si sI sI sI}", "key", key, "shmid",
        stream->shm_id, "semid", stream->sem_id, "bytes", (json_int_t)stream->bytes, "slot_bytes",
        (json_int_t)stream->slot_bytes, "slots", (int)stream->slots, "slots_open",
        (int)stream->slots_open, "slots_max", (int)stream->slots_max, "mode", mode, "owner",
        (json_int_t)stream->owner, "group", (json_int_t)stream->group, "creator",
        (json_int_t)stream->creator_uid, "creator_group", (json_int_t)stream->creator_group,
        "creator_pid", (json_int_t)stream->creator_pid, "last_pid", (json_int_t)stream->last_pid,
        "nattch", (int)stream->attached, "attach_time", (json_int_t)stream->attach_time,
        "detach_time", (json_int_t)stream->detach_time, "change_time",
        (json_int_t)stream->change_time);
}

json_t *describe_json(const struct tri_stream *stream, const tri_attachment_list *attachments)
{
    const struct tri_video *video = &stream->newest.video;
    char caps[CAPS_BYTES] = "";
    char ffmpeg[CAPS_BYTES] = "";
    if (stream->has_frame) {
        caps_gstreamer(video, caps, sizeof(caps));
        caps_ffmpeg(video, ffmpeg, sizeof(ffmpeg));
    }
    return json_pack(
        "{ss ss ss si sI si si so so so si sI s{sI sI} so so so ss* ss*}", "name", stream->name,
        "source", stream->source, "state", describe_state(stream), "layout_version",
        (int)stream->layout_version, "writer_pid", (json_int_t)stream->writer_pid, "readers",
        (int)describe_readers(stream), "held", (int)stream->held, "held_by", holders_json(stream),
        "held_ms", held_json(stream), "processes", processes_json(stream, attachments), "waiting",
        (int)stream->waiting, "frames", (json_int_t)stream->published, "dropped", "driver",
        (json_int_t)stream->dropped_driver, "writer", (json_int_t)stream->dropped_writer, "picture",
        picture_json(stream), "newest", frame_json(stream), "memory", memory_json(stream),
        "gstreamer", *caps ? caps : NULL, "ffmpeg", *ffmpeg ? ffmpeg : NULL);
}
