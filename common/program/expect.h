/* SPDX-License-Identifier: MIT */
/** Expectations of a run, for every program that reads a stream: options, verdicts and their
 *  output. */
#ifndef PROGRAM_EXPECT_H
#define PROGRAM_EXPECT_H

#include "cli.h"
#include "stats.h"

#define EXPECT_ANY UINT64_MAX // no limit

enum {
    EXPECT_MAX = 12,      // verdicts of a run, the program's own included
    EXPECT_TIMEOUT_S = 10 // a run with expectations fails after this long without a frame
};

/** A field of the program's config; `shared_at` of its struct cli_program is its offset. */
struct expect {
    struct cli_rate fps; // 0/0: no expectation
    double tolerance;    // percent
    uint64_t max_drops;
    uint64_t max_stalls;
    double max_jitter_p95; // milliseconds; below 0: no limit
    double max_jitter_p99;
    double max_age_p95;
    double max_age_p99;
    bool tap;
};

/** An expectation and its outcome. */
struct expect_verdict {
    const char *option; // "--expect-fps"
    bool met;
    char text[200]; // the value, the limit, and the difference
};

/** Rows of these options, for `shared` of struct cli_program. */
extern const struct cli_option expect_options[];

/** No expectation: initial value of the field before cli_parse(). */
struct expect expect_nothing(void);

/** Whether there is an expectation. */
bool expect_something(const struct expect *expect);

/** Refuses options that contradict each other.
 *  @param more  the program has expectations of its own
 *  @param json  statistics are printed as JSON
 *  @return -1 to continue; otherwise the exit status */
int expect_check(const struct expect *expect, const struct cli_program *program, bool more,
                 bool json);

/** Judges every expectation; without a frame none is met. @return the number of verdicts */
size_t expect_judge(const struct expect *expect, const struct stats *stats,
                    struct expect_verdict verdicts[EXPECT_MAX]);

/** Prints all verdicts as TAP on `tap`; if `tap` is NULL, logs an error for each that is not met.
 *  @return whether all are met */
bool expect_print(const struct expect_verdict *verdicts, size_t count, FILE *tap,
                  const tri_log *log);

/** The array "expected" of the summary, the caller's. */
json_t *expect_json(const struct expect_verdict *verdicts, size_t count);

#endif
