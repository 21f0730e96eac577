/* SPDX-License-Identifier: MIT */
#include "reader_pool.h"

#include "fixture.h"
#include "solid_frames.h"

#define LOOK_MS 50 // how soon a reader hears that it is to stop

static void take_counts(const tri_reader *reader, struct watcher *watcher)
{
    struct tri_reader_stats counts;
    tri_reader_get_stats(reader, &counts);
    watcher->skipped = counts.skipped;
    watcher->dropped = counts.dropped_writer;
}

static int watch(void *argument)
{
    struct watcher *watcher = argument;
    tri_reader *reader;
    CHECK(tri_reader_open(&reader, &(struct tri_reader_options){ .name = watcher->name,
                                                                 .mode = watcher->mode,
                                                                 .flags = watcher->flags }) ==
          TRI_OK);
    struct tri_frame frame = { 0 };
    while (!watcher->stop) {
        const enum tri_err err = tri_reader_acquire(reader, &frame, LOOK_MS);
        CHECK(err == TRI_OK || err == TRI_ERR_TIMEOUT || err == TRI_ERR_NO_WRITER ||
              err == TRI_ERR_INTERRUPTED); // stopped, and going on
        if (err == TRI_ERR_NO_WRITER) {
            watcher->away_ns = tri_now_ns();
            watcher->away++;
        }
        if (err != TRI_OK) {
            tri_reader_release(reader, &frame); // lets go of a segment that is no more
            continue;
        }
        const uint64_t wrong = solid_wrong(&frame, 0, UINT32_MAX);
        if (!tri_reader_is_intact(reader, &frame))
            watcher->torn++;
        else if (wrong > 0)
            watcher->mixed++;
        take_counts(reader, watcher);
        watcher->newest = frame.info.number;
        watcher->sequence = frame.info.driver_sequence;
        watcher->frames++;
    }
    tri_reader_release(reader, &frame);
    tri_reader_close(&reader);
    return 0;
}

struct audience *audience_new(void)
{
    return scene_share(sizeof(struct audience));
}

unsigned audience_add(struct audience *audience, const char *name, enum tri_reader_mode mode,
                      uint32_t flags)
{
    const unsigned index = audience->count++;
    assert_true(index < AUDIENCE_MAX);
    struct watcher *watcher = &audience->watcher[index];
    watcher->name = name;
    watcher->mode = mode;
    watcher->flags = flags;
    audience->pid[index] = scene_start(watch, watcher);
    return index;
}

struct audience *audience_of_two(const char *name)
{
    struct audience *audience = audience_new();
    audience_add(audience, name, TRI_MODE_LATEST, 0);
    audience_add(audience, name, TRI_MODE_LATEST, TRI_READER_NO_LOCK);
    return audience;
}

uint64_t audience_frames(const struct audience *audience)
{
    uint64_t fewest = UINT64_MAX;
    for (unsigned i = 0; i < audience->count; i++) {
        if (audience->watcher[i].frames < fewest)
            fewest = audience->watcher[i].frames;
    }
    return fewest;
}

uint64_t audience_newest(const struct audience *audience)
{
    uint64_t oldest = UINT64_MAX;
    for (unsigned i = 0; i < audience->count; i++) {
        if (audience->watcher[i].newest < oldest)
            oldest = audience->watcher[i].newest;
    }
    return oldest;
}

void audience_leaves(struct audience *audience)
{
    for (unsigned i = 0; i < audience->count; i++)
        audience->watcher[i].stop = 1;
    for (unsigned i = 0; i < audience->count; i++) {
        assert_int_equal(scene_join(audience->pid[i]), 0);
        assert_int_equal(audience->watcher[i].mixed, 0);
    }
    audience->count = 0;
}
