/* SPDX-License-Identifier: MIT */
/** A run as one HTML page that people can send to each other: page/ with the run in it as JSON. */
#ifndef DUMP_RUN_REPORT_H
#define DUMP_RUN_REPORT_H

#include "output.h"
#include "program/stats.h"
#include "report_samples.h"

#include <time.h>

struct report {
    struct output output;
    time_t started;
    struct samples samples; // filled by the run
};

/** Whether `path` has an ending of a report: .html or .htm. */
bool report_ending(const char *path);

/** Opens the file, so that a file that cannot be written fails before the run. `report` must not move
 *  until report_close(). @return false, logged. */
bool report_open(struct report *report, const char *path, const tri_log *log);

/**
 * Writes the page and closes the file.
 *
 * @param summary  the run's object of --json; the caller's
 * @param stats    of the same frames as the samples
 * @return false, logged
 */
bool report_close(struct report *report, json_t *summary, const struct stats *stats);

#endif
