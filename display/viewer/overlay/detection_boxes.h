/* SPDX-License-Identifier: MIT */
/** Boxes around detected objects, with label and score. */
#ifndef VIEWER_DETECTION_BOXES_H
#define VIEWER_DETECTION_BOXES_H

#include "stream/stream_detections.h"
#include "text.h"

/** Labels of one stream's boxes. All zero is empty. */
struct detection_boxes {
    struct text_block labels[DETECTIONS_MAX];
};

/** Draws the boxes of the stream's front in `area`, its tile. A label has one colour in all streams.
 *  @param pixels  height of letters, at most */
void detection_boxes_draw(struct detection_boxes *boxes, struct text *text, SDL_Renderer *renderer,
                          const struct stream_view *stream, const struct view_area *area,
                          int pixels);

/** The renderer still exists. */
void detection_boxes_free(struct detection_boxes *boxes);

#endif
