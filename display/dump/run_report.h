/* SPDX-License-Identifier: MIT */
/** A run as a picture that people can send to each other: FILE.svg, or FILE.html with the same picture
 *  in it. Self-contained, for light and dark. */
#ifndef DUMP_RUN_REPORT_H
#define DUMP_RUN_REPORT_H

#include "output.h"
#include "program/expect.h"
#include "report_samples.h"

#include <time.h>

struct report {
    struct output output;
    bool html; // by the file's ending
    time_t started;
    struct samples samples; // filled by the run
};

/** Whether a report can be made of a file with that ending. */
bool report_ending(const char *path);

/** Opens the file, so that one that cannot be written is known before the run. `report` must stay where
 *  it is. @return false, and it has been logged. */
bool report_open(struct report *report, const char *path, const tri_log *log);

/** What a report tells besides its samples. */
struct report_facts {
    const struct stats *stats;
    const struct expect_verdict *verdicts;
    size_t expected;
    const char *clock; // a line on what the pixels told; NULL: not asked
};

/** Draws it and closes the file. @return false, and it has been logged. */
bool report_close(struct report *report, const struct report_facts *facts);

#endif
