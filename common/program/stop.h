/* SPDX-License-Identifier: MIT */
/** SIGINT, SIGTERM and SIGHUP end a program cleanly; SIGPIPE becomes EPIPE. */
#ifndef PROGRAM_STOP_H
#define PROGRAM_STOP_H

#include <stdbool.h>

/** Installs the handlers, without SA_RESTART: a blocking call fails with EINTR. A second signal of the
 *  same number kills the process. */
void stop_on_signals(void);

/** Whether such a signal has arrived. */
bool stop_asked(void);

#endif
