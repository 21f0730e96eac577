/* SPDX-License-Identifier: MIT */
/** From a source into a stream, frame by frame. */
#ifndef CAPTURE_PUBLISHER_H
#define CAPTURE_PUBLISHER_H

#include "source/frame_source.h"

#include "program/stats.h"

/** The caller sets log, options, source.ops and source.skip; the rest starts as zero. Must not be
 *  moved once the source is open. */
struct publisher {
    const tri_log *log;
    struct source_options options;
    struct source source;
    tri_writer *writer; // set by the caller before the first frame
    struct stats stats;

    struct tri_draft draft;                 // for sources without a queue; all zero: none
    struct tri_draft queued[TRI_SLOTS_MAX]; // by slot; all zero: not enqueued
    bool in_progress;                       // fill() has begun a frame, with or without a draft
    bool restarted;                         // the next frame is the first one after an outage
    bool slots_refused;                     // logged that there are no slots of the size needed
};

/** Opens the source. @return as source_ops.open */
enum source_result publisher_open(struct publisher *publisher);

/** Waits up to `timeout_ms` for the source's next frame and publishes it, or counts a drop if no
 *  slot is free.
 *  @return as source_ops.fill; SOURCE_CHANGED needs no action by the caller */
enum source_result publisher_frame(struct publisher *publisher, int timeout_ms);

/** Publishes a draft and counts it. */
void publisher_publish(struct publisher *publisher, struct tri_draft *draft);

/** Takes a slot for a frame of `video`. @return NULL if none is free: counted as a drop */
struct tri_draft *publisher_begin(struct publisher *publisher, const struct tri_video *video);

/** Whether the stream has readers; programs that inspect it and the source's device do not count.
 *  Cost: one system call. */
bool publisher_has_readers(const struct publisher *publisher);

/** Closes the source and cancels its drafts. */
void publisher_close(struct publisher *publisher);

#endif
