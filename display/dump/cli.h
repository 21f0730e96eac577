/* SPDX-License-Identifier: MIT */
/** triptych-dump's command line. */
#ifndef DUMP_CLI_H
#define DUMP_CLI_H

#include "program/cli.h"
#include "program/expect.h"

enum dump_rate {
    DUMP_RATE_GUESS = -1, // not set yet
    DUMP_RATE_TRUE,       // every frame once
    DUMP_RATE_CONSTANT,   // see cfr.h
};

struct dump_config {
    const char *name;    // of the stream
    const char *report;  // a path; NULL: none
    const char *output;  // a path, "-" for stdout; NULL: frames are counted, not written
    int to;              // index in sink_words; DUMP_TO_GUESS: not set yet
    int mode;            // enum tri_reader_mode
    int rate;            // enum dump_rate
    struct cli_rate fps; // constant rate; 0/0: the stream's
    uint64_t count;      // frames; 0: unlimited
    double duration;     // seconds from the first frame; 0: unlimited
    double timeout;      // seconds without a frame; 0: wait indefinitely
    bool exit_on_end;
    bool stats;
    bool json;
    bool clock;                // read the clock in the pixels
    uint64_t max_clock_faults; // EXPECT_ANY: no limit
    struct expect expect;
};

/** Like cli_parse(); also refuses options that contradict each other. */
int dump_cli(int argc, char **argv, struct dump_config *config, struct cli_common *common);

#endif
