/* SPDX-License-Identifier: MIT */
/** An outage of the source: NO SIGNAL frames, and the times of the attempts to reopen it. */
#ifndef CAPTURE_OUTAGE_H
#define CAPTURE_OUTAGE_H

#include "pattern/drawing.h"
#include "schedule.h"

/** since_ns is 0 while there is no outage. */
struct outage {
    bool active; // false: the source was reopened, its first frame is awaited
    int64_t since_ns;
    int64_t retry_at_ns;
    int64_t backoff_ns;
    int64_t ended_ns;       // end of the previous outage
    struct tri_video video; // of the NO SIGNAL frames
    struct schedule schedule;
    struct drawing *drawing; // NULL: this format cannot be drawn
    uint64_t number;         // of the next NO SIGNAL frame
};

/** Begins an outage with frames of `video`, at its rate, that show `why`. Soon after the end of the
 *  previous outage, the back-off continues where it was. */
void outage_begin(struct outage *outage, const struct tri_video *video, const char *why,
                  const tri_log *log);

/** Draws the next frame into a draft of outage->video. @return false if it cannot be drawn */
bool outage_draw(struct outage *outage, struct tri_draft *draft);

/** Continues the outage with frames that show `why` and a longer back-off: the source was reopened,
 *  and failed before its first frame. */
void outage_resume(struct outage *outage, const char *why, const tri_log *log);

/** Whether it is time to reopen the source. */
bool outage_is_retry_due(const struct outage *outage, int64_t now_ns);

/** Doubles the back-off, up to some seconds, after an attempt that failed. */
void outage_back_off(struct outage *outage, int64_t now_ns);

/** Seconds since the outage began. */
double outage_seconds(const struct outage *outage, int64_t now_ns);

void outage_end(struct outage *outage);

#endif
