/* SPDX-License-Identifier: MIT */
/** A file or pipe with pictures in it: read straight into slots, with the place of every fault. */
#ifndef CAPTURE_VIDEO_FILE_H
#define CAPTURE_VIDEO_FILE_H

#include "frame_source.h"

struct video_file {
    const char *part; // who speaks in the log: "y4m"
    const char *name; // of the file, "stdin" for "-"
    const tri_log *log;
    int fd;                             // -1: closed
    bool seekable;                      // a regular file
    uint64_t begin;                     // where the film begins: stdin may have been read before
    uint64_t at;                        // bytes read so far, from the file's beginning
    struct tri_shape shape;             // of a picture
    uint32_t row_bytes[TRI_PLANES_MAX]; // from row to row in the file
    uint64_t done;                      // bytes of the current picture that have been read
    uint64_t picture_bytes;
    uint64_t pictures; // read whole so far
};

/** Opens options->arg, "-" being stdin. @return SOURCE_OK; SOURCE_MISUSED, no name, a terminal, or
 *  --loop of a pipe; SOURCE_NOTHING, told to stop meanwhile; SOURCE_FAILED */
enum source_result video_file_open(struct video_file *file, const char *part,
                                   const struct source_options *options);

/** Says what pictures look like. Rows in the file have padding where video->stride says so.
 *  @return false, logged, if that cannot be */
bool video_file_expect(struct video_file *file, const struct tri_video *video);

/**
 * Reads up to `bytes` bytes that are no picture, waiting up to `timeout_ms`; *got says how many came,
 * 0 at the end of the file.
 *
 * @return SOURCE_OK, SOURCE_NOTHING, SOURCE_FAILED
 */
enum source_result video_file_read(struct video_file *file, void *to, size_t bytes, size_t *got,
                                   int timeout_ms);

/**
 * Reads the next picture, or the rest of it after SOURCE_NOTHING, into `draft`; NULL throws it away.
 * The time limit holds for each wait.
 *
 * @return SOURCE_OK; SOURCE_NOTHING; SOURCE_END, the file ended before the first byte; SOURCE_FAILED,
 *         it ended later, logged
 */
enum source_result video_file_read_picture(struct video_file *file, const struct tri_draft *draft,
                                           int timeout_ms);

/** Goes back to where a seekable film begins. @return SOURCE_OK, SOURCE_FAILED */
enum source_result video_file_rewind(struct video_file *file);

/** The rate a film is shown at: what was wanted, else the file's, else 30 a second. 0/1 wanted is as
 *  fast as it comes: 0/0. */
void video_file_set_rate(struct tri_video *video, const struct tri_video *wanted);

void video_file_close(struct video_file *file);

#endif
