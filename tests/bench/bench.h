/* SPDX-License-Identifier: MIT */
/** Interface between the harness and a transport. One file per transport. */
#ifndef BENCH_H
#define BENCH_H

#include "common/program/time_histogram.h"

#include <triptych/triptych.h>

#include <stdatomic.h>

#define BENCH_READERS_MAX 64
#define BENCH_RATES_MAX   8
#define BENCH_RECOVERING  8          // frames after a change of rate that do not count
#define BENCH_END         UINT64_MAX // number of the end mark

enum bench_touch {
    BENCH_TOUCH_NONE, // the writer writes a frame's stamp, the reader reads it
    BENCH_TOUCH_ALL,  // the writer writes every byte, the reader reads every byte
};

/** Parameters of a run, from the command line. */
struct bench_setup {
    const char *transport;
    struct tri_video video;
    struct tri_shape shape; // of `video`
    uint32_t readers;
    const char *rate_text;
    double rate[BENCH_RATES_MAX]; // frames a second, one after another; 0: unpaced
    uint32_t rates;               // how many of them
    uint32_t jitter;              // percent of a period by which frames are early or late
    uint32_t drop_every;          // every Nth frame is lost by the source; 0: none
    double seconds;
    enum bench_touch touch;
    char name[TRI_NAME_MAX + 1]; // of a stream or socket: no other process uses it
};

/** The first bytes of every frame, by whichever transport. */
struct bench_stamp {
    uint64_t number; // from 1; BENCH_END
    int64_t ns;      // CLOCK_MONOTONIC just before publish()
};

/**
 * A transport. Each process has its own copy of the transport's static state: prepare() runs before the
 * readers are forked, all other calls in the process that they serve. A failing call ends the run
 * through bench_fail().
 */
struct bench_transport {
    const char *name;
    const char *summary;
    void (*prepare)(const struct bench_setup *setup); // in the writer, before the fork

    void (*write_open)(const struct bench_setup *setup); // in the writer, after the fork
    uint8_t *(*begin)(void);                             // memory for the next frame; NULL: dropped
    void (*publish)(void);                               // hands it to all readers
    void (*drop)(void);        // optional: counts a frame lost by the source
    void (*write_close)(void); // when all readers have left

    void (*read_open)(const struct bench_setup *setup, uint32_t reader); // 0 to readers - 1
    const uint8_t *(*take)(void); // waits for a frame; the stamp shows whether it is new
    bool (*done)(void);           // done with the frame taken last; false: it was torn
    /** Optional, instead of take(): calls `use` for each frame until it returns false. */
    void (*serve)(bool (*use)(const uint8_t *frame, int64_t arrived_ns));
    void (*read_close)(void);
};

/** All transports, NULL-terminated; see bench.c. */
extern const struct bench_transport *const bench_transports[];

/** Cost of one side of a run, from the first recorded frame to the last. */
struct bench_cost {
    int64_t cpu_ns;
    uint64_t switches; // voluntary and not
    uint64_t faults;   // minor and major
};

struct bench_side {
    uint64_t frames;
    uint64_t dropped; // by the writer: no slot was free
    int64_t span_ns;  // from the first frame recorded to the last
    struct bench_cost cost;
};

struct bench_result {
    struct bench_side writer;
    struct bench_side readers; // sums; the longest span
    uint64_t torn;
    struct time_histogram latency; // ns, of all readers
};

/** Runs `transport` with `setup`; ends the process on failure. */
void bench_run(const struct bench_transport *transport, const struct bench_setup *setup,
               struct bench_result *result);

/** Prints the failed step with errno's text and ends the process with status 1. */
_Noreturn void bench_fail(const char *what);

/** Zeroed, populated memory, shared with later children. */
void *bench_shared(size_t bytes);

/** Ends the process if `ok` is false. */
static inline void bench_need(bool ok, const char *what)
{
    if (!ok)
        bench_fail(what);
}

/** Reads every byte. @return a value that depends on each of them. */
uint64_t bench_read_all(const uint8_t *frame, size_t bytes);

/** Speed of memory at the frame's size: fill, copy, read, and the library's copy; prints one JSON
 *  object. */
void bench_memory(const struct bench_setup *setup);

/** Time of begin, publish, acquire and release in one process; prints one JSON object. */
void bench_calls(const struct bench_setup *setup);

#endif
