/* SPDX-License-Identifier: MIT */
/** From a source into a stream, frame by frame. */
#ifndef CAPTURE_PUBLISHER_H
#define CAPTURE_PUBLISHER_H

#include "schedule.h"
#include "source/fault_injection.h"
#include "source/frame_source.h"

#include "program/stats.h"

/** Set log, options, source.ops, skip and fault.options; the rest is zero to begin with. It must not
 *  move afterwards. */
struct publisher {
    const tri_log *log;
    struct source_options options;
    struct source source;
    uint64_t skip;      // frames of the source still to be left out
    tri_writer *writer; // the caller's; set before the first frame
    struct stats stats;

    struct schedule schedule;
    int64_t moment_ns; // of the frame at hand: when it is taken, by its pace and its faults
    struct fault fault;
    struct tri_video other;                 // what the next change of format leads to
    struct tri_draft draft;                 // for sources without a queue; all zero: none
    struct tri_draft queued[TRI_SLOTS_MAX]; // by slot; all zero: not with the source
    bool in_hand;                           // fill() has begun a frame, into draft or nowhere
    bool restarted;                         // the next frame is the first after a gap
    bool complained;                        // about slots that cannot be had
};

/** Opens the source. @return as source_ops.open */
enum source_result publisher_open(struct publisher *publisher);

/** Waits for the next frame's time, has the source fill it, publishes it if there is a slot. @return as
 *  source_ops.fill; SOURCE_CHANGED has been dealt with. */
enum source_result publisher_frame(struct publisher *publisher);

/** Publishes a draft and counts it. */
void publisher_publish(struct publisher *publisher, struct tri_draft *draft);

/** Takes a slot for `video`; NULL when there is none, which is counted. */
struct tri_draft *publisher_begin(struct publisher *publisher, const struct tri_video *video);

/** Closes the source and gives back the slots it had. */
void publisher_close(struct publisher *publisher);

#endif
