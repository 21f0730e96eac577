/* SPDX-License-Identifier: MIT */
/** A stream on the screen: its reader, the frames shown last, its statistics. */
#ifndef VIEWER_STREAM_VIEW_H
#define VIEWER_STREAM_VIEW_H

#include "compare.h"
#include "frame_history.h"
#include "model/config.h"
#include "model/rate.h"
#include "model/trace.h"
#include "model/view.h"
#include "texture_upload.h"

#include "picture/scratch.h"
#include "program/stats.h"

#include <triptych/triptych.h>

struct stream_detections;

/** What the reader logs, and the newest error of it: of the thread that uses the reader. */
struct reader_log {
    tri_log log;
    const tri_log *to;
    char error[256];
};

struct stream_view {
    const char *name;
    tri_reader *reader;
    enum tri_reader_mode mode;
    const tri_log *log;
    struct reader_log reader_log;
    picture_converter *converter;

    struct frame_history history; // one of these frames is shown: the front
    uint64_t history_budget;      // bytes of textures
    bool keeps_history;           // the user has stepped back: also at high rates
    bool has_picture;
    bool has_live_frame;        // a frame of a running writer has arrived
    bool writer_without_frames; // there is a writer, and no frame yet
    struct tri_frame_info info; // of the front, with the colours it is shown in
    int64_t taken_ns;           // when the front was acquired
    int64_t presented_ns;       // when the front was first on the screen; 0: not yet

    uint8_t user[TRI_USER_MAX]; // user data of the frame that was uploaded last
    struct scratch copy;        // of a frame that could not be read in place

    bool shows_detections;
    struct stream_detections *detections; // those that come later; NULL: none

    struct view view;
    uint32_t colorspace; // chosen by the user; 0: as the frame declares
    uint32_t range;
    uint32_t bits;
    struct texture_request request;
    struct compare compare;
    bool paused;
    bool step;   // paused, but show one more frame
    bool hidden; // not visible
    bool stale;  // newer frames have arrived while it was hidden

    int64_t
        fetched_ns; // publish time of the last frame that stream_view_fetch_newest() showed; 0: none

    enum tri_reader_state state;
    uint32_t refused_fourcc; // of the newest frame that could not be shown; 0: no frame was read
    enum tri_err last_error; // why there is nothing to show; TRI_OK: no error
    char reason[256];        // the same in words, and what to do
    bool can_lock;           // slots are locked while they are read
    uint64_t undecodable;    // frames that could not be shown
    int64_t warned_ns;       // when one was logged; 0: never
    uint64_t copied;         // frames uploaded from a copy, after a torn one
    uint64_t not_shown;      // acquired while paused or hidden
    struct stats stats;      // of the frames presented
    struct rate ups;         // of the writer
    struct rate fps;         // of the window
    struct trace trace;      // of the frames presented last
    struct time_histogram detections_late; // of those presented with detections
};

/** Opens a reader of the stream `name`, which need not exist yet. On failure nothing is left behind.
 *  @return as tri_reader_open() */
enum tri_err stream_view_open(struct stream_view *stream, const struct config *config,
                              const char *name, const tri_log *log);

/**
 * Takes what an acquire returned. A frame becomes the front if it is still intact after its upload, and
 * is released. In TRI_MODE_LATEST it is first replaced by a newer one, if there is one.
 *
 * @param frame    acquired if `outcome` is TRI_OK
 * @param outcome  as of reader_thread_take()
 * @return whether the screen has to be drawn again
 */
bool stream_view_take(struct stream_view *stream, SDL_Renderer *renderer, struct tri_frame *frame,
                      enum tri_err outcome);

/** Checks whether a stream without a frame has a writer, and whether an unreadable one has ended.
 *  @return whether that has changed */
bool stream_view_find_writer(struct stream_view *stream);

/** Counts the front as shown at `now_ns`, if it was not before. */
void stream_view_presented(struct stream_view *stream, int64_t now_ns);

/** Copies the reader's counters into the statistics. No other thread uses the reader. */
void stream_view_count(struct stream_view *stream);

/** Frees frames and reader. The renderer still exists; the reader's thread has ended. */
void stream_view_close(struct stream_view *stream);

/* For stream_playback.c: */

/** Uploads a frame into the next texture of the history.
 *  @param bytes  keep the frame's bytes: it may be shown for long */
enum tri_err stream_view_upload(struct stream_view *stream, SDL_Renderer *renderer,
                                const struct tri_frame *frame, bool bytes);

/** Makes the frame uploaded last the front. */
void stream_view_push(struct stream_view *stream, const struct tri_frame *frame);

/** Updates stream->info after another frame has become the front. */
void stream_view_sync_front(struct stream_view *stream);

/** The frame's description with the colours that the user has chosen. */
struct tri_video stream_view_video(const struct stream_view *stream, const struct tri_video *own);

#endif
