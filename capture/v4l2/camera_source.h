/* SPDX-License-Identifier: MIT */
/** A camera that streams: its buffers by one of V4L2's methods, its frames into drafts. */
#ifndef CAPTURE_CAMERA_SOURCE_H
#define CAPTURE_CAMERA_SOURCE_H

#include "camera_buffers.h"
#include "camera_timestamps.h"
#include "camera_weave.h"

struct v4lconvert_data;

/** State of the source v4l2. */
struct camera_source {
    struct camera camera;
    struct camera_format format;
    struct camera_buffers buffers;
    struct camera_timestamps timestamps;
    struct v4lconvert_data *converter; // NULL: the camera's own format
    enum source_io io;                 // the method in use, never AUTO
    bool direct;                       // what camera.direct is without USERPTR
    uint8_t *scratch;                  // for read(2) without a slot, and for conversions
    uint32_t enqueued;                 // slots that the driver has
    bool starved;                      // fewer than source->queue, since the last frame
    uint32_t idle;                     // successive waits without a frame
    uint32_t unusable;                 // frames since the last report
    int64_t reported_ns;               // time of that report
    bool size_reported;                // that frames differ from the negotiated size
    struct camera_weave weave;
};

/** Slots that a stream needs so that the camera may capture into them; 0: any. Known before the camera
 *  is there: a stream keeps the slots with which it began. */
uint32_t camera_io_slots(const struct source_options *options);

/** Starts streaming with the requested I/O method. --io auto takes the best one that has not
 *  failed: a driver may accept a method and fail before its first frame. */
enum source_result camera_io_start(struct source *source);

/** If a method failed before its first frame, starts the next one.
 *  @return SOURCE_CHANGED then; otherwise `result`, or the next method's */
enum source_result camera_io_fall_back(struct source *source, enum source_result result);

/** Stops streaming. */
void camera_io_stop(struct camera_source *state);

/** Takes a frame from the driver. @return as source_ops.fill */
enum source_result camera_frame_take(struct source *source, struct tri_draft **draft);

#endif
