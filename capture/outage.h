/* SPDX-License-Identifier: MIT */
/** While a source is gone: NO SIGNAL pictures, and when to look for it again. */
#ifndef CAPTURE_OUTAGE_H
#define CAPTURE_OUTAGE_H

#include "pattern/drawing.h"
#include "schedule.h"

/** While since_ns is 0 the source is there. */
struct outage {
    bool active; // false: the source was opened again, its first frame is awaited
    int64_t since_ns, next_try_ns, pause_ns;
    int64_t ended_ns;       // when the one before ended
    struct tri_video video; // of its pictures
    struct schedule schedule;
    struct drawing *drawing; // NULL: nothing can be drawn in this format
    uint64_t number;         // of the next picture
};

/** Begins with pictures of `video`, at its rate, that tell `why`. Soon after the end of an absence the
 *  pauses go on as long as they were. */
void outage_begin(struct outage *outage, const struct tri_video *video, const char *why,
                  const tri_log *log);

/** Draws the next picture into a draft of that video. @return false if there is nothing to show */
bool outage_draw(struct outage *outage, struct tri_draft *draft);

/** Goes on with pictures that tell `why`, after a longer pause: the source was opened again, and went
 *  before its first frame. */
void outage_resume(struct outage *outage, const char *why, const tri_log *log);

/** Whether it is time to open the source again. */
bool outage_try_due(const struct outage *outage, int64_t now_ns);

/** It was not there: the next pause is twice as long, up to some seconds. */
void outage_tried(struct outage *outage, int64_t now_ns);

/** Seconds since the source went. */
double outage_seconds(const struct outage *outage, int64_t now_ns);

void outage_end(struct outage *outage);

#endif
