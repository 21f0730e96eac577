/* SPDX-License-Identifier: MIT */
/** What a command line expects of a run, for any program that looks at a stream: the options, the
 *  verdicts, and how they are told. */
#ifndef PROGRAM_EXPECT_H
#define PROGRAM_EXPECT_H

#include "cli.h"
#include "stats.h"

#define EXPECT_ANY UINT64_MAX // a count that was not given

enum {
    EXPECT_MAX = 12,       // verdicts of a run, those of the program's own included
    EXPECT_PATIENCE_S = 10 // without a frame, a run that expects something has failed
};

/** A field of the program's config, named by the `shared_at` of its struct cli_program. */
struct expect {
    struct cli_rate fps; // 0/0: any
    double tolerance;    // per cent
    uint64_t max_drops, max_stalls;
    double max_jitter_p95, max_jitter_p99; // milliseconds; below 0: any
    double max_age_p95, max_age_p99;
    bool tap;
};

/** One expectation and what became of it. */
struct expect_verdict {
    const char *option; // "--expect-fps"
    bool met;
    char text[200]; // what came, what was expected, and by how much it is missed
};

/** The rows of these options, for struct cli_program's `shared`. */
extern const struct cli_option expect_options[];

/** Nothing expected: what the field holds before cli_parse(). */
struct expect expect_nothing(void);

/** Whether there is anything to judge. */
bool expect_something(const struct expect *expect);

/** @return -1 to go on; otherwise the exit status, and it was said what contradicts what.
 *  @param more  the program has expectations of its own
 *  @param json  figures are printed as JSON */
int expect_check(const struct expect *expect, const struct cli_program *program, bool more,
                 bool json);

/** Judges every expectation; without a single frame none is met. @return how many verdicts. */
size_t expect_judge(const struct expect *expect, const struct stats *stats,
                    struct expect_verdict verdicts[EXPECT_MAX]);

/** Tells the verdicts: all of them as TAP on `tap`, or those not met, an error each, to the log where
 *  `tap` is NULL. @return whether all are met. */
bool expect_tell(const struct expect_verdict *verdicts, size_t count, FILE *tap,
                 const tri_log *log);

/** The array "expected" of the summary, the caller's. */
json_t *expect_json(const struct expect_verdict *verdicts, size_t count);

#endif
