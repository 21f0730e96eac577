/* SPDX-License-Identifier: MIT */
#include "wait.h"

#include "semset.h"

#define SPINS_PER_CLOCK 64       // looks between two readings of the clock
#define SPIN_ASKS_NS    10000000 // how often a spinning reader asks the kernel for the writer
#define MARGIN_START_NS 200000   // a sleep's usual lateness before anything was learned
#define MARGIN_MIN_NS   20000
#define MARGIN_SHARE    20         // spin at most a 20th of the period before the frame is due
#define PERIOD_MAX_NS   1000000000 // slower streams gain nothing from pacing

static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/** Looks without pause until `until_ns`. @return whether there is a frame, or the segment ended. */
static bool spin(const struct tri_mapping *mapping, uint64_t word, int64_t until_ns)
{
    const struct tri_header *header = mapping->segment.header;
    do {
        for (int i = 0; i < SPINS_PER_CLOCK; i++) {
            if (atomic_load_explicit(&header->latest, memory_order_relaxed) != word ||
                atomic_load_explicit(&header->state, memory_order_relaxed) != 0)
                return true;
            relax();
        }
    } while (tri_now_ns() < until_ns);
    return false;
}

static enum tri_err wait_spinning(const struct tri_mapping *mapping, uint64_t word, int64_t ns)
{
    const int64_t end = tri_now_ns() + ns;
    int64_t now;
    do {
        now = tri_now_ns();
        const int64_t ask = now + SPIN_ASKS_NS;
        if (spin(mapping, word, ask < end ? ask : end))
            return TRI_OK;
        const enum tri_err err = tri_semset_has_writer(mapping->sem_id);
        if (err != TRI_OK)
            return err == TRI_ERR_BUSY ? TRI_OK : err;
        now = tri_now_ns();
    } while (now < end);
    return TRI_ERR_TIMEOUT;
}

void tri_pace_learn(struct tri_pace *pace, const struct tri_frame_info *info)
{
    const int64_t interval = info->publish_ns - pace->publish_ns;
    pace->publish_ns = info->publish_ns;
    if (interval <= 0 || interval > PERIOD_MAX_NS)
        return;
    // A gap of several periods is a skipped frame, not a slower stream.
    if (pace->period_ns == 0)
        pace->period_ns = interval;
    else if (interval < pace->period_ns * 3 / 2)
        pace->period_ns += (interval - pace->period_ns) / 8;
    else
        pace->period_ns += pace->period_ns / 64;
}

static enum tri_err wait_paced(struct tri_pace *pace, const struct tri_mapping *mapping,
                               uint64_t word, int64_t ns)
{
    const uint64_t next = tri_word_number(word) + 1;
    const int64_t now = tri_now_ns();
    if (pace->margin_ns == 0)
        pace->margin_ns = MARGIN_START_NS;
    const int64_t most = pace->period_ns / MARGIN_SHARE;
    const int64_t margin = pace->margin_ns < most ? pace->margin_ns : most;
    const int64_t due = pace->publish_ns + pace->period_ns;
    const int64_t wake = due - margin;
    if (pace->period_ns == 0 || due + margin < now || wake >= now + ns)
        return tri_semset_wait_frame(mapping->sem_id, next, ns);

    // Asleep on the gate, so that an early frame or a death still wakes us.
    if (wake > now) {
        const enum tri_err err = tri_semset_wait_frame(mapping->sem_id, next, wake - now);
        const int64_t late = tri_now_ns() - wake;
        if (err != TRI_ERR_TIMEOUT) {
            if (err == TRI_OK && pace->margin_ns < most)
                pace->margin_ns += pace->margin_ns / 16; // woken by the frame: start earlier
            return err;
        }
        if (late > pace->margin_ns)
            pace->margin_ns = late < most ? late : most;
        else
            pace->margin_ns -= (pace->margin_ns - late) / 32;
        if (pace->margin_ns < MARGIN_MIN_NS)
            pace->margin_ns = MARGIN_MIN_NS;
    }
    if (spin(mapping, word, due + margin))
        return TRI_OK;
    return tri_semset_wait_frame(mapping->sem_id, next, ns); // late: the kernel wakes us
}

enum tri_err tri_wait_frame(enum tri_wait how, struct tri_pace *pace,
                            const struct tri_mapping *mapping, uint64_t word, int64_t ns)
{
    switch (how) {
    case TRI_WAIT_SPIN:
        return wait_spinning(mapping, word, ns);
    case TRI_WAIT_PACED:
        return wait_paced(pace, mapping, word, ns);
    case TRI_WAIT_BLOCK:
        break;
    }
    return tri_semset_wait_frame(mapping->sem_id, tri_word_number(word) + 1, ns);
}
