/* SPDX-License-Identifier: MIT */
/** Detections of a stream: beside its frames, or frames later in a stream of their own. */
#ifndef VIEWER_STREAM_DETECTIONS_H
#define VIEWER_STREAM_DETECTIONS_H

#include "reader_thread.h"
#include "stream_view.h"

#include "program/detections.h"

/** A reader of a stream of detections, and those that it read last. */
struct stream_detections;

/** Opens a reader of the stream `name`, which need not exist yet; NULL or "": of "NAME.detections", by
 *  the name of `stream`. Failures are logged: then only detections beside the frames are found.
 *  @param wake  as of reader_thread_start() */
void stream_detections_open(struct stream_view *stream, const char *name, reader_thread_wake *wake,
                            void *user);

/** Closes them in two steps, so that several threads end in parallel. Accept a stream without. */
void stream_detections_request_stop(struct stream_view *stream);
void stream_detections_close(struct stream_view *stream);

/** Takes what the reader offers. @return whether there are new detections */
bool stream_detections_take(struct stream_view *stream);

/** How old detections are: they belong to an earlier frame than the front. */
struct detections_age {
    uint64_t frames;
    int64_t ns;
};

/**
 * Finds the detections of the front: those beside it, otherwise the newest that came later and belong
 * to it or to a frame at most a second before. Their boxes are scaled to the front.
 *
 * @return false: there are none; *found is empty
 */
bool stream_detections_find(const struct stream_view *stream, struct detections *found,
                            struct detections_age *age);

/** Counts the front, which was presented just now, if it has detections. */
void stream_detections_count(struct stream_view *stream);

#endif
