/* SPDX-License-Identifier: MIT */
/** Whether a run was as the command line expects. */
#ifndef DUMP_EXPECT_H
#define DUMP_EXPECT_H

#include "cli.h"
#include "program/figures.h"

/** @return true; or false and in `why` which expectation failed, and by how much. */
bool expect_met(const struct dump_config *config, const struct figures *figures, char *why,
                size_t why_bytes);

#endif
