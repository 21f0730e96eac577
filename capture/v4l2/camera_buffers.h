/* SPDX-License-Identifier: MIT */
/** A camera's queue of buffers: memory of the driver, mapped, or slots of the stream. */
#ifndef CAPTURE_CAMERA_BUFFERS_H
#define CAPTURE_CAMERA_BUFFERS_H

#include "camera_format.h"

#define CAMERA_BUFFERS_MAX 32 // V4L2's own limit

struct camera_buffer {
    uint8_t *start[TRI_PLANES_MAX]; // mapped memory; NULL: a slot, or none
    size_t length[TRI_PLANES_MAX];  // bytes that the driver may fill
    struct tri_draft *draft;        // of the slot that the driver has; NULL: none
    int64_t queued_ns;              // when the driver got it
};

/** All zero: stopped. */
struct camera_buffers {
    const struct camera *camera;
    const struct camera_format *format;
    enum v4l2_memory memory;
    uint32_t count; // number of buffers
    bool running;
    struct camera_buffer buffer[CAMERA_BUFFERS_MAX];
};

/** A buffer that the driver returned. */
struct camera_taken {
    uint32_t index;
    uint32_t sequence; // as in v4l2_buffer
    uint32_t flags;
    uint32_t field;
    int64_t timestamp_ns;            // of the clock named in `flags`
    int64_t queued_ns;               // when the driver got the buffer; 0: unknown
    uint32_t offset[TRI_PLANES_MAX]; // of the frame in each memory
    uint32_t used[TRI_PLANES_MAX];   // its end, from the start of the memory
};

/** Requests at least `count` buffers of the driver's memory and queues them. Logs failures. */
enum source_result camera_buffers_queue_mmap(struct camera_buffers *buffers,
                                             const struct camera *camera,
                                             const struct camera_format *format, uint32_t count);

/** Prepares at least `count` buffers that are slots. @return false: the driver refuses, nothing
 *  changed */
bool camera_buffers_request_userptr(struct camera_buffers *buffers, const struct camera *camera,
                                    const struct camera_format *format, uint32_t count);

/** Queues a slot as buffer draft->slot_index; camera_place() has placed its planes.
 *  @return SOURCE_OK, SOURCE_NOTHING (the driver has no such buffer), SOURCE_LOST, SOURCE_FAILED */
enum source_result camera_buffers_queue_draft(struct camera_buffers *buffers,
                                              struct tri_draft *draft);

/** Starts streaming, unless it has started. */
enum source_result camera_buffers_start(struct camera_buffers *buffers);

/** Waits for a frame or an event. @return SOURCE_OK, SOURCE_NOTHING (the time is up, or a signal
 *  arrived) */
enum source_result camera_buffers_wait(const struct camera *camera, int timeout_ms, bool *event);

/** Sleeps for `timeout_ms`, or until a signal arrives. */
void camera_buffers_pause(int timeout_ms);

/** Dequeues the oldest filled buffer. @return SOURCE_OK, SOURCE_NOTHING (none yet), SOURCE_LOST,
 *  SOURCE_FAILED */
enum source_result camera_buffers_dequeue(struct camera_buffers *buffers,
                                          struct camera_taken *taken);

/** Queues a mapped buffer again. */
enum source_result camera_buffers_requeue(struct camera_buffers *buffers, uint32_t index);

/** Stops and releases all memory. Accepts a stopped queue. */
void camera_buffers_stop(struct camera_buffers *buffers);

#endif
