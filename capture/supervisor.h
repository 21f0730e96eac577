/* SPDX-License-Identifier: MIT */
/** Keeps a stream alive during outages of its source: detects that it is lost, publishes NO SIGNAL
 *  frames meanwhile, and reopens it. */
#ifndef CAPTURE_SUPERVISOR_H
#define CAPTURE_SUPERVISOR_H

#include "outage.h"
#include "publisher.h"
#include "standby.h"

/** The caller sets the first group and, in `publisher`, the fields listed in publisher.h except
 *  options.log; the rest starts as zero. Must not be moved once the source is open. */
struct supervisor {
    const tri_log *log;
    bool persistent;       // retry forever, and wait for a source that is not there at the start
    bool mute;             // during an outage do not log the attempts
    double device_timeout; // seconds without a frame after which a source is lost; 0: none
    struct standby standby;

    struct publisher publisher;
    struct outage outage;
    tri_log source_log;    // the source's log: goes to `log`, and sets `reason`
    char reason[256];      // newest warning or error of the source
    int64_t last_frame_ns; // when the source delivered a frame, was opened, or first changed
    bool changed;          // it has changed since then: further changes do not count
    bool proven;           // it has delivered one
};

/** Opens the source. With `persistent`, a source that is not there begins an outage.
 *  @return SOURCE_OK, or as source_ops.open */
enum source_result supervisor_open(struct supervisor *supervisor);

/** Publishes one frame of the source, or one NO SIGNAL or STANDBY frame; returns without any at
 *  `until_ns`, or when a signal arrives.
 *  @return SOURCE_OK, continue; SOURCE_END; SOURCE_FAILED */
enum source_result supervisor_step(struct supervisor *supervisor, int64_t until_ns);

void supervisor_close(struct supervisor *supervisor);

#endif
