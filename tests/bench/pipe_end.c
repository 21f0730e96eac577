/* SPDX-License-Identifier: MIT */
/* One end of a pair of pipelines: runs a gst-launch-1.0 description for some seconds. The writing
 * end puts the time and its processor into the first bytes of each frame before the last element;
 * the reading end measures the latency at its last element and the share of frames read on the
 * processor that wrote them. Prints one JSON object. */
#include "device_end.h"

#include <triptych/frame.h>

#include <gst/gst.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define AGES_MAX 100000
#define WARM_UP  10 // first frames, not counted: caps, pools and cold memory

/** The first bytes of a frame. */
struct stamp {
    gint64 ns;
    gint64 processor;
};

static struct {
    gint64 ages[AGES_MAX];
    guint frames; // counted
    guint met;    // of them, read on the processor that wrote them
    guint ignored;
    gint64 first_ns;
    gint64 last_ns;
    gint64 cpu_ns; // of this process at the first counted frame
} seen;

static volatile sig_atomic_t stopped;

static void stop(int number)
{
    (void)number;
    stopped = 1;
}

static gint64 cpu_ns(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000 +
           (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000;
}

/** Counts a frame by its stamp; the writing end has no latency. */
static void count(const struct stamp *now, const struct stamp *then)
{
    if (seen.ignored < WARM_UP) {
        seen.ignored++;
        seen.first_ns = now->ns;
        seen.cpu_ns = cpu_ns();
        return;
    }
    if (seen.frames < AGES_MAX)
        seen.ages[seen.frames++] = now->ns - then->ns;
    seen.met += now->processor == then->processor;
    seen.last_ns = now->ns;
}

static struct stamp stamp_now(void)
{
    return (struct stamp){ .ns = tri_now_ns(), .processor = sched_getcpu() };
}

static GstPadProbeReturn write_time(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
    (void)pad;
    (void)user;
    GstMapInfo map;
    if (gst_buffer_map(GST_PAD_PROBE_INFO_BUFFER(info), &map, GST_MAP_WRITE)) {
        const struct stamp now = stamp_now();
        count(&now, &now);
        memcpy(map.data, &now, sizeof(now));
        gst_buffer_unmap(GST_PAD_PROBE_INFO_BUFFER(info), &map);
    }
    return GST_PAD_PROBE_OK;
}

static void read_first_bytes(const void *first)
{
    const struct stamp now = stamp_now();
    struct stamp then;
    memcpy(&then, first, sizeof(then));
    if (then.ns != 0) // v4l2loopback hands out empty frames of its own
        count(&now, &then);
}

static GstPadProbeReturn read_time(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
    (void)pad;
    (void)user;
    GstMapInfo map;
    if (gst_buffer_map(GST_PAD_PROBE_INFO_BUFFER(info), &map, GST_MAP_READ)) {
        read_first_bytes(map.data);
        gst_buffer_unmap(GST_PAD_PROBE_INFO_BUFFER(info), &map);
    }
    return GST_PAD_PROBE_OK;
}

static int by_size(const void *a, const void *b)
{
    const gint64 left = *(const gint64 *)a;
    const gint64 right = *(const gint64 *)b;
    return (left > right) - (left < right);
}

static double age_us(double share)
{
    if (seen.frames == 0)
        return 0;
    return (double)seen.ages[(guint)((seen.frames - 1) * share)] / 1000;
}

static void print_figures(GstElement *end)
{
    const double seconds = (double)(seen.last_ns - seen.first_ns) / 1e9;
    const double cpu = (double)(cpu_ns() - seen.cpu_ns);
    guint64 copied = 0;
    if (end && g_object_class_find_property(G_OBJECT_GET_CLASS(end), "copied-frames"))
        g_object_get(end, "copied-frames", &copied, NULL);
    qsort(seen.ages, seen.frames, sizeof(gint64), by_size);
    printf("{\"fps\": %.2f, \"age_p50_us\": %.1f, \"age_p99_us\": %.1f, \"cpu_us\": %.1f, "
           "\"met\": %.2f, "
           "\"copied\": %llu}\n",
           seconds > 0 ? seen.frames / seconds : 0, age_us(0.5), age_us(0.99),
           seen.frames ? cpu / seen.frames / 1000 : 0,
           seen.frames ? (double)seen.met / seen.frames : 0, (unsigned long long)copied);
}

/** Runs for `seconds` from the first frame on, or until SIGTERM. @return FALSE, with a message, on
 *  an error. */
static gboolean run(GstElement *pipe, double seconds)
{
    gst_element_set_state(pipe, GST_STATE_PLAYING);
    const gint64 time_limit = tri_now_ns() + 30 * (gint64)GST_SECOND;
    GstBus *bus = gst_element_get_bus(pipe);
    gboolean fine = TRUE;
    while (fine && !stopped &&
           (seen.frames == 0 ? tri_now_ns() < time_limit
                             : tri_now_ns() - seen.first_ns < (gint64)(seconds * 1e9))) {
        GstMessage *message =
            gst_bus_timed_pop_filtered(bus, 20 * GST_MSECOND, GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
        fine = message == NULL;
        if (message && GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
            GError *error;
            gst_message_parse_error(message, &error, NULL);
            fprintf(stderr, "pipe_end: %s\n", error->message);
            g_error_free(error);
        }
        if (message)
            gst_message_unref(message);
    }
    gst_object_unref(bus);
    return fine || seen.frames > 0;
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "read-device") == 0) {
        const bool read = device_end_read(argv[3], strtod(argv[2], NULL), read_first_bytes);
        print_figures(NULL);
        return read ? 0 : 1;
    }
    gst_init(&argc, &argv);
    if (argc != 4 || (strcmp(argv[1], "write") != 0 && strcmp(argv[1], "read") != 0)) {
        fprintf(stderr, "usage: pipe_end write|read SECONDS PIPELINE, whose last element is named "
                        "`end`, and the one whose copies count `shared`\n"
                        "       pipe_end read-device SECONDS DEVICE\n");
        return 2;
    }
    GError *error = NULL;
    GstElement *pipe = gst_parse_launch(argv[3], &error);
    if (error) {
        fprintf(stderr, "pipe_end: %s\n", error->message);
        return 1;
    }
    GstElement *end = gst_bin_get_by_name(GST_BIN(pipe), "end");
    GstElement *shared = gst_bin_get_by_name(GST_BIN(pipe), "shared");
    GstPad *pad = gst_element_get_static_pad(end, "sink");
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER,
                      strcmp(argv[1], "write") == 0 ? write_time : read_time, NULL, NULL);
    gst_object_unref(pad);
    signal(SIGTERM, stop);
    const gboolean fine = run(pipe, strtod(argv[2], NULL));
    print_figures(shared ? shared : end);
    gst_element_set_state(pipe, GST_STATE_NULL);
    if (shared)
        gst_object_unref(shared);
    gst_object_unref(end);
    gst_object_unref(pipe);
    return fine ? 0 : 1;
}
