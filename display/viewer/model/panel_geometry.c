/* SPDX-License-Identifier: MIT */
#include "panel_geometry.h"

#include <math.h>

#define TEXT_MIN   14 // units of the desktop; below, DejaVu Sans Mono is hard to read
#define TEXT_SHARE 45 // lines of text that a window has room for

int panel_text_pixels(int height, double density)
{
    const int share = height / TEXT_SHARE;
    const int least = (int)lround(TEXT_MIN * density);
    return share > least ? share : least;
}

/** Along one axis: after the point, otherwise before it, otherwise at the area's edge. */
static int margins(int from, int room, int at, int size, int gap)
{
    const int end = from + room;
    int place = at + gap;
    if (place + size > end)
        place = at - gap - size;
    if (place + size > end)
        place = end - size;
    return place < from ? from : place;
}

struct view_area panel_beside(const struct view_area *area, int x, int y, int w, int h, int gap)
{
    return (struct view_area){
        .x = margins(area->x, area->w, x, w, gap),
        .y = margins(area->y, area->h, y, h, gap),
        .w = w,
        .h = h,
    };
}
