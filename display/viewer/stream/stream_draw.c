/* SPDX-License-Identifier: MIT */
#include "stream_draw.h"

#define SHADE_LIVE      255
#define SHADE_NO_WRITER 80 // clearly not live, and still recognisable

const struct texture *stream_view_front(const struct stream_view *stream)
{
    return &stream->history.textures[ring_shown(&stream->history.ring)];
}

/** Returns whether a frame is one field of two: every other row of the picture. */
static bool is_field(const struct tri_video *video)
{
    return video->field == TRI_FIELD_TOP || video->field == TRI_FIELD_BOTTOM ||
           video->field == TRI_FIELD_ALTERNATE;
}

struct view_picture stream_view_picture(const struct stream_view *stream)
{
    const struct tri_video *video = &stream->info.video;
    const double aspect =
        video->aspect_den ? (double)video->aspect_num / (double)video->aspect_den : 1;
    return (struct view_picture){
        .width = video->width,
        .height = video->height,
        .turns = video->rotation / 90 % 4,
        .aspect = is_field(video) ? aspect / 2 : aspect,
    };
}

void stream_view_visible_size(const struct stream_view *stream, unsigned *width, unsigned *height)
{
    const struct view_picture picture = stream_view_picture(stream);
    const bool sideways = (picture.turns + stream->view.turns) % 2 == 1;
    double w;
    double h;
    view_square_size(&picture, &w, &h);
    *width = (unsigned)(sideways ? h : w);
    *height = (unsigned)(sideways ? w : h);
}

static struct view_place front_place(const struct stream_view *stream, const struct view_area *area)
{
    const struct view_picture picture = stream_view_picture(stream);
    return view_place(&stream->view, &picture, area);
}

void stream_view_draw(const struct stream_view *stream, SDL_Renderer *renderer,
                      const struct view_area *area)
{
    if (!stream->has_picture)
        return;
    const struct view_picture picture = stream_view_picture(stream);
    const struct view_place place = front_place(stream, area);

    texture_draw_margins(renderer, &place, area);
    texture_draw(stream_view_front(stream), renderer, &place,
                 stream->state == TRI_STATE_NO_WRITER ? SHADE_NO_WRITER : SHADE_LIVE);
    if (compare_is_on(&stream->compare))
        compare_draw(&stream->compare, renderer, stream_view_front(stream), &picture, &stream->view,
                     area);
}

bool stream_view_is_plain(const struct stream_view *stream, const struct view_area *area)
{
    if (!stream->has_picture || stream->state != TRI_STATE_LIVE ||
        compare_is_on(&stream->compare) || adjust_is_on(&stream->request.adjust))
        return false;
    const struct view_place place = front_place(stream, area);
    const struct tri_video *video = &stream->info.video;

    return place.turns == 0 && !place.hflip && !place.vflip && (uint32_t)place.w == video->width &&
           (uint32_t)place.h == video->height;
}

bool stream_view_show_by_server(const struct stream_view *stream, struct x11_shm *x11,
                                const struct view_area *area)
{
    const struct texture *front = stream_view_front(stream);
    const struct view_place place = front_place(stream, area);
    if (front->place == TEXTURE_IMAGE) {
        x11_shm_show_image(x11, front->image, &place, area);
        return true;
    }
    // A frame that has been presented may have been locked for long enough to be reclaimed any moment.
    if (front->place != TEXTURE_SLOT || stream->presented_ns ||
        !tri_reader_is_intact(NULL, &front->slot))
        return false;
    x11_shm_show_frame(x11, &front->slot, &place, area);
    return tri_reader_is_intact(NULL, &front->slot);
}
