/* SPDX-License-Identifier: MIT */
/** SIGINT, SIGTERM and SIGHUP end a program cleanly; SIGPIPE becomes EPIPE. */
#ifndef PROGRAM_STOP_H
#define PROGRAM_STOP_H

#include <triptych/reader.h>

#include <stdbool.h>

/** Installs the handlers, without SA_RESTART: a system call ends with EINTR. A poll(2), nanosleep(2) or
 *  semop(2) that begins just after the signal ends within 10 ms: the handlers start a timer, whose
 *  SIGALRM ends waits. A signal that comes a second or more after the first ends the process at
 *  once; one that comes sooner changes nothing: timeout(1) and a terminal that is closed send two. */
void stop_on_signals(void);

/** Whether such a signal has arrived. */
bool stop_requested(void);

/** open(2), without O_CREAT, that such a signal ends with EINTR, also one just before it: a FIFO
 *  without a partner waits for one. */
int stop_open(const char *path, int flags);

/** Lets a signal interrupt this reader. At most STOP_READERS at a time. */
void stop_add_reader(tri_reader *reader);

/** Undoes that; returns after handlers that still use the reader. Accepts one that was not added. */
void stop_remove_reader(tri_reader *reader);

#define STOP_READERS 16

#endif
