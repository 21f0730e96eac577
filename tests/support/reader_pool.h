/* SPDX-License-Identifier: MIT */
/** Readers in processes of their own, which look at every pixel and keep count. */
#ifndef TESTS_AUDIENCE_H
#define TESTS_AUDIENCE_H

#include <triptych/triptych.h>

#include <stdatomic.h>
#include <sys/types.h>

#define AUDIENCE_MAX 80

/** One reader, and what it has seen so far; shared between its process and the test's. */
struct watcher {
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

struct audience {
    unsigned count;
    struct watcher watcher[AUDIENCE_MAX];
    pid_t pid[AUDIENCE_MAX];
};

/** An empty audience. */
struct audience *audience_new(void);

/** One more reader. @return its index. */
unsigned audience_add(struct audience *audience, const char *name, enum tri_reader_mode mode,
                      uint32_t flags);

/** The usual two: one that locks slots and one that does not. */
struct audience *audience_of_two(const char *name);

/** The fewest frames that any of them has borrowed; the newest number that all have seen. */
uint64_t audience_frames(const struct audience *audience);
uint64_t audience_newest(const struct audience *audience);

/** Ends them all; a mixed frame or a failed reader is the test's failure. */
void audience_leaves(struct audience *audience);

#endif
