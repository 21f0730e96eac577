/* SPDX-License-Identifier: MIT */
#include "screen_bands.h"

void screen_bands_reset(struct screen_bands *bands, uint32_t height)
{
    *bands = (struct screen_bands){ .height = height };
}

static uint32_t band_height(const struct screen_bands *bands)
{
    return bands->height / SCREEN_BANDS + 1;
}

uint64_t screen_bands_between(const struct screen_bands *bands, int32_t top, int32_t bottom)
{
    const int32_t height = (int32_t)bands->height;
    if (top < 0)
        top = 0;
    if (bottom > height)
        bottom = height;
    if (top >= bottom)
        return 0;
    const uint32_t first = (uint32_t)top / band_height(bands);
    const uint32_t last = (uint32_t)(bottom - 1) / band_height(bands);
    return UINT64_MAX << first & UINT64_MAX >> (SCREEN_BANDS - 1 - last);
}

uint64_t screen_bands_touched(const struct screen_bands *bands, const struct screen_area *area,
                              const xcb_xfixes_fetch_region_reply_t *region)
{
    const xcb_rectangle_t *rectangles = xcb_xfixes_fetch_region_rectangles(region);
    const int count = xcb_xfixes_fetch_region_rectangles_length(region);
    uint64_t touched = 0;
    for (int i = 0; i < count; i++) {
        const int32_t top = rectangles[i].y - (int32_t)area->top;
        if (screen_area_meets(area, &rectangles[i]))
            touched |= screen_bands_between(bands, top, top + rectangles[i].height);
    }
    return touched;
}

uint64_t screen_bands_begin(struct screen_bands *bands, const struct tri_draft *draft,
                            uint64_t changed)
{
    size_t offset;
    const int shm_id = tri_draft_get_shm(draft, &offset);
    const uint64_t before = bands->slot[draft->slot_index].picture;
    uint64_t missing = bands->slot[draft->slot_index].cursor;
    bands->picture++;
    bands->changed[bands->picture % SCREEN_BANDS] = changed;
    // previous_number is 0 where the slot's memory was freed since.
    const bool known = before && draft->previous_number &&
                       bands->slot[draft->slot_index].shm_id == shm_id &&
                       bands->picture - before <= SCREEN_BANDS;
    for (uint64_t i = before + 1; known && i <= bands->picture; i++)
        missing |= bands->changed[i % SCREEN_BANDS];
    bands->slot[draft->slot_index].picture = 0;
    bands->slot[draft->slot_index].shm_id = shm_id;
    return known ? missing : screen_bands_between(bands, 0, (int32_t)bands->height);
}

void screen_bands_finish(struct screen_bands *bands, const struct tri_draft *draft, uint64_t cursor)
{
    bands->slot[draft->slot_index].picture = bands->picture;
    bands->slot[draft->slot_index].cursor = cursor;
}

struct screen_rows screen_bands_take(const struct screen_bands *bands, uint64_t *which)
{
    struct screen_rows rows = { 0 };
    if (!*which)
        return rows;
    const unsigned first = (unsigned)__builtin_ctzll(*which);
    const uint64_t rest = ~(*which >> first); // its lowest bit is the end of the group
    const unsigned count = rest ? (unsigned)__builtin_ctzll(rest) : SCREEN_BANDS;
    const uint32_t end = (first + count) * band_height(bands);
    rows.top = first * band_height(bands);
    rows.count = (end < bands->height ? end : bands->height) - rows.top;
    *which &= count < SCREEN_BANDS ? ~(((UINT64_C(1) << count) - 1) << first) : 0;
    return rows;
}
