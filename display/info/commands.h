/* SPDX-License-Identifier: MIT */
/** The commands, a file each. */
#ifndef INFO_COMMANDS_H
#define INFO_COMMANDS_H

#include "cli.h"

#include <triptych/triptych.h>

/* Each does its command and returns the exit status, having logged what failed. */
int info_list(const struct info_config *config, const tri_log *log);
int info_show(const struct info_config *config, const tri_log *log);
int info_watch(const struct info_config *config, const tri_log *log);
int info_clean(const struct info_config *config, const tri_log *log);
int info_remove(const struct info_config *config, const tri_log *log);

/** Logs why a call about stream `name` failed, and what to do. @return CLI_FAILED. */
int info_failed(const tri_log *log, const char *name, enum tri_err err);

#endif
