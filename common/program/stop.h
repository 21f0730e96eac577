/* SPDX-License-Identifier: MIT */
/** SIGINT, SIGTERM and SIGHUP end a program cleanly; SIGPIPE becomes EPIPE. */
#ifndef PROGRAM_STOP_H
#define PROGRAM_STOP_H

#include <triptych/reader.h>

#include <stdbool.h>

/** Installs the handlers, without SA_RESTART: a system call ends with EINTR. A second signal of the
 *  same kind ends the process at once. */
void stop_on_signals(void);

/** Whether one has arrived. */
bool stop_asked(void);

/** From now on, a signal interrupts this reader. At most STOP_READERS at a time. */
void stop_interrupts(tri_reader *reader);

/** No longer; returns after handlers that still use the reader. Accepts one that was not added. */
void stop_forgets(tri_reader *reader);

#define STOP_READERS 16

#endif
