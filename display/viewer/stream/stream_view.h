/* SPDX-License-Identifier: MIT */
/** One stream as it is looked at: its reader, its newest whole picture, its figures. */
#ifndef VIEWER_STREAM_VIEW_H
#define VIEWER_STREAM_VIEW_H

#include "compare.h"
#include "frame_history.h"
#include "model/config.h"
#include "model/rate.h"
#include "model/trace.h"
#include "model/view.h"

#include "program/stats.h"

#include <triptych/triptych.h>

struct stream_view {
    const char *name;
    tri_reader *reader;
    enum tri_reader_mode mode;
    const tri_log *log;
    picture_converter *converter;

    struct history history;  // the last pictures; one of them is shown, the front picture
    uint64_t history_budget; // bytes of textures
    bool has_picture;
    bool writer_without_frames; // there is a writer, and no frame yet
    bool has_live_frame;        // a frame of a running writer has arrived
    struct tri_frame_info info; // of the front picture, with the colours it is shown in
    int64_t taken_ns;           // when its frame was acquired
    int64_t presented_ns;       // when it came on the screen; 0: not yet

    uint8_t *copy; // of a frame that could not be read in place; copy_bytes of them
    size_t copy_bytes;

    struct view view;
    uint32_t colorspace, range,
        bits;                       // what the viewer wants instead of the frame's; 0: the frame's
    struct texture_request request; // adjustments, and what is looked at closer
    struct compare compare;
    bool paused;
    bool step;   // paused, but show one more
    bool hidden; // it cannot be seen
    bool stale;  // newer frames came meanwhile

    int64_t
        fetched_ns; // publish time of a frame that was shown before the reader brought it; 0: none

    enum tri_reader_state state;
    uint32_t refused_fourcc; // fourcc of the newest frame that could not be shown
    enum tri_err last_error; // why there is nothing to show; TRI_OK: nothing wrong
    bool can_lock;           // slots can be locked while they are read
    uint64_t undecodable;    // frames whose picture could not be made
    int64_t warned_ns;       // when the log was told of one; 0: never
    uint64_t copied;         // frames uploaded from a copy, after a torn one
    uint64_t not_shown;      // taken but not wanted: paused or hidden
    struct stats stats;      // of the frames presented
    struct rate ups;         // of the writer
    struct rate fps;         // of the window
    struct trace trace;      // of the pictures presented last
};

/** Opens a reader of the stream `name`, which need not exist yet. On failure nothing is left behind.
 *  @return what tri_reader_open() said, or TRI_ERR_NO_RESOURCES. */
enum tri_err stream_view_open(struct stream_view *stream, const struct config *config,
                              const char *name, const tri_log *log);

/**
 * Takes what a borrow brought: a frame on loan becomes the front picture, if it is whole once
 * uploaded, and is given back. In TRI_MODE_LATEST a newer frame takes its place first.
 *
 * @param outcome  as feed_take() tells it; `frame` is on loan only with TRI_OK
 * @return whether what is to be drawn has changed
 */
bool stream_view_take(struct stream_view *stream, SDL_Renderer *renderer, struct tri_frame *frame,
                      enum tri_err outcome);

/** Finds out whether a stream without a frame has a writer. @return whether that has changed */
bool stream_view_find_writer(struct stream_view *stream);

/** Counts the front picture as seen at `now_ns`, if it was not before. */
void stream_view_presented(struct stream_view *stream, int64_t now_ns);

/** Shows the newest frame now, although the reader may have had it before, or its writer is dead: by a
 *  reader of its own for the moment. @param bytes  they are kept of it. @return false: there is none
 *  to be had */
bool stream_view_fetch_newest(struct stream_view *stream, SDL_Renderer *renderer, bool bytes);

/** Holds the newest picture, with its bytes, or goes on with the stream. */
void stream_view_pause(struct stream_view *stream, SDL_Renderer *renderer, bool paused);

/** Pauses, and shows the picture before the front one. @return false: none older is kept. */
bool stream_view_step_back(struct stream_view *stream);

/** Pauses, and shows the picture after the front one: of those that are kept, then the next one the
 *  stream brings. */
void stream_view_step(struct stream_view *stream);

/** Makes the front picture anew in the colours that the viewer asks for. @return false: its frame has
 *  gone; they are those of the next one */
bool stream_view_recolor(struct stream_view *stream, SDL_Renderer *renderer);

/** Makes the front picture as stream->wish has it, where it is not yet. */
void stream_view_update(struct stream_view *stream, SDL_Renderer *renderer);

/** The front picture. */
const struct texture *stream_view_front(const struct stream_view *stream);

/** Why a picture cannot be made, of what an upload returned. */
const char *stream_view_error_text(enum tri_err err);

/** Size, turn and pixel aspect of the front picture. A frame that is one field of two has rows twice as
 *  high: bob. */
struct view_picture stream_view_picture(const struct stream_view *stream);

/** Size of the front picture as it is looked at: turned, in square pixels, not scaled. */
void stream_view_visible_size(const struct stream_view *stream, unsigned *width, unsigned *height);

/** Draws the front picture on black, dimmed when its writer is away, and the one it is compared with.
 *  Without a picture: nothing. */
void stream_view_draw(const struct stream_view *stream, SDL_Renderer *renderer,
                      const struct view_area *area);

/** Drops, skips and tears so far, into the figures. The caller has the reader. */
void stream_view_count(struct stream_view *stream);

/** Frees pictures and reader. The renderer still lives; a feed of the reader has ended. */
void stream_view_close(struct stream_view *stream);

#endif
