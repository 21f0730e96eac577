/* SPDX-License-Identifier: MIT */
#include "obs_source.h"

#include "obs_format.h"

#include <picture/picture.h>
#include <picture/scratch.h>
#include <triptych/copy.h>
#include <triptych/triptych.h>

#include <util/platform.h>
#include <util/threading.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROP_STREAM "stream"

struct stream_source {
    obs_source_t *source;
    pthread_t thread;
    bool running;
    volatile bool stop;          // atomic
    char name[TRI_NAME_MAX + 2]; // room for one byte too many: the reader refuses such a name
    tri_log log;

    // Used by the thread only.
    tri_reader *reader;
    picture_converter *converter;
    struct scratch copied;
    struct scratch converted;
    uint32_t fourcc;          // of the last frame
    enum video_format format; // of these frames in OBS
    bool refused;             // it was logged that they cannot be shown
};

static void write_to_obs(void *user, enum tri_log_level level, const char *part, const char *text)
{
    static const int levels[] = { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };
    (void)user;
    blog(levels[level], "[triptych] %s: %s", part, text);
}

/** Passes a frame whose format OBS supports. OBS copies it before the call returns. */
static void output_direct(struct stream_source *s, const struct tri_frame *frame,
                          enum video_format format)
{
    struct obs_source_frame2 out;
    obs_triptych_describe(&frame->info.video, frame->info.capture_ns, format, &out);
    for (uint32_t p = 0; p < frame->shape.planes; p++) {
        out.data[p] = (uint8_t *)(uintptr_t)frame->data[p]; // OBS only reads it
        out.linesize[p] = frame->shape.plane[p].stride;
    }
    obs_source_output_video2(s->source, &out);
}

static void output_converted(struct stream_source *s, const struct tri_frame *frame)
{
    struct obs_source_frame2 out;
    struct tri_video rgb = frame->info.video;
    rgb.fourcc = TRI_FOURCC_XR24;
    rgb.range = TRI_RANGE_FULL;
    const uint32_t stride[TRI_PLANES_MAX] = { rgb.width * 4 };
    if (!scratch_reserve(&s->converted, (size_t)stride[0] * rgb.height))
        return;
    uint8_t *const to[TRI_PLANES_MAX] = { s->converted.data };
    if (picture_convert(s->converter, &frame->info, &frame->shape, frame->data, TRI_FOURCC_XR24, to,
                        stride) != TRI_OK) {
        char fourcc[5];
        if (!s->refused)
            tri_log_write(&s->log, TRI_LOG_WARN, "picture",
                          "%s: cannot show %s: there is no conversion", s->name,
                          tri_fourcc_name(frame->info.video.fourcc, fourcc));
        s->refused = true;
        return;
    }
    obs_triptych_describe(&rgb, frame->info.capture_ns, VIDEO_FORMAT_BGRX, &out);
    out.data[0] = to[0];
    out.linesize[0] = stride[0];
    obs_source_output_video2(s->source, &out);
}

static void output(struct stream_source *s, const struct tri_frame *frame)
{
    if (s->fourcc != frame->info.video.fourcc) {
        s->fourcc = frame->info.video.fourcc;
        s->format = obs_triptych_format(s->fourcc);
        s->refused = false;
    }
    if (s->format != VIDEO_FORMAT_NONE)
        output_direct(s, frame, s->format);
    else
        output_converted(s, frame);
}

/** Passes a locked frame from its slot; otherwise a copy, if it is intact. */
static void show(struct stream_source *s, const struct tri_frame *frame)
{
    struct tri_frame copy;
    if (tri_frame_is_locked(frame)) {
        output(s, frame);
        return;
    }
    if (!scratch_reserve(&s->copied, tri_copy_frame_bytes(frame)))
        return;
    tri_copy_frame(&copy, s->copied.data, frame);
    if (tri_reader_is_intact(s->reader, frame))
        output(s, &copy);
}

static void *read_frames(void *data)
{
    struct stream_source *s = data;
    struct tri_frame frame = { 0 };
    os_set_thread_name("triptych stream");
    while (!os_atomic_load_bool(&s->stop)) {
        const enum tri_err err = tri_reader_acquire(s->reader, &frame, -1);
        if (err == TRI_OK)
            show(s, &frame);
        else if (err == TRI_ERR_NO_WRITER)
            obs_source_output_video2(s->source, NULL); // shows nothing instead of an old frame
    }
    tri_reader_release(s->reader, &frame);
    return NULL;
}

static void stop_reading(struct stream_source *s)
{
    if (s->running) {
        os_atomic_set_bool(&s->stop, true);
        tri_reader_interrupt(s->reader);
        pthread_join(s->thread, NULL);
    }
    s->running = false;
    tri_reader_close(&s->reader);
}

static void start_reading(struct stream_source *s)
{
    os_atomic_set_bool(&s->stop, false);
    if (tri_reader_open(&s->reader,
                        &(struct tri_reader_options){ .name = s->name, .log = &s->log }) != TRI_OK)
        return; // invalid name, see the log
    s->running = pthread_create(&s->thread, NULL, read_frames, s) == 0;
}

static void source_update(void *data, obs_data_t *settings)
{
    struct stream_source *s = data;
    const char *name = obs_data_get_string(settings, PROP_STREAM);
    if (s->running && strcmp(name, s->name) == 0)
        return;
    stop_reading(s);
    obs_source_output_video2(s->source, NULL);
    snprintf(s->name, sizeof(s->name), "%s", name);
    start_reading(s);
}

static void *source_create(obs_data_t *settings, obs_source_t *source)
{
    struct stream_source *s = calloc(1, sizeof(*s));
    if (!s)
        return NULL;
    s->source = source;
    s->log = (tri_log){ .write = write_to_obs, .level = TRI_LOG_INFO };
    s->converter = picture_converter_new(&s->log);
    if (!s->converter) {
        free(s);
        return NULL;
    }
    source_update(s, settings);
    return s;
}

static void source_destroy(void *data)
{
    struct stream_source *s = data;
    stop_reading(s);
    picture_converter_free(&s->converter);
    scratch_finish(&s->copied);
    scratch_finish(&s->converted);
    free(s);
}

static const char *source_name(void *type)
{
    (void)type;
    return "triptych stream";
}

static void source_defaults(obs_data_t *settings)
{
    obs_data_set_default_string(settings, PROP_STREAM, TRI_NAME_DEFAULT);
}

static void list_streams(obs_property_t *list)
{
    tri_stream_list *streams;
    obs_property_list_clear(list);
    if (tri_stream_list_open(&streams) != TRI_OK)
        return;
    const struct tri_stream *stream;
    for (size_t i = 0; (stream = tri_stream_list_at(streams, i)); i++) {
        if (stream->name[0])
            obs_property_list_add_string(list, stream->name, stream->name);
    }
    tri_stream_list_close(&streams);
}

static bool refresh(obs_properties_t *properties, obs_property_t *button, void *data)
{
    (void)button;
    (void)data;
    list_streams(obs_properties_get(properties, PROP_STREAM));
    return true;
}

static obs_properties_t *source_properties(void *data)
{
    (void)data;
    obs_properties_t *properties = obs_properties_create();
    // Editable, because a stream may be created later.
    list_streams(obs_properties_add_list(properties, PROP_STREAM, "Stream", OBS_COMBO_TYPE_EDITABLE,
                                         OBS_COMBO_FORMAT_STRING));
    obs_properties_add_button(properties, "refresh", "Refresh streams", refresh);
    return properties;
}

struct obs_source_info obs_triptych_source = {
    .id = "triptych_stream",
    .type = OBS_SOURCE_TYPE_INPUT,
    .output_flags = OBS_SOURCE_ASYNC_VIDEO | OBS_SOURCE_DO_NOT_DUPLICATE,
    .icon_type = OBS_ICON_TYPE_CAMERA,
    .get_name = source_name,
    .create = source_create,
    .destroy = source_destroy,
    .update = source_update,
    .get_defaults = source_defaults,
    .get_properties = source_properties,
};
