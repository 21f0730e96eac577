/* SPDX-License-Identifier: MIT */
#include "reader_pool.h"

#include "fixture.h"
#include "solid_frames.h"

#define POLL_MS 50 // delay until a reader sees the request to stop

static void take_counts(const tri_reader *reader, struct pool_reader *watcher)
{
    struct tri_reader_stats counts;
    tri_reader_get_stats(reader, &counts);
    watcher->skipped = counts.skipped;
    watcher->dropped = counts.dropped_writer;
}

static int watch(void *argument)
{
    struct pool_reader *watcher = argument;
    tri_reader *reader;
    CHECK(tri_reader_open(&reader, &(struct tri_reader_options){ .name = watcher->name,
                                                                 .mode = watcher->mode,
                                                                 .flags = watcher->flags }) ==
          TRI_OK);
    struct tri_frame frame = { 0 };
    while (!watcher->stop) {
        const enum tri_err err = tri_reader_acquire(reader, &frame, POLL_MS);
        CHECK(err == TRI_OK || err == TRI_ERR_TIMEOUT || err == TRI_ERR_NO_WRITER ||
              err == TRI_ERR_INTERRUPTED); // stopped and continued
        if (err == TRI_ERR_NO_WRITER) {
            watcher->away_ns = tri_now_ns();
            watcher->away++;
        }
        if (err != TRI_OK) {
            tri_reader_release(reader, &frame); // detaches from a removed segment
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

struct reader_pool *reader_pool_new(void)
{
    return fixture_share(sizeof(struct reader_pool));
}

unsigned reader_pool_add(struct reader_pool *pool, const char *name, enum tri_reader_mode mode,
                         uint32_t flags)
{
    const unsigned index = pool->count++;
    assert_true(index < READER_POOL_MAX);
    struct pool_reader *watcher = &pool->reader[index];
    watcher->name = name;
    watcher->mode = mode;
    watcher->flags = flags;
    pool->pid[index] = fixture_start(watch, watcher);
    return index;
}

struct reader_pool *reader_pool_of_two(const char *name)
{
    struct reader_pool *pool = reader_pool_new();
    reader_pool_add(pool, name, TRI_MODE_LATEST, 0);
    reader_pool_add(pool, name, TRI_MODE_LATEST, TRI_READER_NO_LOCK);
    return pool;
}

uint64_t reader_pool_frames(const struct reader_pool *pool)
{
    uint64_t fewest = UINT64_MAX;
    for (unsigned i = 0; i < pool->count; i++) {
        if (pool->reader[i].frames < fewest)
            fewest = pool->reader[i].frames;
    }
    return fewest;
}

uint64_t reader_pool_newest(const struct reader_pool *pool)
{
    uint64_t oldest = UINT64_MAX;
    for (unsigned i = 0; i < pool->count; i++) {
        if (pool->reader[i].newest < oldest)
            oldest = pool->reader[i].newest;
    }
    return oldest;
}

void reader_pool_finish(struct reader_pool *pool)
{
    for (unsigned i = 0; i < pool->count; i++)
        pool->reader[i].stop = 1;
    for (unsigned i = 0; i < pool->count; i++) {
        assert_int_equal(fixture_join(pool->pid[i]), 0);
        assert_int_equal(pool->reader[i].mixed, 0);
    }
    pool->count = 0;
}
