/* SPDX-License-Identifier: MIT */
/** The interface of frame sources. Adding one: source_NAME.c, its name in meson.build. */
#ifndef CAPTURE_FRAME_SOURCE_H
#define CAPTURE_FRAME_SOURCE_H

#include "schedule.h"

#include <triptych/triptych.h>

/** Result of an operation. A source that returns LOST, FAILED or MISUSED has logged the reason,
 *  once. */
enum source_result {
    SOURCE_OK,      // open: ready; wait: a frame can be filled; fill: *draft holds a frame
    SOURCE_NOTHING, // the time is up or a signal arrived: stop.h; called again with the same draft
    SOURCE_DROPPED, // fill: a frame arrived but is unusable: counted as dropped by the driver
    SOURCE_CHANGED, // new source->video or ->queue for the next frames; enqueued drafts are void
    SOURCE_END,     // the last frame has been delivered
    SOURCE_LOST,    // gone, may return: close it and open it again later
    SOURCE_FAILED,  // permanent failure: exit status 1
    SOURCE_MISUSED, // open: the command line requests something impossible: exit status 2
};

enum source_io { SOURCE_IO_AUTO, SOURCE_IO_MMAP, SOURCE_IO_USERPTR, SOURCE_IO_READ };

enum source_list { SOURCE_LIST_NONE, SOURCE_LIST_DEVICES, SOURCE_LIST_FORMATS, SOURCE_LIST_CTRLS };

struct fault_options;
struct stream_edit;

/** What the command line requests. Outlives the source. */
struct source_options {
    const char *arg;         // after the colon; NULL or "": the source's default
    struct tri_video wanted; // 0: the source chooses; a rate of 0/1: unpaced
    uint32_t slots;          // --buffers; 0: not given
    enum source_io io;
    const char *input;    // --input, a number or a name; NULL: leave it as it is
    const char *standard; // --standard, a name; NULL: leave it as it is
    const char *const
        *controls; // "NAME=VALUE" each, NULL-terminated, set at every open; never NULL
    const struct fault_options *faults; // for fault_injection.c
    const struct stream_edit *edit;     // for source_stream.c
    bool loop;
    bool reopens;          // --on-demand: it is closed and opened again
    bool json;             // print lists as one JSON object per line
    double device_timeout; // seconds after which a silent device is lost; 0: none
    const tri_log *log;    // never NULL
};

/** Properties of a source. */
enum source_flags {
    SOURCE_CAN_STALL = 1,  // a device or a network peer: --device-timeout applies
    SOURCE_CONTROLS = 2,   // --set-ctrl applies
    SOURCE_STRIDE = 4,     // --stride applies
    SOURCE_SCHEDULE = 8,   // it follows source->schedule
    SOURCE_INPUTS = 16,    // --input and --standard apply
    SOURCE_REFORMATS = 32, // reopened, it continues in another format if options->wanted names one
    SOURCE_OPAQUE = 64,    // --format may be one that triptych does not know
};

struct source;
struct json_t;

struct source_ops {
    const char *name;    // as typed before the colon: "v4l2", "pattern"
    const char *arg;     // placeholder of what follows the colon, for --help
    const char *summary; // its line in --help
    unsigned flags;      // enum source_flags
    const void *data;    // its own; NULL: none

    /**
     * Opens what source->options->arg names and sets source->video, ->label and, if they are
     * needed, ->queue, ->slots, ->slot_bytes and ->schedule. If it fails, close() is called
     * nevertheless. After SOURCE_LOST it is called again on the same struct source: source->video
     * then describes the stream: the format to request again.
     *
     * @return SOURCE_OK, SOURCE_NOTHING (stopped by a signal), SOURCE_LOST (not there now, may
     *         appear), SOURCE_FAILED or SOURCE_MISUSED
     */
    enum source_result (*open)(struct source *source);

    /**
     * Waits up to `timeout_ms` until fill() has something to do: a buffer of the driver, the
     * deadline of a frame. A slot is taken only after that, so that no slot is locked while the
     * source waits. NULL: fill() itself waits.
     */
    enum source_result (*wait)(struct source *source, int timeout_ms);

    /**
     * Delivers the next frame, waiting up to `timeout_ms` for it.
     *
     * Without a queue, *draft is a draft of source->video to fill: every pixel of every plane and
     * those of info.driver_sequence, capture_ns, bytes_used, flags and copies that the source has.
     * NULL if no slot was free: the source discards one frame. With a queue, *draft is NULL on
     * entry and the filled draft on SOURCE_OK; on SOURCE_DROPPED it may be set as well, to a draft
     * that the source returns unfilled.
     *
     * A source that follows a schedule discards frames at once, without waiting for their time,
     * while source->skip is not 0.
     */
    enum source_result (*fill)(struct source *source, struct tri_draft **draft, int timeout_ms);

    /**
     * Gives the source a slot to fill later; NULL if it has no queue. The caller calls it before
     * each wait() until source->queue drafts are enqueued. The draft keeps its address, and its
     * slot stays locked, until fill() returns it or close() has returned. draft->slot_index is
     * stable as long as the segment is; draft->data[0] is page-aligned and draft->shape.bytes long.
     *
     * @return SOURCE_OK; otherwise the draft is not enqueued: SOURCE_NOTHING (the source cannot use
     *         this slot), SOURCE_CHANGED, SOURCE_LOST or SOURCE_FAILED
     */
    enum source_result (*enqueue)(struct source *source, struct tri_draft *draft);

    /** Releases everything, enqueued drafts included; the caller cancels those. Accepts a source
     *  that open() left half open, and a closed one. */
    void (*close)(struct source *source);

    /** Waits up to `timeout_ms`, or less, until a source that was lost, and closed, can be opened
     *  again: called before each NO SIGNAL frame instead of opening it now and then. It may keep what
     *  it found for open(), and close() releases that. NULL: only opening it shows that. */
    bool (*is_back)(struct source *source, int timeout_ms);

    /** Prints a list on stdout; NULL if there is nothing to list. The source is not open. */
    enum source_result (*list)(const struct source_options *options, enum source_list what);

    /** Adds the source's own keys to the summary of --json; NULL: none. */
    void (*add_to_summary)(const struct source *source, struct json_t *summary);
};

/** One source in use. Its operations set the fields, unless a comment says otherwise. */
struct source {
    const struct source_ops *ops;         // set by the caller
    const struct source_options *options; // set by the caller
    struct tri_video video;               // of the next frames; strides as the driver needs them
    bool assumed;   // `video` is that of the NO SIGNAL frames: it was never open; set by the caller
    uint32_t queue; // drafts that it holds at once; 0: fill() fills the draft it gets
    uint32_t slots; // minimum number of slots of the stream; 0: any
    uint64_t slot_bytes; // minimum size of a slot, for tri_writer_reserve(); 0: as `video` needs
    struct schedule schedule; // of a source that makes its own rate; else all zero
    tri_writer *writer; // of the stream, once there is one; set by the caller. Other threads of
                        // the source may use it while wait() runs
    struct tri_draft *in_place; // set by wait(): the frame lies in this draft of the source, which
                                // cancels it later itself; NULL: fill() fills the caller's
    uint64_t skip;              // frames still to discard; set and counted down by the caller
    uint64_t number;            // of a synthetic source's next frame; reopening keeps it
    uint64_t limited;           // frames left out by a limit of the rate; reopening keeps it
    unsigned tried_io;          // bits of enum source_io without a frame so far; reopening keeps it
    char fault[TRI_SOURCE_MAX + 1]; // why the newest frame was dropped; empty: it was not
    uint64_t driver_drops;          // found since the caller last read and zeroed it
    uint64_t writer_drops;          // the same, of frames lost because too few drafts were enqueued
    uint32_t attached;              // times that its device has the segment attached: no readers
    bool device_access;             // its device writes into the drafts that fill() gets
    bool tainted;                   // by close(): the device may still write into a draft
    char label[TRI_SOURCE_MAX + 1]; // for people: "/dev/video0 (vivid)"
    void *state;                    // private; NULL when closed
};

/** Finds the source that `text` names ("pattern:clock", "y4m:-", or just "pattern") and sets *arg
 *  to what follows the colon. NULL: no such source was built in. */
const struct source_ops *source_find(const char *text, const char **arg);

/** The sources in order, from 0; NULL past the last. */
const struct source_ops *source_at(size_t index);

#endif
