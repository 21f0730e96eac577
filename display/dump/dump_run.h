/* SPDX-License-Identifier: MIT */
/** The loop of a run: acquire frames, measure them, write them. */
#ifndef DUMP_RUN_H
#define DUMP_RUN_H

#include "cfr.h"
#include "cli.h"
#include "clock_check.h"
#include "program/stats.h"
#include "report_samples.h"
#include "sink.h"

struct run {
    const struct dump_config *config;
    tri_log log;
    bool quiet;
    tri_reader *reader;
    struct sink *sink;              // NULL: only statistics
    FILE *report;                   // for statistics: stdout, or stderr with frames on stdout
    struct stats stats;             // filled by run_all()
    struct clock_check clock_check; // with --clock
    struct samples *samples;        // NULL: without --report
    struct cfr cfr;                 // with --rate constant
    uint64_t undecodable;           // frames that could not be decoded
    bool ended;                     // with its writer: --exit-on-end
    bool wait_logged;               // the wait for the first frame is logged
    bool in_order;                  // see read_in_order()
};

/** Frames written, or with a constant rate what would be written. */
uint64_t run_written(const struct run *run);

/** The statistics so far for --json, the caller's. */
json_t *run_json(const struct run *run);

/** Runs until a limit of the config or a signal ends it. @return enum cli_exit */
int run_all(struct run *run);

#endif
