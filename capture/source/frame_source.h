/* SPDX-License-Identifier: MIT */
/** Where frames come from: a table of operations; adding a source touches its file and source.c. */
#ifndef CAPTURE_FRAME_SOURCE_H
#define CAPTURE_FRAME_SOURCE_H

#include <triptych/triptych.h>

/** How an operation went. Whoever answers MISUSED, LOST or FAILED has logged why, once. */
enum source_result {
    SOURCE_OK,      // open: ready; fill: *draft holds a frame
    SOURCE_NOTHING, // nothing within the time limit, or a signal ended the wait; fill() goes on with
                    // the same draft
    SOURCE_DROPPED, // fill: a frame came but is of no use (marked bad): counted as the driver's
                    // drop
    SOURCE_CHANGED, // fill: source->video (or ->queue) is new from here on; no frame yet; enqueued
                    // drafts are no longer used
    SOURCE_END,     // fill: that was the last frame, all is well
    SOURCE_LOST,    // gone, but may come back: close, and open again later
    SOURCE_FAILED,  // failed for good: exit status 1
    SOURCE_MISUSED, // open: the command line asks for what cannot be: exit status 2
};

enum source_io { SOURCE_IO_AUTO, SOURCE_IO_MMAP, SOURCE_IO_USERPTR, SOURCE_IO_READ };

enum source_list { SOURCE_LIST_NONE, SOURCE_LIST_DEVICES, SOURCE_LIST_FORMATS, SOURCE_LIST_CTRLS };

/** What the command line asks of the source. Outlives the source. */
struct source_options {
    const char *arg;         // after the colon; NULL or "": the source's default
    struct tri_video wanted; // all 0: the source's choice; a rate of 0/1: unpaced
    uint32_t slots;          // --buffers; 0: not said
    enum source_io io;
    const char *input;           // --input, a number or a name; NULL: as it is
    const char *standard;        // --standard, a name; NULL: as it is
    const char *const *controls; // "NAME=VALUE"s, NULL-terminated, for every open; never NULL
    bool loop;
    bool json;          // lists are printed as one JSON object a line
    const tri_log *log; // never NULL
};

struct source;

struct source_ops {
    const char *name;    // as typed before the colon: "v4l2", "pattern"
    const char *arg;     // what follows it, for --help: "/dev/videoN"
    const char *summary; // its line in --help
    bool has_controls;   // --set-ctrl makes sense

    /**
     * Opens what source->options->arg names and sets source->video, ->queue, ->slots and ->live.
     * May fail half way: close() runs next in either case. Called again after SOURCE_LOST, on the
     * same struct source: video then still says what the stream had, and is what to ask for first.
     *
     * @return SOURCE_OK, SOURCE_NOTHING (told to stop meanwhile), SOURCE_LOST (not there now, may
     *         appear), SOURCE_FAILED or SOURCE_MISUSED
     */
    enum source_result (*open)(struct source *source);

    /**
     * Brings the next frame, waiting up to `timeout_ms` for it (0 looks once).
     *
     * Without a queue *draft is a draft of source->video to fill: every pixel of every plane, and
     * of its info whatever the source knows of driver_sequence, capture_ns, bytes_used, flags,
     * copies. NULL means that no slot was free: take one frame from the source and throw it away.
     * With a queue *draft is NULL on entry and, on SOURCE_OK, the enqueued draft that was filled;
     * on SOURCE_DROPPED it may be set likewise: a draft that comes back unfilled, to be enqueued
     * anew.
     *
     * Drops that a driver's own count betrays are added to source->driver_drops.
     */
    enum source_result (*fill)(struct source *source, struct tri_draft **draft, int timeout_ms);

    /**
     * Lends the source a slot to be filled later; NULL where sources never queue. Called until
     * source->queue drafts are with the source, before each fill(). The draft's address stays as
     * it is, and its slot stays locked, until fill() returns it or close() has returned.
     * draft->slot_index stays the same as long as the segment does; tri_draft.data[0] is
     * page-aligned, draft->shape.bytes long.
     *
     * @return SOURCE_OK; SOURCE_NOTHING, it has no use for this slot, SOURCE_CHANGED as of fill(),
     *         SOURCE_LOST or SOURCE_FAILED: the draft is then not with the source
     */
    enum source_result (*enqueue)(struct source *source, struct tri_draft *draft);

    /** Lets go of everything, enqueued drafts included: the caller cancels those. Accepts a source
     *  that open() left half way, or that is closed. */
    void (*close)(struct source *source);

    /** Prints a list on stdout; NULL where there is nothing to list. The source is not open. */
    enum source_result (*list)(const struct source_options *options, enum source_list what);
};

/** One source in use. Fields without a comment to the contrary are set by its operations. */
struct source {
    const struct source_ops *ops;         // set by the caller
    const struct source_options *options; // set by the caller
    struct tri_video video; // of the frames from here on; strides as the driver needs them
    uint32_t queue;         // drafts it wants to hold at once; 0: fill() fills what it is handed
    uint32_t slots;         // slots the stream should have at least; 0: no wish
    uint64_t slot_bytes;    // and their least size, for tri_writer_reserve(); 0: as `video` needs
    bool live;              // its frames come when they come; false: the caller paces them
    bool film;              // each frame counts: read ahead of its time, and late rather than never
    uint64_t number;        // of a synthetic source's next frame: goes on when it is opened anew
    unsigned tried;         // bits of enum source_io: begun, and no frame came yet. As `number`
    char fault[TRI_SOURCE_MAX + 1]; // what is wrong with the newest frame, dropped; empty: nothing
    uint64_t driver_drops;          // found since the caller last looked, who then zeroes it
    uint64_t writer_drops;          // likewise: lost because too few drafts were enqueued
    char label[TRI_SOURCE_MAX + 1]; // for people: "/dev/video0 (vivid)"
    void *state;                    // the operations' own; NULL when closed
};

/** The operations before the colon of `text` ("pattern:clock", "y4m:-", or just "pattern"), and in
 *  *arg what follows it. NULL if no such source was built in. */
const struct source_ops *source_named(const char *text, const char **arg);

/** The sources in order, from 0; NULL past the last. */
const struct source_ops *source_at(size_t index);

#ifdef HAVE_V4L2
extern const struct source_ops source_v4l2;
#endif
extern const struct source_ops source_pattern;
extern const struct source_ops source_y4m;
extern const struct source_ops source_raw;

#endif
