/* SPDX-License-Identifier: MIT */
/** Deadlines of frames on an absolute timeline: a late frame does not delay the ones after it. */
#ifndef CAPTURE_SCHEDULE_H
#define CAPTURE_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

/** All zero is unpaced: every frame is due at once. Times are CLOCK_MONOTONIC. */
struct schedule {
    uint64_t num; // frames per second; num 0: unpaced
    uint64_t den;
    int64_t due_ns;     // deadline of the next frame; 0: before the first schedule_wait()
    uint64_t remainder; // fraction of a nanosecond missing from due_ns, in 1/num
    int64_t delay_ns;   // added to the next deadline only; schedule_advance() clears it
    int64_t frame_ns;   // time of the frame that schedule_wait() reported as due; 0: none yet
    bool first;         // that frame is the first one
};

void schedule_init(struct schedule *schedule, uint32_t num, uint32_t den);

/** Sleeps until the next frame is due, at most `timeout_ms`. The first frame is due at once. Frame
 *  times always increase, even if delay_ns varies by more than a period.
 *  @return whether it is due; false: the time is up or a signal arrived */
bool schedule_wait(struct schedule *schedule, int timeout_ms);

/** Returns when the next frame is due, on the clock of tri_now_ns(). */
int64_t schedule_next(const struct schedule *schedule);

/** Moves on to the deadline of the next frame. */
void schedule_advance(struct schedule *schedule);

/** Shifts all later deadlines. */
void schedule_shift(struct schedule *schedule, int64_t by_ns);

/** Number of later frames that are already due at `now_ns`. */
uint64_t schedule_missed(const struct schedule *schedule, int64_t now_ns);

/** For sources that skip what they are too late for: advances to the newest frame that is due.
 *  @return how many frames that skips; 0 for the first frame */
uint64_t schedule_skip_missed(struct schedule *schedule);

/** For sources that never skip: if later frames are already due, continues from now on, so that the
 *  lost time is not made up by a burst. */
void schedule_postpone(struct schedule *schedule);

#endif
