/* SPDX-License-Identifier: MIT */
/** Video in a file or a pipe: read straight into slots, delivered at its rate. Errors name the
 *  byte. */
#ifndef CAPTURE_VIDEO_FILE_H
#define CAPTURE_VIDEO_FILE_H

#include "frame_source.h"

struct video_file {
    const char *part; // subject of log messages: "y4m"
    const char *name; // of the file; "stdin" for "-"
    const tri_log *log;
    int fd;                             // -1: closed
    bool seekable;                      // a regular file
    uint64_t begin;                     // offset of the video: stdin may have been read before
    uint64_t at;                        // offset of the next byte to read
    struct tri_shape shape;             // of a frame
    uint32_t row_bytes[TRI_PLANES_MAX]; // distance of rows in the file
    uint64_t frame_bytes;
    uint64_t done;   // bytes of the current frame that have been read
    uint64_t frames; // delivered so far
};

/** Opens options->arg; "-" is stdin. @return SOURCE_OK; SOURCE_MISUSED (no name, a terminal, or
 *  --loop of a pipe); SOURCE_NOTHING (stopped by a signal); SOURCE_FAILED */
enum source_result video_file_open(struct video_file *file, const char *part,
                                   const struct source_options *options);

/** Sets the layout of frames. Rows in the file have padding if video->stride is set.
 *  @return false, logged, if that is impossible */
bool video_file_set_layout(struct video_file *file, const struct tri_video *video);

/**
 * Reads up to `bytes` bytes that are not pixels, waiting up to `timeout_ms`, and sets *got; 0 at
 * the end of the file.
 *
 * @return SOURCE_OK, SOURCE_NOTHING, SOURCE_FAILED
 */
enum source_result video_file_read(struct video_file *file, void *to, size_t bytes, size_t *got,
                                   int timeout_ms);

/**
 * Reads the pixels of the next frame, or the rest of them after SOURCE_NOTHING, into `draft`; NULL
 * discards them. Does nothing if they have been read. The time limit applies to each wait.
 *
 * @return SOURCE_OK; SOURCE_NOTHING; SOURCE_END, the file ended before the first byte;
 *         SOURCE_FAILED, it ended later, logged
 */
enum source_result video_file_read_frame(struct video_file *file, const struct tri_draft *draft,
                                         int timeout_ms);

/** Waits until the frame that was read is due, and completes its description in `draft`; NULL:
 *  none. Files never skip frames: a late frame shifts all later deadlines. @return SOURCE_OK or
 *  SOURCE_NOTHING */
enum source_result video_file_deliver(struct video_file *file, struct source *source,
                                      struct tri_draft *draft, int timeout_ms);

/** Seeks to the start of the video. @return SOURCE_OK, SOURCE_FAILED */
enum source_result video_file_rewind(struct video_file *file);

/** Sets the rate to what was requested, else keeps the file's, else 30 per second. A requested rate
 *  of 0/1 means unpaced: 0/0. */
void video_file_set_rate(struct tri_video *video, const struct tri_video *wanted);

void video_file_close(struct video_file *file);

#endif
