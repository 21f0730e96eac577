/* SPDX-License-Identifier: MIT */
/** What frames become: one table of kinds, a file each. */
#ifndef DUMP_SINK_H
#define DUMP_SINK_H

#include "output.h"
#include "picture/scratch.h"
#include "program/cli.h"

#include <triptych/triptych.h>

#define DUMP_TO_GUESS (-1)

struct sink;

/** What has become of a frame. */
enum sink_result {
    SINK_OK,      // written
    SINK_TORN,    // it was overwritten meanwhile: nothing of it is in the output
    SINK_SKIPPED, // it cannot be decoded, logged: later ones may be
    SINK_STOPPED, // a signal ended the wait for a slow reader of the output
    SINK_FAILED,  // logged
};

struct sink_ops {
    const char *name;           // as typed: "y4m"
    const char *const *endings; // of files, NULL-terminated
    bool follows_changes;       // frames of one output may differ in format and size
    /** Sees the first frame before any is taken. Logs why it refuses. */
    bool (*begin)(struct sink *sink, const struct tri_frame *frame);
    /** Sets sink->picture to what put() will write: the frame itself (sink->in_slot stays true), or
     *  something made of it in memory of the sink's own. Logs failures.
     *  @return SINK_OK, SINK_SKIPPED, SINK_FAILED */
    enum sink_result (*take)(struct sink *sink, const struct tri_frame *frame);
    /** Writes sink->picture. On failure the output, or the log, knows why. */
    bool (*put)(struct sink *sink);
    void (*close)(struct sink *sink);
    bool own_files; // it opens its files itself: no struct output
};

struct sink {
    const struct sink_ops *ops;
    const tri_log *log;
    const char *stream;   // its name, for messages
    struct output output; // unless ops->own_files
    bool begun;
    struct tri_video video; // of the output: the first frame's, and the constant rate
    uint64_t taken;         // frames so far
    struct tri_frame picture;
    bool in_slot;          // `picture` points into the segment
    struct scratch memory; // the sink's own
    struct cli_rate fps;   // constant, set before the first frame; 0/0: the stream's own
    struct tri_frame last; // written before, kept for sink_repeat() where the rate is constant
    struct scratch last_memory;
    void *own; // of the kind
};

/** The kinds' names for --to, NULL-terminated; an index in it is a kind. */
extern const char *const sink_words[];

/** The kind of file that `path` names by its ending; stdout is y4m; DUMP_TO_GUESS if unknown. */
int sink_of_path(const char *path);

/** Whether a path for PNG files has %d in it, for their numbers. */
bool sink_png_numbers(const char *path);

/** Whether that output has room for one frame only. */
bool sink_one_frame(int kind, const char *path);

/** Whether all frames of that kind go into one output, one after the other. */
bool sink_is_film(int kind);

/** Opens the file. @return false, and it has been logged. */
bool sink_open(struct sink *sink, int kind, const char *path, const char *stream,
               const tri_log *log);

/** Writes one borrowed frame, and only if it is whole. */
enum sink_result sink_write(struct sink *sink, tri_reader *reader, const struct tri_frame *frame);

/** Writes the last frame once more. Only with a constant rate, and after a frame was written.
 *  @return anything but SINK_TORN */
enum sink_result sink_repeat(struct sink *sink);

/** Flushes and closes. @return false, and it has been logged. */
bool sink_close(struct sink *sink);

/** Room for `bytes` in sink->memory. @return false when out of memory, logged. */
bool sink_room(struct sink *sink, size_t bytes);

extern const struct sink_ops sink_y4m, sink_raw, sink_png;

#endif
