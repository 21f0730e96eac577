/* SPDX-License-Identifier: MIT */
/** A camera's queue of buffers: memory of the driver's, mapped, or slots lent to the driver. */
#ifndef CAPTURE_CAMERA_BUFFERS_H
#define CAPTURE_CAMERA_BUFFERS_H

#include "camera_format.h"

#define CAMERA_BUFFERS_MAX 32 // V4L2's own limit

struct camera_buffer {
    uint8_t *start[TRI_PLANES_MAX]; // mapped memory; NULL: lent, or not there
    size_t length[TRI_PLANES_MAX];  // bytes that the driver may fill
    struct tri_draft *draft;        // lent by the caller; NULL: none
    int64_t queued_ns;              // when the driver got it last
};

/** All zero is a stopped one. */
struct camera_buffers {
    const struct camera *camera;
    const struct camera_format *format;
    enum v4l2_memory memory;
    uint32_t count; // of buffers
    bool running;
    struct camera_buffer buffer[CAMERA_BUFFERS_MAX];
};

/** A buffer as the driver gave it back. */
struct camera_taken {
    uint32_t index;
    uint32_t sequence, flags, field; // as in v4l2_buffer
    int64_t timestamp_ns;            // of the clock that `flags` says
    int64_t queued_ns;               // when the driver got the buffer; 0: unknown
    uint32_t offset[TRI_PLANES_MAX]; // where the picture begins in each memory
    uint32_t used[TRI_PLANES_MAX];   // bytes from the memory's start that hold it
};

/** Makes `count` buffers or more in the driver's memory, queues them all and starts. Logs
 *  failures. */
enum source_result camera_buffers_start_mmap(struct camera_buffers *buffers,
                                             const struct camera *camera,
                                             const struct camera_format *format, uint32_t count);

/** Prepares for `count` slots or more to be lent. @return false: the driver refuses; nothing
 *  changed */
bool camera_buffers_request_userptr(struct camera_buffers *buffers, const struct camera *camera,
                                    const struct camera_format *format, uint32_t count);

/** Queues a slot, whose planes are placed as the driver's, as buffer draft->slot_index.
 *  @return SOURCE_OK, SOURCE_NOTHING: the driver has no such buffer, SOURCE_LOST, _FAILED */
enum source_result camera_buffers_queue_draft(struct camera_buffers *buffers,
                                              struct tri_draft *draft);

/** Starts to deliver; nothing when it does already. */
enum source_result camera_buffers_start(struct camera_buffers *buffers);

/** Waits until a frame or an event is there. @return SOURCE_OK, SOURCE_NOTHING: time is up, or a
 *  signal came */
enum source_result camera_buffers_wait(const struct camera *camera, int timeout_ms, bool *event);

/** Lets `timeout_ms` pass, whatever the device says, or less of it where a signal comes. */
void camera_buffers_pause(int timeout_ms);

/** Takes the oldest filled buffer. @return SOURCE_OK, SOURCE_NOTHING: none yet, SOURCE_LOST,
 *  _FAILED */
enum source_result camera_buffers_dequeue(struct camera_buffers *buffers,
                                          struct camera_taken *taken);

/** Queues a mapped buffer again. */
enum source_result camera_buffers_requeue(struct camera_buffers *buffers, uint32_t index);

/** Stops, and lets go of all memory. Accepts a stopped one. */
void camera_buffers_stop(struct camera_buffers *buffers);

#endif
