/* SPDX-License-Identifier: MIT */
/** When the next frame is due: every frame from the first one on, so that lateness does not add up. */
#ifndef CAPTURE_SCHEDULE_H
#define CAPTURE_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

/** All zero is unpaced: every frame is due at once. */
struct schedule {
    uint64_t num, den; // frames a second; num 0: unpaced
    int64_t due_ns;    // CLOCK_MONOTONIC; 0: not begun
    uint64_t rest;     // parts of a nanosecond that due_ns leaves out, in 1/num
};

void schedule_init(struct schedule *schedule, uint32_t num, uint32_t den);

/** Sleeps until then, on CLOCK_MONOTONIC. Wakes every so often to look for a signal. @return false
 *  if told to stop meanwhile */
bool schedule_sleep_until(int64_t until_ns);

/** Sleeps until the frame is due; the first one is due at once. @return as schedule_sleep_until() */
bool schedule_wait(struct schedule *schedule);

/** Goes on to the next frame. */
void schedule_advance(struct schedule *schedule);

/** How many frames should have been there already, this one not counted. */
uint64_t schedule_missed(const struct schedule *schedule, int64_t now_ns);

/** Makes the frame that is due now the beginning of the count. */
void schedule_restart(struct schedule *schedule, int64_t now_ns);

#endif
