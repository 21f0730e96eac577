/* SPDX-License-Identifier: MIT */
/** What the harness asks of a way to hand frames over, and what it tells it. One file a way. */
#ifndef BENCH_H
#define BENCH_H

#include <triptych/triptych.h>

#include <stdatomic.h>

#define BENCH_READERS_MAX 64
#define BENCH_RATES_MAX   8
#define BENCH_RECOVERING  8          // frames after a change of rate that do not count
#define BENCH_END         UINT64_MAX // number of the frame after the last: readers leave

enum bench_touch {
    BENCH_TOUCH_NONE, // the writer writes a frame's stamp, the reader reads it
    BENCH_TOUCH_ALL,  // the writer writes every byte, the reader reads every byte
};

/** What a run is, from the command line. */
struct bench_setup {
    const char *way;
    struct tri_video video;
    struct tri_shape shape; // of `video`
    uint32_t readers;
    const char *rate_text;
    double rate[BENCH_RATES_MAX]; // frames a second, one after another; 0: unpaced
    uint32_t rates;               // how many of them
    uint32_t jitter;              // percent of a period that frames lie off their time, either way
    uint32_t drop_every;          // one frame of so many is lost by the source; 0: none
    double seconds;
    enum bench_touch touch;
    char name[TRI_NAME_MAX + 1]; // of a stream or socket: no other process uses it
};

/** The first bytes of every frame, whichever way it goes. */
struct bench_stamp {
    uint64_t number; // from 1; BENCH_END
    int64_t ns;      // CLOCK_MONOTONIC just before the way was asked to hand it over
};

/**
 * A way to hand frames over. Each process has its own copy of the way's static state: prepare() runs
 * before the readers are forked, everything else in the process it is for. A call that fails ends the
 * run through bench_fail().
 */
struct bench_way {
    const char *name;
    const char *summary;
    void (*prepare)(const struct bench_setup *setup); // in the writer, before the fork

    void (*write_open)(const struct bench_setup *setup); // in the writer, after the fork
    uint8_t *(*begin)(void);                             // where the next frame goes; NULL: dropped
    void (*publish)(void);                               // hands it to all readers
    void (*drop)(void);        // optional: counts a frame that the source has lost
    void (*write_close)(void); // when all readers have left

    void (*read_open)(const struct bench_setup *setup, uint32_t reader); // 0 to readers - 1
    const uint8_t *(*take)(void); // waits for a frame; its stamp tells whether it is new
    bool (*done)(void);           // with the frame taken last; false: it was torn
    /** Optional, instead of take(): calls `use` from where frames come, until that says false. */
    void (*serve)(bool (*use)(const uint8_t *frame, int64_t arrived_ns));
    void (*read_close)(void);
};

/** All ways, NULL-terminated; see bench.c. */
extern const struct bench_way *const bench_ways[];

/** What one side of a run has cost from the first frame recorded to the last. */
struct bench_cost {
    int64_t cpu_ns;
    uint64_t switches; // voluntary and not
    uint64_t faults;   // minor and major
};

struct bench_side {
    uint64_t frames;
    uint64_t dropped; // by the writer: it found no place for them
    int64_t span_ns;  // from the first frame recorded to the last
    struct bench_cost cost;
};

struct bench_result {
    struct bench_side writer;
    struct bench_side readers; // sums, but for the span: the longest
    uint64_t torn;
    struct tri_histogram latency; // ns, of all readers
};

/** Runs `way` as `setup` says; ends the process when anything fails. */
void bench_run(const struct bench_way *way, const struct bench_setup *setup,
               struct bench_result *result);

/** Says what failed, with errno's text, and ends the process with status 1. */
_Noreturn void bench_fail(const char *what);

/** Memory shared with the children to come, all zero and present. */
void *bench_shared(size_t bytes);

/** Ends the process if `ok` is false. */
static inline void bench_need(bool ok, const char *what)
{
    if (!ok)
        bench_fail(what);
}

/** Reads every byte. @return something that depends on each of them. */
uint64_t bench_read_all(const uint8_t *frame, size_t bytes);

/** Speed of memory at the frame's size: fill, copy, read, and the library's copy; prints one JSON
 *  object. */
void bench_memory(const struct bench_setup *setup);

/** Time of begin, publish, borrow and give back, in one process; prints one JSON object. */
void bench_calls(const struct bench_setup *setup);

#endif
