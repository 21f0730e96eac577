/* SPDX-License-Identifier: MIT */
#include "commands.h"
#include "describe.h"
#include "program/caps.h"
#include "program/stats.h"
#include "program/strbuf.h"

#include <inttypes.h>

static void row(const char *label, const char *format, ...) TRI_PRINTF(2, 3);

static void row(const char *label, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    printf("  %-18s ", label);
    vprintf(format, args);
    putchar('\n');
    va_end(args);
}

/* "pid 1234 (name)"; no name if /proc does not show it. */
static const char *process(pid_t pid, char *text, size_t bytes)
{
    char path[48];
    snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
    FILE *file = pid > 0 ? fopen(path, "re") : NULL;
    char command[20] = "";
    if (file && fscanf(file, "%19[ -~]", command) != 1)
        command[0] = '\0';
    if (file)
        fclose(file);
    if (pid <= 0)
        snprintf(text, bytes, "none");
    else
        snprintf(text, bytes, "pid %d%s%s%s", (int)pid, command[0] ? " (" : "", command,
                 command[0] ? ")" : "");
    return text;
}

static void print_picture(const struct tri_stream *stream)
{
    const struct tri_video *video = &stream->newest.video;
    const struct tri_format *format = tri_format_find(video->fourcc);
    char rate[16];
    puts("Picture");
    char name[5];
    row("format", "%s: %s", tri_fourcc_name(video->fourcc, name),
        format ? format->description : "opaque bytes");
    row("size", "%" PRIu32 "x%" PRIu32 ", rotation %" PRIu32, video->width, video->height,
        video->rotation);
    row("frames per second", "%s", describe_rate(stream, rate, sizeof(rate)));
    row("colour", "colorspace %s, transfer %s", tri_colorspace_name(video->colorspace),
        tri_transfer_name(video->transfer));
    row("", "matrix %s%s, %s%s", tri_matrix_name(tri_video_matrix(video)),
        video->matrix ? "" : " (derived)", tri_range_name(tri_video_range(video)),
        video->range ? "" : " (derived)");
    row("field order", "%s", tri_field_name(video->field));
    row("pixel aspect", "%" PRIu32 ":%" PRIu32, video->aspect_den ? video->aspect_num : 1,
        video->aspect_den ? video->aspect_den : 1);
    row("chroma siting", "%s", tri_siting_name(video->siting));
    if (video->bits)
        row("significant bits", "%" PRIu32, video->bits);
}

static void print_newest(const struct tri_stream *stream)
{
    const struct tri_frame_info *frame = &stream->newest;
    puts("Newest frame");
    row("number", "%" PRIu64 ", of generation %" PRIu64, frame->number, frame->generation);
    row("driver sequence", "%" PRIu64, frame->driver_sequence);
    row("age", "%.1f ms since capture", describe_age_ms(stream));
    if (frame->flags & TRI_FRAME_TIME_SENDER)
        row("capture time", "by the sender's clock");
    else if (frame->flags & TRI_FRAME_TIME_ARRIVAL)
        row("capture time", "of arrival: the sender gives none");
    row("capture to publish", "%.3f ms", (double)(frame->publish_ns - frame->capture_ns) / 1e6);
    row("bytes", "%" PRIu64, frame->bytes_used);
    row("copies", "%" PRIu32 " made by the writer", frame->copies);
    row("dropped", "%" PRIu64 " driver + %" PRIu64 " writer, so far", stream->dropped_driver,
        stream->dropped_writer);
    if (frame->flags & TRI_FRAME_CHECKSUM)
        row("checksum", "%016" PRIx64, frame->checksum);
    if (frame->flags & TRI_FRAME_NO_SIGNAL)
        row("signal", "none: the writer draws a substitute");
    if (frame->user_bytes)
        row("user data", "%" PRIu32 " bytes", frame->user_bytes);
}

/* The processes that have the segment attached, one row each. */
static void print_attached(const struct tri_stream *stream, const tri_attachment_list *attachments)
{
    size_t index = 0;
    uint32_t known = 0; // attachments
    const struct tri_attachment *one;
    while ((one = describe_next_attachment(stream, attachments, &index))) {
        row(known ? "" : "attached by", "pid %d (%s)%s", (int)one->pid, one->name,
            one->can_write ? ", for writing" : "");
        known += one->count;
    }
    if (known < stream->attached)
        row(known ? "" : "attached by", "%" PRIu32 " more, by processes that cannot be inspected",
            stream->attached - known);
}

/* The slots, and which readers lock them for how long. */
static void print_slots(const struct tri_stream *stream)
{
    char text[512];
    struct strbuf holders;
    strbuf_init(&holders, text, sizeof(text));
    for (uint32_t i = 0; i < stream->holders; i++) {
        strbuf_add(&holders, "%s pid %d", i ? "," : ":", (int)stream->holder[i]);
        const double age_s = describe_held_ms(stream, i) / 1e3;
        if (age_s >= 0)
            strbuf_add(&holders, " for up to %.1f s", age_s);
    }
    row("slots", "%" PRIu32 " open, %" PRIu32 " at most, %" PRIu32 " locked%s", stream->slots_open,
        stream->slots_max, stream->held, text);
}

static void print_memory(const struct tri_stream *stream)
{
    char a[64];
    char b[64];
    puts("System V objects, as ipcs shows them");
    row("key", "0x%08x, shmid %d, semid %d", (unsigned)stream->key, stream->shm_id, stream->sem_id);
    if (stream->shm_id >= 0)
        row("segment", "%" PRIu64 " bytes: %" PRIu32 " slots of %" PRIu64 ", memory for %" PRIu32,
            stream->bytes, stream->slots_max, stream->slot_bytes, stream->slots_open);
    else
        row("segment", "none before the first frame");
    row("mode", "%04o", stream->mode);
    row("owner, group", "%s, %s", describe_user(stream->owner, a, sizeof(a)),
        describe_group(stream->group, b, sizeof(b)));
    if (stream->creator_group != stream->group) // has the same permissions
        row("and group", "%s", describe_group(stream->creator_group, b, sizeof(b)));
    row("creator", "%s, %s", describe_user(stream->creator_uid, a, sizeof(a)),
        process(stream->creator_pid, b, sizeof(b)));
    row("last user", "%s", process(stream->last_pid, b, sizeof(b)));
    row("attached (nattch)", "%" PRIu32, stream->attached);
    row("last attach", "%s", describe_time(stream->attach_time, a, sizeof(a)));
    row("last detach", "%s", describe_time(stream->detach_time, a, sizeof(a)));
    row("last change", "%s", describe_time(stream->change_time, a, sizeof(a)));
}

static void print_for_others(const struct tri_stream *stream)
{
    char text[CAPS_BYTES];
    const struct tri_video *video = &stream->newest.video;
    puts("For other programs");
    caps_gstreamer(video, text, sizeof(text));
    row("GStreamer caps", "%s", *text ? text : "none: format not supported");
    caps_ffmpeg(video, text, sizeof(text));
    if (*text)
        row("ffmpeg", "triptych-dump --to %s -o - %s | ffmpeg %s OUTPUT",
            caps_ffmpeg_raw(video) ? "raw" : "y4m", stream->name, text);
    else
        row("ffmpeg", "none: format not supported");
}

int info_show(const struct info_config *config, const tri_log *log)
{
    struct tri_stream stream;
    const enum tri_err err = tri_stream_find(config->name, &stream);
    if (err != TRI_OK)
        return info_failed(log, config->name, err);
    tri_attachment_list *attachments;
    tri_attachment_list_open(&attachments); // without /proc: no names
    if (config->json) {
        stats_print_json(stdout, describe_json(&stream, attachments));
        tri_attachment_list_close(&attachments);
        return CLI_DONE;
    }

    char writer[64];
    printf("Stream %s\n", config->name);
    row("state", "%s", describe_state(&stream));
    if (stream.layout_version > 0)
        row("layout version", "%" PRIu32, stream.layout_version);
    row("writer", "%s", process(stream.writer_pid, writer, sizeof(writer)));
    row("source", "%s", stream.source[0] ? stream.source : "not given");
    row("frames", "%" PRIu64, stream.published);
    row("readers", "%" PRIu32 " attached, %" PRIu32 " waiting for the next frame",
        describe_readers(&stream), stream.waiting);
    print_attached(&stream, attachments);
    tri_attachment_list_close(&attachments);
    if (stream.shm_id >= 0)
        print_slots(&stream);
    if (stream.has_frame) {
        print_picture(&stream);
        print_newest(&stream);
    }
    print_memory(&stream);
    if (stream.has_frame)
        print_for_others(&stream);
    return CLI_DONE;
}
