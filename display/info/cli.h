/* SPDX-License-Identifier: MIT */
/** triptych-info's command line. */
#ifndef INFO_CLI_H
#define INFO_CLI_H

#include "program/cli.h"

enum info_command { INFO_LIST, INFO_SHOW, INFO_WATCH, INFO_CLEAN, INFO_REMOVE, INFO_COMMANDS };

struct info_config {
    enum info_command command;
    const char *name; // of show and remove
    bool json, force;
    double interval; // of watch: seconds between two looks
    uint64_t count;  // of watch: looks; 0: no end
};

/** As cli_parse(); the command and its operand included. */
int info_cli(int argc, char **argv, struct info_config *config, struct cli_common *common);

#endif
