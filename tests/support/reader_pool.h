/* SPDX-License-Identifier: MIT */
/** Readers in processes of their own, which look at every pixel and keep count. */
#ifndef TESTS_READER_POOL_H
#define TESTS_READER_POOL_H

#include <triptych/triptych.h>

#include <stdatomic.h>
#include <sys/types.h>

#define READER_POOL_MAX 80

/** One reader, and what it has seen so far; shared between its process and the test's. */
struct pool_reader {
    const char *name;
    enum tri_reader_mode mode;
    uint32_t flags;
    _Atomic uint64_t frames;   // borrowed
    _Atomic uint64_t torn;     // of those: overwritten meanwhile, and noticed
    _Atomic uint64_t mixed;    // accepted as whole, but not of one colour
    _Atomic uint64_t newest;   // number
    _Atomic uint64_t sequence; // of the same frame, the painter's
    _Atomic uint64_t skipped;  // as the reader counts them
    _Atomic uint64_t dropped;  // by the writer, as the reader counts them
    _Atomic uint64_t away;     // times it was told that the writer is gone
    _Atomic int64_t away_ns;   // when it was told last
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

/** The fewest frames that any of them has borrowed; the newest number that all have seen. */
uint64_t reader_pool_frames(const struct reader_pool *pool);
uint64_t reader_pool_newest(const struct reader_pool *pool);

/** Ends them all; a mixed frame or a failed reader is the test's failure. */
void reader_pool_finish(struct reader_pool *pool);

#endif
