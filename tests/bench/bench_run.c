/* SPDX-License-Identifier: MIT */
/* A run: one writer and its readers, each a process with its own processor if there are enough.
 * Pace and memory access are the same for every transport. */
#include "bench.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WARM_SHARE  4    // 1/4 of the run is not recorded: caches and clocks warm up, pacing learns
#define PATIENCE_S  60   // beyond the run's own time: a process is stuck
#define END_EVERY_S 1e-3 // repeat interval of the last frame until all readers have left

static volatile uint64_t sink; // keeps the compiler from removing the reads

/** Shared by the processes of a run. */
struct common {
    _Atomic uint32_t ready;
    _Atomic uint32_t left;
    _Atomic int recording; // frames are recorded from here on
    struct bench_result reader[BENCH_READERS_MAX];
};

_Noreturn void bench_fail(const char *what)
{
    fprintf(stderr, "bench: %s: %s\n", what, errno ? strerror(errno) : "failed");
    _exit(1);
}

void *bench_shared(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    bench_need(memory != MAP_FAILED, "mmap");
    memset(memory, 0, bytes);
    return memory;
}

uint64_t bench_read_all(const uint8_t *frame, size_t bytes)
{
    uint64_t sum[8] = { 0 };
    size_t i = 0;
    for (; i + sizeof(sum) <= bytes; i += sizeof(sum)) {
        uint64_t part[8];
        memcpy(part, frame + i, sizeof(part));
        for (int k = 0; k < 8; k++)
            sum[k] += part[k];
    }
    for (; i < bytes; i++)
        sum[0] += frame[i];
    return sum[0] + sum[1] + sum[2] + sum[3] + sum[4] + sum[5] + sum[6] + sum[7];
}

/** Pins the writer to the first processor and the readers to the others in turn: a run's latency
 * must not  depend on the placement of its processes. */
static void pin(uint32_t process)
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (processors < 2)
        return;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(process == 0 ? 0 : 1 + (process - 1) % ((uint32_t)processors - 1), &set);
    sched_setaffinity(0, sizeof(set), &set); // a container may forbid it: not pinned then
}

static struct bench_cost cost_now(void)
{
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    struct timespec cpu;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    return (struct bench_cost){
        .cpu_ns = (int64_t)cpu.tv_sec * 1000000000 + cpu.tv_nsec,
        .switches = (uint64_t)(use.ru_nvcsw + use.ru_nivcsw),
        .faults = (uint64_t)(use.ru_minflt + use.ru_majflt),
    };
}

static struct bench_cost cost_since(struct bench_cost start)
{
    const struct bench_cost now = cost_now();
    return (struct bench_cost){ .cpu_ns = now.cpu_ns - start.cpu_ns,
                                .switches = now.switches - start.switches,
                                .faults = now.faults - start.faults };
}

static void sleep_until(int64_t ns)
{
    const struct timespec until = { .tv_sec = (time_t)(ns / 1000000000),
                                    .tv_nsec = (long)(ns % 1000000000) };
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
        continue;
}

/** State of a reader process. */
static struct {
    const struct bench_transport *transport;
    const struct bench_setup *setup;
    struct common *common;
    struct bench_result *result;
    struct bench_cost start;
    int64_t first_ns;
    int64_t last_ns;
    uint64_t last; // number of the newest frame seen
} reading;

/** Reads and counts one frame. @return false after the last one. */
static bool use_frame(const uint8_t *frame, int64_t arrived_ns)
{
    const struct bench_setup *setup = reading.setup;
    struct bench_result *result = reading.result;
    struct bench_stamp stamp;
    memcpy(&stamp, frame, sizeof(stamp));
    if (stamp.number != BENCH_END && stamp.number != reading.last &&
        setup->touch == BENCH_TOUCH_ALL)
        sink += bench_read_all(frame, (size_t)setup->shape.bytes);
    if (!reading.transport->done()) {
        result->torn++;
        return true;
    }
    if (stamp.number == BENCH_END)
        return false;
    if (stamp.number == reading.last)
        return true;
    reading.last = stamp.number;
    const bool recorded = atomic_load_explicit(&reading.common->recording, memory_order_relaxed);
    if (!recorded && reading.first_ns == 0)
        return true;
    reading.last_ns = tri_now_ns();
    if (reading.first_ns == 0) {
        reading.start = cost_now();
        reading.first_ns = reading.last_ns;
        return true;
    }
    result->readers.frames++;
    if (recorded)
        time_histogram_add(&result->latency, arrived_ns - stamp.ns);
    return true;
}

/** One reader, from its first frame to the last. */
static void read_frames(const struct bench_transport *transport, const struct bench_setup *setup,
                        struct common *common, uint32_t index)
{
    struct bench_result *result = &common->reader[index];
    memset(result, 0, sizeof(*result)); // populates its pages before frames are counted
    reading.transport = transport;
    reading.setup = setup;
    reading.common = common;
    reading.result = result;
    transport->read_open(setup, index);
    atomic_fetch_add(&common->ready, 1);

    if (transport->serve) {
        transport->serve(use_frame);
    } else {
        const uint8_t *frame;
        do
            frame = transport->take();
        while (use_frame(frame, tri_now_ns()));
    }
    if (reading.first_ns)
        result->readers.cost = cost_since(reading.start);
    result->readers.span_ns = reading.last_ns - reading.first_ns;
    atomic_fetch_add(&common->left, 1);
    transport->read_close();
}

/** @return false if the frame was dropped. */
static bool publish(const struct bench_transport *transport, const struct bench_setup *setup,
                    uint64_t number)
{
    uint8_t *frame = transport->begin();
    if (!frame)
        return false;
    if (setup->touch == BENCH_TOUCH_ALL)
        memset(frame, (int)(number & 0xff), (size_t)setup->shape.bytes);
    const struct bench_stamp stamp = { .number = number, .ns = tri_now_ns() };
    memcpy(frame, &stamp, sizeof(stamp));
    transport->publish();
    return true;
}

/** The writer's position in its list of rates. */
struct schedule {
    const struct bench_setup *setup;
    uint32_t stage;       // of setup->rate
    uint64_t stage_frame; // frames of this stage so far
    int64_t stage_end_ns;
    int64_t due_ns;
    uint32_t random;
};

/** Advances to the next frame, and to the next rate when it is due. */
static void next_frame(struct schedule *s)
{
    const struct bench_setup *setup = s->setup;
    s->stage_frame++;
    if (s->due_ns >= s->stage_end_ns && s->stage + 1 < setup->rates) {
        s->stage++;
        s->stage_frame = 0;
        s->stage_end_ns += (int64_t)(setup->seconds * 1e9 / setup->rates);
    }
    if (setup->rate[s->stage] > 0)
        s->due_ns += (int64_t)(1e9 / setup->rate[s->stage]);
}

/** Sleeps until the frame's time plus or minus up to `jitter` percent of a period. */
static void await_frame(struct schedule *s)
{
    const double rate = s->setup->rate[s->stage];
    if (rate == 0)
        return;
    s->random = s->random * 1664525 + 1013904223;
    const double off = (double)(s->random >> 16) / 32768 - 1;
    sleep_until(s->due_ns + (int64_t)(off * s->setup->jitter * 1e7 / rate));
}

/** Whether a frame is recorded: not in a run's first part, nor just after a change of rate. */
static bool is_recorded(const struct schedule *s, int64_t now, int64_t begin)
{
    if (s->setup->rates > 1)
        return s->stage > 0 && s->stage_frame > BENCH_RECOVERING;
    return now >= begin + (int64_t)(s->setup->seconds * 1e9 / WARM_SHARE);
}

/** The writer: all frames at the given rates, then the end mark until all readers have seen it. */
static void write_frames(const struct bench_transport *transport, const struct bench_setup *setup,
                         struct common *common, struct bench_side *side)
{
    const int64_t begin = tri_now_ns();
    const int64_t end = begin + (int64_t)(setup->seconds * 1e9);
    struct schedule schedule = { .setup = setup,
                                 .due_ns = begin,
                                 .stage_end_ns =
                                     begin + (int64_t)(setup->seconds * 1e9 / setup->rates) };
    struct bench_cost start = { 0 };
    int64_t first_ns = 0;
    int64_t now = begin;
    for (uint64_t number = 1; now < end; number++) {
        next_frame(&schedule);
        await_frame(&schedule);
        if (setup->drop_every && number % setup->drop_every == 0) {
            if (transport->drop)
                transport->drop();
            continue;
        }
        const bool recorded = is_recorded(&schedule, now, begin);
        atomic_store_explicit(&common->recording, recorded, memory_order_relaxed);
        const bool published = publish(transport, setup, number);
        now = tri_now_ns();
        if (first_ns) {
            side->frames += published;
            side->dropped += !published;
        } else if (recorded) {
            start = cost_now();
            first_ns = tri_now_ns();
        }
    }
    side->cost = cost_since(start);
    side->span_ns = now - first_ns;

    struct bench_setup last = *setup;
    last.touch = BENCH_TOUCH_NONE;
    const int64_t stuck = now + (int64_t)PATIENCE_S * 1000000000;
    while (atomic_load(&common->left) < setup->readers) {
        publish(transport, &last, BENCH_END);
        sleep_until(tri_now_ns() + (int64_t)(END_EVERY_S * 1e9));
        errno = 0;
        bench_need(tri_now_ns() < stuck, "a reader does not end");
    }
}

static void merge(struct bench_result *into, const struct bench_result *one)
{
    into->readers.frames += one->readers.frames;
    if (one->readers.span_ns > into->readers.span_ns)
        into->readers.span_ns = one->readers.span_ns;
    into->readers.cost.cpu_ns += one->readers.cost.cpu_ns;
    into->readers.cost.switches += one->readers.cost.switches;
    into->readers.cost.faults += one->readers.cost.faults;
    into->torn += one->torn;

    struct time_histogram *a = &into->latency;
    const struct time_histogram *b = &one->latency;
    if (b->count == 0)
        return;
    a->min = a->count == 0 || b->min < a->min ? b->min : a->min;
    a->max = b->max > a->max ? b->max : a->max;
    a->count += b->count;
    a->sum += b->sum;
    for (size_t i = 0; i < TIME_HISTOGRAM_BUCKETS; i++)
        a->bucket[i] += b->bucket[i];
}

void bench_run(const struct bench_transport *transport, const struct bench_setup *setup,
               struct bench_result *result)
{
    struct common *common = bench_shared(sizeof(*common));
    const unsigned limit_s = (unsigned)setup->seconds + PATIENCE_S;
    pid_t child[BENCH_READERS_MAX] = { 0 };
    signal(SIGPIPE, SIG_IGN); // readers leave first; writing to them then is not an error
    transport->prepare(setup);
    for (uint32_t i = 0; i < setup->readers; i++) {
        child[i] = fork();
        bench_need(child[i] >= 0, "fork");
        if (child[i] == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL); // a failed writer ends the run
            alarm(limit_s);
            pin(1 + i);
            read_frames(transport, setup, common, i);
            _exit(0);
        }
    }

    alarm(limit_s);
    pin(0);
    transport->write_open(setup);
    const int64_t stuck = tri_now_ns() + (int64_t)PATIENCE_S * 1000000000;
    while (atomic_load(&common->ready) < setup->readers) {
        sleep_until(tri_now_ns() + 1000000);
        errno = 0;
        bench_need(tri_now_ns() < stuck, "a reader does not start");
    }
    write_frames(transport, setup, common, &result->writer);

    bool all_well = true;
    for (uint32_t i = 0; i < setup->readers; i++) {
        int status;
        all_well &= waitpid(child[i], &status, 0) == child[i] && status == 0;
        merge(result, &common->reader[i]);
    }
    transport->write_close();
    alarm(0);
    errno = 0;
    bench_need(all_well, "a reader failed");
    munmap(common, sizeof(*common));
}
