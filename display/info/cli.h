/* SPDX-License-Identifier: MIT */
/** triptych-info's command line. */
#ifndef INFO_CLI_H
#define INFO_CLI_H

#include "program/cli.h"

enum info_command { INFO_LIST, INFO_SHOW, INFO_WATCH, INFO_CLEAN, INFO_REMOVE, INFO_COMMANDS };

/* Order of watch: greatest first, names from a. */
enum info_sort { INFO_BY_NAME, INFO_BY_FPS, INFO_BY_AGE, INFO_BY_READERS, INFO_BY_DROPS };

struct info_config {
    enum info_command command;
    const char *name; // of show and remove
    bool json;
    bool force;
    double interval; // of watch: seconds between two updates
    int sort;        // of watch: enum info_sort
    uint64_t count;  // of watch: updates; 0: unlimited
};

/** Like cli_parse(); also parses the command and its operand. */
int info_cli(int argc, char **argv, struct info_config *config, struct cli_common *common);

#endif
