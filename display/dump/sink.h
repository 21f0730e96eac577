/* SPDX-License-Identifier: MIT */
/** Where frames go: one file per output format, sink_NAME.c, and one row in the list of
 *  meson.build. */
#ifndef DUMP_SINK_H
#define DUMP_SINK_H

#include "output.h"
#include "picture/scratch.h"
#include "program/cli.h"
#include "sink_list.h"

#include <triptych/triptych.h>

#define DUMP_TO_GUESS (-1)

struct sink;

/** The result of writing a frame. */
enum sink_result {
    SINK_OK,      // written
    SINK_TORN,    // overwritten meanwhile; nothing of it is in the output
    SINK_SKIPPED, // cannot be decoded, logged; later frames may be
    SINK_STOPPED, // a signal ended the wait for a slow reader of the output
    SINK_FAILED,  // logged
};

struct sink_ops {
    const char *const *endings; // of file names, without the dot, NULL-terminated
    bool follows_changes;       // frames of one output may differ in format and size
    /** Called with the first frame, before take(). @return false: refused, logged why. */
    bool (*begin)(struct sink *sink, const struct tri_frame *frame);
    /** Prepares a frame for put(). sink->picture is the frame in its slot; leave it so, or convert
     *  the frame into sink->memory (sink_room()), point sink->picture.data at that and clear
     *  sink->in_slot.
     *  @return SINK_OK, SINK_SKIPPED, SINK_FAILED; failures are logged */
    enum sink_result (*take)(struct sink *sink, const struct tri_frame *frame);
    /** Writes sink->picture with output_text(), output_rows() and output_flush().
     *  @return false: the reason is in sink->output.error or in the log */
    bool (*put)(struct sink *sink);
    /** Frees sink->own; NULL: nothing to free. */
    void (*close)(struct sink *sink);
    bool own_files; // opens its files itself: no struct output
    /** Whether the file `path` has room for one frame only; NULL: for any number. */
    bool (*one_frame)(const char *path);
};

#define SINK_DECLARE(name) extern const struct sink_ops sink_##name;
SINK_LIST(SINK_DECLARE)
#undef SINK_DECLARE

struct sink {
    const struct sink_ops *ops;
    const char *format; // as typed: "y4m"
    const tri_log *log;
    const char *stream;   // its name, for messages
    struct output output; // unless ops->own_files
    bool begun;
    struct tri_video video; // of the output: the first frame's, with the constant rate
    uint64_t taken;         // frames written
    struct tri_frame picture;
    bool in_slot;          // `picture` points into the segment
    struct scratch memory; // for converted and copied frames
    struct cli_rate fps;   // constant rate, set before the first frame; 0/0: none
    struct tri_frame last; // with a constant rate: the last frame, for sink_repeat()
    struct scratch last_memory;
    void *own; // of the format
};

/** The names for --to, NULL-terminated. */
extern const char *const sink_words[];

/** Index in sink_words of the format that the ending of `path` names, for stdout the first;
 *  DUMP_TO_GUESS if unknown. */
int sink_of_path(const char *path);

/** Whether `path` has room for one frame only in format `to`. */
bool sink_one_frame(int to, const char *path);

/** Whether all frames in format `to` go into one file. */
bool sink_is_one_file(int to);

/** Opens the file. @return false, logged. */
bool sink_open(struct sink *sink, int to, const char *path, const char *stream, const tri_log *log);

/** Writes an acquired frame if it is intact. */
enum sink_result sink_write(struct sink *sink, tri_reader *reader, const struct tri_frame *frame);

/** Writes the last frame once more. Requires a constant rate and a frame that was written.
 *  @return never SINK_TORN */
enum sink_result sink_repeat(struct sink *sink);

/** Flushes and closes. @return false, logged. */
bool sink_close(struct sink *sink);

/** Reserves `bytes` in sink->memory. @return false when out of memory, logged. */
bool sink_room(struct sink *sink, size_t bytes);

#endif
