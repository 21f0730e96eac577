/* SPDX-License-Identifier: MIT */
/** Place of a picture on the screen: fit, fill, scale, pan, rotate, mirror. Pure geometry. */
#ifndef VIEWER_VIEW_H
#define VIEWER_VIEW_H

#include <stdbool.h>

#define VIEW_SCALE_MIN (1.0 / 32)
#define VIEW_SCALE_MAX 64.0

enum view_mode {
    VIEW_FIT,   // the whole picture, letterboxed
    VIEW_FILL,  // the whole area, the picture is cropped
    VIEW_SCALE, // `scale` screen pixels per picture pixel
};

/** The user's settings for one stream. All zero: fitted, upright. */
struct view {
    enum view_mode mode;
    double scale; // of VIEW_SCALE
    double pan_x,
        pan_y;      // centre of the picture minus centre of the area, in picture widths and heights
    unsigned turns; // quarter turns clockwise, 0 to 3
    bool hflip;     // mirrored after rotation
    bool vflip;
};

/** A rectangle of the screen, in its pixels. */
struct view_area {
    int x;
    int y;
    int w;
    int h;
};

/** A picture; `turns` are the quarter turns clockwise that make it upright. */
struct view_picture {
    unsigned width;
    unsigned height;
    unsigned turns;
    double aspect; // width of a pixel in units of its height; 0: square
};

/** Size of the picture in square pixels. Stretches its width or its height, so that no pixel is
 *  lost. */
void view_square_size(const struct view_picture *picture, double *width, double *height);

/** Where and how to draw: the rectangle of the picture before its rotation about its centre, as
 *  SDL_RenderCopyExF() expects it. */
struct view_place {
    double x;
    double y;
    double w;
    double h;
    double scale;   // screen pixels per square picture pixel
    unsigned turns; // quarter turns clockwise, the frame's included
    bool hflip;     // mirrored before rotation
    bool vflip;
};

struct view_place view_place(const struct view *view, const struct view_picture *picture,
                             const struct view_area *area);

/**
 * Finds the pixel of the picture at a point of the screen: the inverse of view_place(). The centre of a
 * screen pixel is half a pixel from its corner.
 *
 * @return false: the point is outside the picture; *at_x and *at_y are unchanged
 */
bool view_pixel(const struct view_place *place, const struct view_picture *picture, double x,
                double y, unsigned *at_x, unsigned *at_y);

/** The part of a picture of that many pixels that `area` shows, and one pixel more on each side for
 *  interpolation. @return its place. @param pixels  that part of the picture; empty: none is seen */
struct view_place view_visible(const struct view_place *place, unsigned width, unsigned height,
                               const struct view_area *area, struct view_area *pixels);

#define VIEW_MARGINS_MAX 4

/** The parts of `area` beside the picture. If it is rotated, where renderers may round, all of `area`.
 *  @return their number */
unsigned view_margins(const struct view_place *place, const struct view_area *area,
                      struct view_area margins[VIEW_MARGINS_MAX]);

/** The screen pixels that show a rectangle of the picture, at least one either way. */
struct view_area view_rectangle_area(const struct view_place *place,
                                     const struct view_picture *picture, double x, double y,
                                     double w, double h);

/** The screen pixels that show a pixel of the picture, at least one. */
struct view_area view_pixel_area(const struct view_place *place, const struct view_picture *picture,
                                 unsigned x, unsigned y);

/** Converts a step of (dx, dy) on the screen, in pixels of the picture, to the picture's own axes. */
void view_step(const struct view_place *place, int dx, int dy, int *picture_dx, int *picture_dy);

/** Rotates the picture on the screen by quarter turns clockwise, also if it is mirrored. */
void view_turn(struct view *view, unsigned quarters);

/** Multiplies the scale by `factor`. The point of the picture at (x, y) stays there. */
void view_zoom(struct view *view, const struct view_picture *picture, const struct view_area *area,
               double factor, double x, double y);

/** Moves the picture by (dx, dy) screen pixels, up to its edges. */
void view_drag(struct view *view, const struct view_picture *picture, const struct view_area *area,
               double dx, double dy);

/** Sets `scale` and centres the picture. */
void view_set_scale(struct view *view, double scale);

/** Sets VIEW_FIT or VIEW_FILL and centres the picture. */
void view_set_mode(struct view *view, enum view_mode mode);

#endif
