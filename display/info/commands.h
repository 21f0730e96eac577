/* SPDX-License-Identifier: MIT */
/** The commands, one file each. */
#ifndef INFO_COMMANDS_H
#define INFO_COMMANDS_H

#include "cli.h"

#include <triptych/triptych.h>

/* Each executes its command and logs failures. @return the exit status */
int info_list(const struct info_config *config, const tri_log *log);
int info_show(const struct info_config *config, const tri_log *log);
int info_watch(const struct info_config *config, const tri_log *log);
int info_clean(const struct info_config *config, const tri_log *log);
int info_remove(const struct info_config *config, const tri_log *log);

/** Logs why a call for stream `name` failed and what to do. @return CLI_FAILED */
int info_failed(const tri_log *log, const char *name, enum tri_err err);

#endif
