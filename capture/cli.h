/* SPDX-License-Identifier: MIT */
/** The command line of triptych-capture. */
#ifndef CAPTURE_CLI_H
#define CAPTURE_CLI_H

#include "source/fault_injection.h"
#include "stream_options.h"

#include "program/cli.h"

#define CONTROLS_MAX 64

/** The NAME=VALUEs of --set-ctrl. */
struct controls {
    const char *list[CONTROLS_MAX + 1]; // into `text`, NULL-terminated
    size_t count;
    char text[4096];
    size_t used;
};

struct config {
    struct cli_common common;
    const struct source_ops *ops;
    const char *arg;    // what follows the source's colon
    const char *device; // --device: short for v4l2:DEVICE

    const char *name;
    struct cli_size size;
    uint32_t format;
    uint64_t stride; // of raw video; 0: rows without padding
    struct cli_rate rate;
    struct stream_options stream;

    int io;            // enum source_io
    const char *input; // NULL: leave it as it is
    const char *standard;
    struct controls controls;
    bool list_devices;
    bool list_all; // devices of each source: none was named
    bool list_formats;
    bool list_ctrls;
    bool loop;
    bool persistent;
    double device_timeout; // seconds; 0: none

    uint64_t count; // 0: no limit
    uint64_t skip;
    bool wait_for_reader;
    struct fault_options faults;
    const struct stream_edit *edit; // of triptych-convert
    bool json;
};

/** @return -1 to continue, otherwise the exit status */
int config_parse(struct config *config, int argc, char **argv);

#endif
