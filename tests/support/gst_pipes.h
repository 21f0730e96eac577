/* SPDX-License-Identifier: MIT */
/** Pipelines of one test, the stream between them, and the buffers at a sink. */
#ifndef TESTS_GST_PIPES_H
#define TESTS_GST_PIPES_H

#include <triptych/triptych.h>

#include <gst/gst.h>
#include <gst/video/video.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define PIPES_PATIENCE (60 * GST_SECOND) // that anything may take on a busy machine

/** A case with its own stream and empty counters. */
#define pipes_test(function) cmocka_unit_test_setup(function, pipes_setup)
int pipes_setup(void **state);

/** The stream of this test. */
const char *pipes_stream(void);

/** A pipeline from the text, as gst-launch-1.0 makes it. */
GstElement *pipes_make(const char *format, ...) G_GNUC_PRINTF(1, 2);
void pipes_play(GstElement *pipe);
/** Sets it to NULL and frees it. */
void pipes_stop(GstElement *pipe);

/** Waits for one of `types` on the bus. @return the type. */
GstMessageType pipes_wait(GstElement *pipe, GstMessageType types);

/** Plays until the end of the stream; an error fails the test. */
void pipes_play_to_end(GstElement *pipe);

/** A counter of an element. */
guint64 pipes_figure(GstElement *pipe, const char *element, const char *property);
/** Waits until the counter is at least `least`. */
void pipes_reach(GstElement *pipe, const char *element, const char *property, guint64 least);

/** Calls `probe` for data at the pad `pad` of an element. */
void pipes_probe(GstElement *pipe, const char *element, const char *pad, GstPadProbeType type,
                 GstPadProbeCallback probe, gpointer data);

/** Whether an address lies in an attached System V segment of this process; `writable`: in a
 * writable one. Sets `offset` (or NULL) to its distance from the segment's start. */
gboolean pipes_in_segment(const void *address, gboolean writable, gsize *offset);

/** Buffers received by the observed sink: written by its thread, `buffers` last. */
struct pipes_seen {
    gint buffers; // atomic
    guint in_segment;
    GstClockTime last_pts;
    guint steps_back; // of time stamps
    guint8 first_byte;
    gboolean read_only;
};
extern struct pipes_seen pipes_seen;
/** Lets a fakesink fill pipes_seen. */
void pipes_watch(GstElement *pipe, const char *sink);

/** A writer of the test's stream that is no GStreamer element. */
tri_writer *pipes_writer(void);
/** Publishes one frame of one brightness, captured `age_ns` ago. FALSE: no slot was free. */
gboolean pipes_publish_frame(tri_writer *writer, const struct tri_video *video, uint8_t brightness,
                             gint64 age_ns);
/** Publishes `count` grey frames, 48 rows of one brightness, 5 ms apart. */
void pipes_publish(tri_writer *writer, uint32_t width, uint8_t brightness, int count);
/** Publishes until the observed sink has received `buffers` buffers. */
void pipes_publish_until(tri_writer *writer, uint32_t width, uint8_t brightness, gint buffers);

#endif
