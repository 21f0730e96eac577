/* SPDX-License-Identifier: MIT */
/** --on-demand: the source is closed while the stream has no readers. */
#ifndef CAPTURE_STANDBY_H
#define CAPTURE_STANDBY_H

#include "publisher.h"

#define STANDBY_OFF (-1.0)

/** The caller sets after_s; the rest starts as zero. */
struct standby {
    double after_s; // seconds without readers after which the source is closed; STANDBY_OFF: never
    bool active;    // the source is closed
    int64_t checked_ns;
    int64_t read_ns; // when the stream last had readers; 0: not yet
};

/** Whether to close the source now. Checks for readers at most every 40 ms. */
bool standby_is_due(struct standby *standby, const struct publisher *publisher);

/** Waits up to `timeout_ms` for a reader. @return whether to open the source */
bool standby_must_end(struct standby *standby, const struct publisher *publisher, int timeout_ms);

/** Publishes a frame that shows STANDBY. @return false if this format cannot be drawn, logged */
bool standby_publish(struct publisher *publisher);

#endif
