/* SPDX-License-Identifier: MIT */
/** From the first frame to the last: reader to sink, figures on the way. */
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
    struct sink *sink;              // NULL: only figures
    FILE *report;                   // where figures go: stdout unless frames go there
    struct stats stats;             // filled by run_all()
    struct clock_check clock_check; // with --clock
    struct samples *samples;        // NULL: none are kept
    struct cfr cfr;                 // with a constant rate
    uint64_t undecodable;           // frames that came and could not be written
    bool told_of_wait;              // for the first frame
};

/** Frames that left this run: those that came, or what a constant rate made of them. */
uint64_t run_written(const struct run *run);

/** The figures so far as --json tells them, the caller's. */
json_t *run_json(const struct run *run);

/** Runs until something of the config ends it, or a signal. @return enum cli_exit. */
int run_all(struct run *run);

#endif
