/* SPDX-License-Identifier: MIT */
/** Readers in processes of their own, which compare every pixel and count. */
#ifndef TESTS_READER_POOL_H
#define TESTS_READER_POOL_H

#include <triptych/triptych.h>

#include <stdatomic.h>
#include <sys/types.h>

#define READER_POOL_MAX 80

/** One reader and its counters, shared between its process and the test's. */
struct pool_reader {
    const char *name;
    enum tri_reader_mode mode;
    uint32_t flags;
    _Atomic uint64_t frames;   // acquired
    _Atomic uint64_t torn;     // of those: overwritten meanwhile, and detected
    _Atomic uint64_t mixed;    // accepted as intact, but not of one colour
    _Atomic uint64_t newest;   // number
    _Atomic uint64_t sequence; // of the same frame, the painter's
    _Atomic uint64_t skipped;  // counted by the reader
    _Atomic uint64_t dropped;  // by the writer, counted by the reader
    _Atomic uint64_t away;     // how often it was without a writer
    _Atomic int64_t away_ns;   // the last such time
    _Atomic int64_t slept_ns;  // longest wait for a frame while there was a writer
    _Atomic uint64_t stop;
};

struct reader_pool {
    unsigned count;
    struct pool_reader reader[READER_POOL_MAX];
    pid_t pid[READER_POOL_MAX];
};

/** An empty pool. */
struct reader_pool *reader_pool_new(void);

/** One more reader. @return its index. */
unsigned reader_pool_add(struct reader_pool *pool, const char *name, enum tri_reader_mode mode,
                         uint32_t flags);

/** The usual two: one that locks slots and one that does not. */
struct reader_pool *reader_pool_of_two(const char *name);

/** The fewest frames that any of them has acquired; the newest number that all have read. */
uint64_t reader_pool_frames(const struct reader_pool *pool);
uint64_t reader_pool_newest(const struct reader_pool *pool);

/** Ends them all; a mixed frame or a failed reader is the test's failure. */
void reader_pool_finish(struct reader_pool *pool);

#endif
