/* SPDX-License-Identifier: MIT */
#include "inspect.h"

/** Copies the frame without the padding between its rows. */
static void keep(struct inspect *inspect, enum inspect_source source, const struct tri_video *video,
                 const struct tri_shape *shape, const uint8_t *const data[TRI_PLANES_MAX])
{
    struct tri_video tight = *video;
    for (uint32_t p = 0; p < TRI_PLANES_MAX; p++)
        tight.stride[p] = 0;
    if (tri_video_shape(&tight, &inspect->shape) != TRI_OK ||
        !scratch_reserve(&inspect->memory, inspect->shape.bytes))
        return;
    for (uint32_t p = 0; p < shape->planes; p++) {
        const struct tri_plane *to = &inspect->shape.plane[p];
        tri_copy_rows(inspect->memory.data + to->offset, to->stride, data[p],
                      shape->plane[p].stride, to->row_bytes, to->rows);
    }
    inspect->video = tight;
    inspect->source = source;
}

void inspect_take(struct inspect *inspect, const struct inspect_request *request,
                  enum inspect_source source, const struct tri_video *video,
                  const struct tri_shape *shape, const uint8_t *const data[TRI_PLANES_MAX])
{
    struct pixels pixels;
    inspect_forget(inspect);
    if (!request->bytes)
        inspect_free(inspect); // there is one for each kept frame: free unused memory
    else
        keep(inspect, source, video, shape, data);
    if (request->tones != TONES_NONE && pixels_open(&pixels, video, shape, data))
        tones_count(&inspect->tones, &pixels, request->tones);
}

void inspect_forget(struct inspect *inspect)
{
    inspect->source = INSPECT_NOTHING;
    inspect->tones.kind = TONES_NONE;
}

void inspect_planes(const struct inspect *inspect, const uint8_t *data[TRI_PLANES_MAX])
{
    for (uint32_t p = 0; p < TRI_PLANES_MAX; p++)
        data[p] = p < inspect->shape.planes ? inspect->memory.data + inspect->shape.plane[p].offset
                                            : NULL;
}

bool inspect_pixels(const struct inspect *inspect, struct pixels *pixels)
{
    const uint8_t *data[TRI_PLANES_MAX];
    if (inspect->source == INSPECT_NOTHING)
        return false;
    inspect_planes(inspect, data);
    return pixels_open(pixels, &inspect->video, &inspect->shape, data);
}

void inspect_free(struct inspect *inspect)
{
    scratch_finish(&inspect->memory);
    *inspect = (struct inspect){ .memory = { .data = NULL } };
}
