/* SPDX-License-Identifier: MIT */
/** The gst: source of triptych-capture. The thread of capture owns the writer and holds its lock,
 *  except while it waits or changes the pipeline's state; meanwhile upstream takes slots. */
#include "captureerrors.h"
#include "capturesink.h"
#include "logging.h"
#include "userdata.h"

#include <gio/gio.h>
#include <gst/pbutils/pbutils.h>

#define GST_CAT_DEFAULT gst_triptych_debug
#define SLOTS           8   // for upstream, as triptychsink's default
#define LATENCY_MS      200 // that a network source waits for late packets
#define CONNECT_US      G_GUINT64_CONSTANT(5000000)
#define PICTURE_NS      G_GINT64_CONSTANT(40000000) // between repetitions of one picture

struct capture {
    GstElement *pipeline;
    GstBus *bus;
    GstTriptychCaptureSink *sink;
    GstTriptychWriter *shared;
    struct gst_triptych_capture_frame frame; // newest one; its buffer is kept until the next wait()
    gchar *missing;                          // what the pipeline lacks
    gboolean locked;                         // this thread has the writer's lock
    gboolean delivered;
    gboolean ended;      // the pipeline has ended; its last frame may not have been taken yet
    gboolean repeatable; // there has been a frame since the pipeline started or was rewound
    gint64 round_ns;     // time of the first such frame
    gint endless;        // atomic: its end is a loss
    gint untrusted;      // atomic: GTlsCertificateFlags of the server's certificate
};

static void lock(struct capture *capture)
{
    g_mutex_lock(&capture->shared->lock);
    capture->locked = TRUE;
}

static void unlock(struct capture *capture)
{
    if (capture->locked)
        g_mutex_unlock(&capture->shared->lock);
    capture->locked = FALSE;
}

/** Returns elements that convert to the requested size, format and rate. They pass matching
 *  frames on. */
static gchar *converters(const struct source *source)
{
    const struct tri_video *wanted = &source->options->wanted;
    const struct gst_form *form = source->ops->data;
    const struct tri_format *format = tri_format_find(wanted->fourcc);
    const gboolean convert = format ? format->gstreamer != NULL : form->decodes;
    return g_strconcat(wanted->fps_num ? " ! videorate" : "", wanted->width ? " ! videoscale" : "",
                       convert ? " ! videoconvert" : "", NULL);
}

/** Makes caps of what the command line requests. */
static GstCaps *wanted_caps(const struct tri_video *wanted)
{
    const struct tri_format *format = tri_format_find(wanted->fourcc);
    if (!format && !wanted->width && !wanted->fps_num)
        return gst_caps_new_any();
    GstCaps *caps = format && format->media ? gst_caps_from_string(format->media)
                                            : gst_caps_new_empty_simple("video/x-raw");
    if (format && format->gstreamer)
        gst_caps_set_simple(caps, "format", G_TYPE_STRING, format->gstreamer, NULL);
    if (wanted->width)
        gst_caps_set_simple(caps, "width", G_TYPE_INT, (gint)wanted->width, "height", G_TYPE_INT,
                            (gint)wanted->height, NULL);
    if (wanted->fps_num)
        gst_caps_set_simple(caps, "framerate", GST_TYPE_FRACTION, (gint)wanted->fps_num,
                            (gint)wanted->fps_den, NULL);
    return caps;
}

/** GstRTSPSrc::select-stream: sets up video only. */
static gboolean select_video(GstElement *element, guint number, const GstCaps *caps, gpointer data)
{
    (void)element;
    (void)number;
    (void)data;
    const gchar *media = gst_structure_get_string(gst_caps_get_structure(caps, 0), "media");
    return !media || g_str_equal(media, "video");
}

/** GstRTSPSrc::accept-certificate, of a certificate that is not valid. */
static gboolean refuse_certificate(GstElement *element, GTlsConnection *connection,
                                   GTlsCertificate *certificate, GTlsCertificateFlags errors,
                                   gpointer data)
{
    struct capture *capture = data;
    (void)element;
    (void)connection;
    (void)certificate;
    g_atomic_int_set(&capture->untrusted, (gint)errors);
    return FALSE;
}

/** GstURIDecodeBin::source-setup. */
static void set_up_source(GstElement *bin, GstElement *element, gpointer data)
{
    (void)bin;
    if (!g_signal_lookup("select-stream", G_OBJECT_TYPE(element)))
        return; // not rtspsrc
    g_object_set(element, "latency", LATENCY_MS, "tcp-timeout", CONNECT_US, NULL);
    g_signal_connect(element, "select-stream", G_CALLBACK(select_video), NULL);
    g_signal_connect(element, "accept-certificate", G_CALLBACK(refuse_certificate), data);
    if (g_object_class_find_property(G_OBJECT_GET_CLASS(element), "add-reference-timestamp-meta"))
        g_object_set(element, "add-reference-timestamp-meta", TRUE, NULL);
}

/** A probe: stamps a frame without a time, which videorate would drop. */
static GstPadProbeReturn stamp(GstPad *pad, GstPadProbeInfo *info, gpointer element)
{
    (void)pad;
    GstBuffer *buffer = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
    if (!GST_BUFFER_PTS_IS_VALID(buffer)) {
        const GstClockTime now = gst_element_get_current_running_time(element);
        GST_BUFFER_PTS(buffer) = GST_CLOCK_TIME_IS_VALID(now) ? now : 0; // 0: not playing yet
    }
    GST_PAD_PROBE_INFO_DATA(info) = buffer;
    return GST_PAD_PROBE_OK;
}

/** GstElement::pad-added */
static void stamp_frames(GstElement *element, GstPad *pad, gpointer data)
{
    (void)data;
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, stamp, element, NULL);
}

/** GstBin::deep-element-added: a web server's Motion JPEG is live, although its source does not
 *  report that, and its frames have no times. */
static void note_element(GstBin *bin, GstBin *parent, GstElement *element, gpointer data)
{
    (void)bin;
    (void)parent;
    struct capture *capture = data;
    GstElementFactory *factory = gst_element_get_factory(element);
    if (factory && g_str_equal(GST_OBJECT_NAME(factory), "multipartdemux")) {
        g_object_set(element, "single-stream", TRUE, NULL); // decodebin would wait for more
        g_atomic_int_set(&capture->endless, TRUE);
        g_signal_connect(element, "pad-added", G_CALLBACK(stamp_frames), NULL);
        gst_triptych_capture_sink_set_live(capture->sink, TRUE);
    }
}

/** Sets the property that names the source. @return FALSE, logged, without a name */
static gboolean set_argument(const struct source *source, GstElement *element)
{
    const struct gst_form *form = source->ops->data;
    const gchar *arg = source->options->arg;
    gchar *value = form->argument == GST_ARGUMENT_FILE ? gst_filename_to_uri(arg, NULL)
                   : form->argument == GST_ARGUMENT_URI
                       ? g_strdup_printf("%s:%s", source->ops->name, arg)
                   : *arg ? g_strdup(arg)
                          : NULL;
    if (value)
        g_object_set(element, form->property, value, NULL);
    const gboolean named = value || form->argument == GST_ARGUMENT_DEVICE;
    g_free(value);
    return named;
}

/** Builds the pipeline up to the sink's place. @return NULL, logged, with *result */
static GstElement *build(struct source *source, struct capture *capture, enum source_result *result)
{
    const struct gst_form *form = source->ops->data;
    gchar *convert = converters(source);
    gchar *text = g_strdup_printf("%s%s ! capsfilter name=triptych-caps",
                                  form->pipeline ? form->pipeline : source->options->arg, convert);
    GError *error = NULL;
    GstElement *pipeline = gst_parse_launch_full(text, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);
    g_free(convert);
    g_free(text);
    if (!pipeline) {
        *result = gst_triptych_report_parse_error(source, error);
        g_clear_error(&error);
        return NULL;
    }
    gst_object_ref_sink(pipeline);
    g_signal_connect(pipeline, "deep-element-added", G_CALLBACK(note_element), capture);
    GstElement *named = form->property ? gst_bin_get_by_name(GST_BIN(pipeline), "source") : NULL;
    if (named) {
        set_argument(source, named);
        if (form->decodes)
            g_signal_connect(named, "source-setup", G_CALLBACK(set_up_source), capture);
        gst_object_unref(named);
    }
    return pipeline;
}

/** Whether all that the last element of the pipeline, before the filter, delivers is of a media type
 *  that begins with `prefix` (begins: TRUE), or that does not. */
static gboolean delivers_only(GstElement *filter, const gchar *prefix, gboolean begins)
{
    GstPad *pad = gst_element_get_static_pad(filter, "sink");
    GstCaps *caps = gst_pad_peer_query_caps(pad, NULL);
    gboolean only = !gst_caps_is_any(caps) && !gst_caps_is_empty(caps);
    for (guint i = 0; only && i < gst_caps_get_size(caps); i++)
        only = begins ==
               g_str_has_prefix(gst_structure_get_name(gst_caps_get_structure(caps, i)), prefix);
    gst_caps_unref(caps);
    gst_object_unref(pad);
    return only;
}

/** Returns why the last element's formats do not fit, and what to do. */
static const gchar *misfit(const struct source *source, GstElement *filter)
{
    const struct tri_format *format = tri_format_find(source->options->wanted.fourcc);
    if (delivers_only(filter, "audio/", TRUE))
        return "the last element delivers audio; use a pipeline that ends in video";
    if (delivers_only(filter, "video/x-raw", FALSE))
        return "no format of the last element fits; omit --size, --format and --rate, or append "
               "! decodebin";
    if (format && !format->gstreamer)
        return "the last element delivers raw video, which --format does not convert; append an "
               "encoder, or use a raw format";
    return "no format of the last element fits; append ! videoconvert";
}

/** Adds the requested caps and the sink. @return FALSE, logged, if they cannot fit */
static gboolean add_sink(const struct source *source, struct capture *capture)
{
    GstCaps *caps = wanted_caps(&source->options->wanted);
    GstElement *filter = gst_bin_get_by_name(GST_BIN(capture->pipeline), "triptych-caps");
    g_object_set(filter, "caps", caps, NULL);
    gst_caps_unref(caps);
    gst_bin_add(GST_BIN(capture->pipeline), gst_object_ref(GST_ELEMENT(capture->sink)));
    const gboolean linked = gst_element_link(filter, GST_ELEMENT(capture->sink));
    if (!linked)
        tri_log_write(source->options->log, TRI_LOG_ERROR, "gst", "%s: %s", source->label,
                      misfit(source, filter));
    gst_object_unref(filter);
    return linked;
}

/** Passes on only what handle_messages() needs: the bus is not read while frames arrive, and each
 *  message ends a wait. */
static GstBusSyncReply filter_message(GstBus *bus, GstMessage *message, gpointer data)
{
    (void)bus;
    (void)data;
    const GstMessageType type = GST_MESSAGE_TYPE(message);
    if (type == GST_MESSAGE_ERROR || type == GST_MESSAGE_EOS ||
        gst_is_missing_plugin_message(message))
        return GST_BUS_PASS;
    gst_message_unref(message); // GStreamer leaves that to this function
    return GST_BUS_DROP;
}

/** Starts the pipeline. Its times are CLOCK_MONOTONIC, whatever clocks its elements have. */
static void start(const struct source *source, struct capture *capture)
{
    GstClock *clock = gst_system_clock_obtain();
    gst_pipeline_use_clock(GST_PIPELINE(capture->pipeline), clock);
    gst_object_unref(clock);
    capture->bus = gst_element_get_bus(capture->pipeline);
    gst_bus_set_sync_handler(capture->bus, filter_message, NULL, NULL);

    const struct tri_video *wanted = &source->options->wanted;
    const gboolean unpaced = wanted->fps_den && !wanted->fps_num;
    if (unpaced)
        gst_base_sink_set_sync(GST_BASE_SINK(capture->sink), FALSE);
    if (gst_element_set_state(capture->pipeline, GST_STATE_PAUSED) == GST_STATE_CHANGE_NO_PREROLL)
        gst_triptych_capture_sink_set_live(capture->sink, TRUE);
    gst_element_set_state(capture->pipeline, GST_STATE_PLAYING); // failures are on the bus
}

/** Starts GStreamer, the first time. @return FALSE, with *error */
static gboolean start_gstreamer(GError **error)
{
    g_setenv("LIBCAMERA_LOG_LEVELS", "*:ERROR", FALSE); // by default it logs each start
    if (!gst_init_check(NULL, NULL, error))
        return FALSE;
    GST_DEBUG_CATEGORY_INIT(gst_triptych_debug, "triptych", 0, "triptych streams");
    gst_pb_utils_init();
    gst_triptych_user_data_register();
    return TRUE;
}

/** Trusts the certificate authorities in the file that SSL_CERT_FILE names, as OpenSSL does, instead of
 *  the system's. */
static void trust_certificates(const tri_log *log)
{
    const gchar *name = g_getenv("SSL_CERT_FILE");
    if (!name)
        return;
    GError *error = NULL;
    gchar *path = g_canonicalize_filename(name, NULL);
    GTlsDatabase *database = g_tls_file_database_new(path, &error);
    if (database)
        g_tls_backend_set_default_database(g_tls_backend_get_default(), database);
    else
        tri_log_write(log, TRI_LOG_WARN, "gst",
                      "SSL_CERT_FILE: %s: no certificates: %s; trusting those of the system", name,
                      error ? error->message : "unknown reason");
    g_clear_object(&database);
    g_clear_error(&error);
    g_free(path);
}

/** Returns the text that selects a device in an element of the form: free with g_free(). NULL: none. */
static gchar *argument_of(const struct gst_form *form, GstDevice *device)
{
    gchar *argument = NULL;
    GstElement *element = gst_device_create_element(device, NULL);
    if (!element)
        return NULL;
    gst_object_ref_sink(element);
    g_object_get(element, form->property, &argument, NULL);
    if (!argument && g_object_class_find_property(G_OBJECT_GET_CLASS(element), "path"))
        g_object_get(element, "path", &argument, NULL); // older versions of pipewiresrc
    gst_object_unref(element);
    return argument;
}

static void report_device(const struct gst_form *form, GstDevice *device, gst_device_found *found,
                          void *user)
{
    gchar *name = gst_device_get_display_name(device);
    gchar *argument = argument_of(form, device);
    if (argument && gst_device_has_classes(device, "Video/Source"))
        found(user, argument, name);
    g_free(argument);
    g_free(name);
}

static bool list_devices(const struct gst_form *form, gst_device_found *found, void *user)
{
    GstDeviceProvider *provider =
        start_gstreamer(NULL) ? gst_device_provider_factory_get_by_name(form->provider) : NULL;
    if (!provider)
        return false;
    // Not started: a provider that watches its devices changes them in a thread of its own.
    GList *devices = gst_device_provider_get_devices(provider);
    for (const GList *each = devices; each; each = each->next)
        report_device(form, each->data, found, user);
    g_list_free_full(devices, gst_object_unref);
    gst_object_unref(provider);
    return true;
}

static enum source_result module_open(struct source *source)
{
    const struct gst_form *form = source->ops->data;
    GError *error = NULL;
    gchar *label = g_strdup_printf("%s:%s", source->ops->name, source->options->arg);
    gchar *hidden = gst_triptych_hide_passwords(label);
    g_strlcpy(source->label, hidden, sizeof(source->label));
    g_free(hidden);
    g_free(label);
    if (!start_gstreamer(&error)) {
        tri_log_write(source->options->log, TRI_LOG_ERROR, "gst", "cannot start GStreamer: %s",
                      error ? error->message : "unknown reason");
        g_clear_error(&error);
        return SOURCE_FAILED;
    }
    if (!*source->options->arg && form->argument != GST_ARGUMENT_DEVICE) {
        tri_log_write(source->options->log, TRI_LOG_ERROR, "gst",
                      "%s: needs a name after the colon", source->label);
        return SOURCE_MISUSED;
    }

    const struct tri_format *format = tri_format_find(source->options->wanted.fourcc);
    if (form->decodes && format && !format->gstreamer) {
        tri_log_write(source->options->log, TRI_LOG_ERROR, "gst",
                      "%s: --format %s: decoded video is not converted to it; use a raw format",
                      source->label, format->name);
        return SOURCE_MISUSED;
    }

    trust_certificates(source->options->log);

    struct capture *capture = g_new0(struct capture, 1);
    enum source_result result = SOURCE_FAILED;
    source->state = capture;
    capture->endless = form->remote && !g_str_has_prefix(source->ops->name, "http");
    capture->shared = gst_triptych_writer_new(source->writer, SLOTS);
    capture->sink = gst_object_ref_sink(gst_triptych_capture_sink_new(capture->shared));
    capture->pipeline = build(source, capture, &result);
    if (!capture->pipeline)
        return result;
    if (!add_sink(source, capture))
        return SOURCE_FAILED;
    start(source, capture);
    lock(capture);
    return SOURCE_OK;
}

/** Returns to the start of a file. A single picture without a duration of its own is not repeated
 *  faster than every PICTURE_NS, except at --rate 0. */
static enum source_result rewind_pipeline(const struct source *source, struct capture *capture)
{
    const struct tri_video *wanted = &source->options->wanted;
    const gint64 period_ns = wanted->fps_den && !wanted->fps_num ? 0 : PICTURE_NS;
    if (!capture->repeatable) {
        tri_log_write(source->options->log, TRI_LOG_ERROR, "gst",
                      "%s: no frame between its start and its end; omit --loop", source->label);
        return SOURCE_FAILED;
    }
    const gint64 early_ns = capture->round_ns + period_ns - tri_now_ns();
    if (early_ns > 0)
        g_usleep((gulong)early_ns / 1000);
    capture->repeatable = FALSE;
    if (gst_element_seek_simple(capture->pipeline, GST_FORMAT_TIME,
                                GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_KEY_UNIT, 0))
        return SOURCE_OK;
    tri_log_write(source->options->log, TRI_LOG_ERROR, "gst", "%s: cannot be rewound; omit --loop",
                  source->label);
    return SOURCE_FAILED;
}

static enum source_result end_of_stream(const struct source *source, struct capture *capture)
{
    capture->ended = FALSE;
    if (source->options->loop)
        return rewind_pipeline(source, capture);
    if (!g_atomic_int_get(&capture->endless))
        return SOURCE_END;
    tri_log_write(source->options->log, TRI_LOG_WARN, "gst", "%s: the server has ended the stream",
                  source->label);
    return SOURCE_LOST;
}

/** Handles the pipeline's messages. Call without the lock. @return SOURCE_OK, or what ends it */
static enum source_result handle_messages(const struct source *source, struct capture *capture)
{
    enum source_result result = SOURCE_OK;
    GstMessage *message;
    while (result == SOURCE_OK && (message = gst_bus_pop(capture->bus))) {
        if (gst_is_missing_plugin_message(message)) {
            g_free(capture->missing);
            capture->missing = gst_missing_plugin_message_get_description(message);
        }
        if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR)
            result = gst_triptych_report_error(
                source, message, capture->missing,
                (GTlsCertificateFlags)g_atomic_int_get(&capture->untrusted), capture->delivered);
        else if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS)
            capture->ended = TRUE;
        gst_message_unref(message);
    }
    return result;
}

/** Prepares a frame to be filled: in its slot, or in one that capture takes. */
static void prepare_frame(struct source *source, struct capture *capture)
{
    struct gst_triptych_capture_frame *frame = &capture->frame;
    source->in_place = gst_triptych_pool_publish(capture->shared, frame->buffer);
    if (!source->in_place && tri_format_find(frame->video.fourcc)->family == TRI_FAMILY_COMPRESSED)
        tri_writer_reserve(source->writer, gst_buffer_get_size(frame->buffer));
}

static enum source_result module_wait(struct source *source, int timeout_ms)
{
    struct capture *capture = source->state;
    guint64 replaced;
    source->in_place = NULL;
    unlock(capture);
    gst_clear_buffer(&capture->frame.buffer); // upstream may write its slot again
    lock(capture);
    capture->shared->writer = source->writer;

    const struct tri_video *video = gst_triptych_capture_sink_wait(capture->sink, capture->bus,
                                                                   capture->ended ? 0 : timeout_ms);
    if (video && !tri_video_same(video, &source->video)) {
        source->video = *video;
        return SOURCE_CHANGED;
    }
    if (gst_triptych_capture_sink_take(capture->sink, &capture->frame, &replaced)) {
        source->writer_drops += replaced;
        if (!capture->repeatable)
            capture->round_ns = tri_now_ns();
        capture->delivered = capture->repeatable = TRUE;
        prepare_frame(source, capture);
        return SOURCE_OK;
    }
    unlock(capture);
    const enum source_result result =
        capture->ended ? end_of_stream(source, capture) : handle_messages(source, capture);
    lock(capture);
    return result == SOURCE_OK ? SOURCE_NOTHING : result;
}

static enum source_result module_fill(struct source *source, struct tri_draft **draft,
                                      int timeout_ms)
{
    struct capture *capture = source->state;
    const struct gst_form *form = source->ops->data;
    struct gst_triptych_capture_frame *frame = &capture->frame;
    (void)timeout_ms;
    if (source->in_place)
        *draft = source->in_place;
    if (!*draft)
        return SOURCE_OK; // no slot is free
    memcpy(frame->info.video.stride, (*draft)->info.video.stride, sizeof(frame->info.video.stride));
    (*draft)->info = frame->info;
    if (form->remote && !(frame->info.flags & TRI_FRAME_TIME_SENDER))
        (*draft)->info.flags |= TRI_FRAME_TIME_ARRIVAL;
    (void)gst_triptych_user_data_write(frame->buffer, *draft); // what does not fit is left out
    if (source->in_place)
        return SOURCE_OK;
    (*draft)->info.copies = 1;
    source->fault[0] = '\0';
    if (gst_triptych_video_sink_copy(frame->buffer, &frame->caps, *draft))
        return SOURCE_OK;
    g_snprintf(source->fault, sizeof(source->fault),
               "a buffer of %" G_GSIZE_FORMAT " bytes, which its caps do not describe",
               gst_buffer_get_size(frame->buffer));
    return SOURCE_DROPPED;
}

static void module_close(struct source *source)
{
    struct capture *capture = source->state;
    source->in_place = NULL;
    source->state = NULL;
    if (!capture)
        return;
    unlock(capture);
    gst_clear_buffer(&capture->frame.buffer);
    if (capture->pipeline)
        gst_element_set_state(capture->pipeline, GST_STATE_NULL);
    if (capture->bus)
        gst_bus_set_sync_handler(capture->bus, NULL, NULL, NULL);
    gst_clear_object(&capture->bus);
    gst_clear_object(&capture->pipeline);
    gst_clear_object(&capture->sink);
    g_mutex_lock(&capture->shared->lock);
    capture->shared->writer = NULL; // buffers that are still in use keep their memory
    g_mutex_unlock(&capture->shared->lock);
    gst_triptych_writer_unref(capture->shared);
    g_free(capture->missing);
    g_free(capture);
}

__attribute__((visibility("default"))) const struct gst_module triptych_gst_module = {
    .version = GST_MODULE_VERSION,
    .ops = { .open = module_open, .wait = module_wait, .fill = module_fill, .close = module_close },
    .list_devices = list_devices,
};
