/* SPDX-License-Identifier: MIT */
/** Whether a run was as the command line expects. */
#ifndef DUMP_EXPECT_H
#define DUMP_EXPECT_H

#include "cli.h"
#include "program/figures.h"
#include "pulse.h"

struct expect_verdict {
    const char *option; // of the expectation: "--expect-fps"
    bool met;
    char text[200]; // what was expected, what came, and by how much that misses it
};

enum { EXPECT_MAX = 8 };

/** Judges every expectation of the config. @return how many there are, at most EXPECT_MAX. */
size_t expect_judge(const struct dump_config *config, const struct figures *figures,
                    const struct pulse *pulse, struct expect_verdict verdicts[EXPECT_MAX]);

#endif
