/* SPDX-License-Identifier: MIT */
/** Where a picture stands on the screen: fit, fill, scale, pan, turn, mirror. Pure geometry. */
#ifndef VIEWER_VIEW_H
#define VIEWER_VIEW_H

#include <stdbool.h>

#define VIEW_SCALE_MIN (1.0 / 32)
#define VIEW_SCALE_MAX 64.0

enum view_mode {
    VIEW_FIT,   // the whole picture, letterboxed
    VIEW_FILL,  // the whole area, what does not fit is cut
    VIEW_SCALE, // `scale` screen pixels a picture pixel
};

/** How one stream is looked at. All zero is the whole picture, upright. */
struct view {
    enum view_mode mode;
    double scale;        // of VIEW_SCALE
    double pan_x, pan_y; // picture's centre from the area's, in widths and heights of the picture
    unsigned turns;      // quarter turns clockwise, 0 to 3
    bool hflip, vflip;   // mirrored on the screen, after turning
};

/** A rectangle of the screen, in its pixels. */
struct view_area {
    int x, y, w, h;
};

/** A picture's pixels; `turns` as the frame asks to be turned to stand upright. */
struct view_picture {
    unsigned width, height;
    unsigned turns;
    double aspect; // width of a pixel in units of its height; 0: square
};

/** Size of the picture in square pixels, none of its own lost: its width or its height is stretched. */
void view_square_size(const struct view_picture *picture, double *width, double *height);

/** Where and how to draw: the rectangle of the picture before it is turned about its own centre, as
 *  SDL_RenderCopyExF() wants it. */
struct view_place {
    double x, y, w, h;
    double scale;      // screen pixels a square picture pixel
    unsigned turns;    // quarter turns clockwise, the frame's included
    bool hflip, vflip; // of the picture, before turning
};

struct view_place view_place(const struct view *view, const struct view_picture *picture,
                             const struct view_area *area);

/**
 * Which pixel of the picture is seen at a point of the screen: the way back through what view_place()
 * said. The middle of a screen pixel is half a pixel from its corner.
 *
 * @return false: the picture is not there; *at_x and *at_y are unchanged then
 */
bool view_pixel(const struct view_place *place, const struct view_picture *picture, double x,
                double y, unsigned *at_x, unsigned *at_y);

#define VIEW_MARGINS_MAX 4

/** The parts of `area` beside the picture. Where turned, at an angle that a renderer may round, this is
 *  all of `area`. @return their number */
unsigned view_margins(const struct view_place *place, const struct view_area *area,
                      struct view_area margins[VIEW_MARGINS_MAX]);

/** Where a pixel of the picture is seen, in whole screen pixels, at least one. */
struct view_area view_pixel_area(const struct view_place *place, const struct view_picture *picture,
                                 unsigned x, unsigned y);

/** What a step on the screen of (dx, dy) pixels of the picture's size is in the picture itself. */
void view_step(const struct view_place *place, int dx, int dy, int *picture_dx, int *picture_dy);

/** Turns what is seen by quarter turns clockwise, mirrored or not. */
void view_turn(struct view *view, unsigned quarters);

/** Multiplies the scale by `factor` and keeps the picture's point under (x, y) where it is. */
void view_zoom(struct view *view, const struct view_picture *picture, const struct view_area *area,
               double factor, double x, double y);

/** Moves the picture by (dx, dy) screen pixels, as far as there is more of it to see. */
void view_drag(struct view *view, const struct view_picture *picture, const struct view_area *area,
               double dx, double dy);

/** Shows the picture at `scale`, centred. */
void view_set_scale(struct view *view, double scale);

/** VIEW_FIT or VIEW_FILL, centred. */
void view_set_mode(struct view *view, enum view_mode mode);

#endif
