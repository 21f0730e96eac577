/* SPDX-License-Identifier: MIT */
/** Reports streams that appear, change and end, without polling by the caller. */
#ifndef TRIPTYCH_MONITOR_H
#define TRIPTYCH_MONITOR_H

#include <triptych/api.h>
#include <triptych/error.h>
#include <triptych/stream.h>

TRI_BEGIN

/** Kinds of events. */
enum tri_stream_event_type {
    TRI_STREAM_ADDED,   // also for each stream that exists when the monitor is opened
    TRI_STREAM_CHANGED, // its state, its writer or its segment
    TRI_STREAM_REMOVED,
};

/** What has happened to a stream. tri_stream_find() describes the stream itself. */
struct tri_stream_event {
    enum tri_stream_event_type type; // what has happened
    enum tri_stream_state state;     // of TRI_STREAM_REMOVED: the last one
    int key;                         // of the stream
    char name[TRI_NAME_MAX + 1];     // as in struct tri_stream
    uint64_t reserved[4];            // zero
};

/** Opaque. Threads: one at a time for one monitor. Processes: the one that opened it. */
typedef struct tri_stream_monitor tri_stream_monitor;

/**
 * Opens a monitor of the streams of this IPC namespace: those that have had a frame, and whose name
 * this user may read. It starts a thread.
 *
 * Ownership: *out belongs to the caller, who closes it with tri_stream_monitor_close(); NULL on
 *            failure.
 * Threads:   any.
 * Cost:      the thread sleeps until a writer opens, closes or replaces a stream, and checks four times
 *            a second for writers that were killed and streams that were removed by hand.
 *
 * @return TRI_OK; TRI_ERR_NO_RESOURCES, no memory, thread or descriptor left.
 */
TRI_API enum tri_err tri_stream_monitor_open(tri_stream_monitor **out);

/** Returns a file descriptor for event loops: readable whenever tri_stream_monitor_next() would return
 *  an event. Do not read it. Ownership: the monitor's, which closes it. Threads: any, until the monitor
 *  is closed. Cost: no system call. */
TRI_API int tri_stream_monitor_fd(const tri_stream_monitor *monitor);

/**
 * Returns the next event. Never waits: to wait, poll() the descriptor.
 *
 * @return TRI_OK; TRI_ERR_TIMEOUT, nothing has happened; TRI_ERR_NO_RESOURCES, out of memory;
 *         TRI_ERR_SYSTEM.
 *
 * Ownership: *event is the caller's.
 * Threads:   one at a time for one monitor.
 * Cost:      one system call; after all events, that of tri_stream_list_open().
 */
TRI_API enum tri_err tri_stream_monitor_next(tri_stream_monitor *monitor,
                                             struct tri_stream_event *event);

/** Ends the thread, closes the descriptor and sets *monitor to NULL. Accepts a NULL *monitor. Keeps
 *  errno. Threads: one, when no other uses the monitor. Cost: waits until the thread has ended. */
TRI_API void tri_stream_monitor_close(tri_stream_monitor **monitor);

TRI_END

#endif
