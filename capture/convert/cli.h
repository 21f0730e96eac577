/* SPDX-License-Identifier: MIT */
/** triptych-convert's command line. */
#ifndef CONVERT_CLI_H
#define CONVERT_CLI_H

#include "capture_run.h"
#include "source_stream.h"

struct convert_config {
    struct config run; // run.arg is the stream that is read, run.name the one that is written
    struct stream_edit edit;
};

/** @return -1 to continue, otherwise the exit status */
int convert_parse(struct convert_config *config, int argc, char **argv);

#endif
