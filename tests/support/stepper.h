/* SPDX-License-Identifier: MIT */
/** A process that is killed at a chosen one of its system calls. */
#ifndef TESTS_STEPPER_H
#define TESTS_STEPPER_H

#include <stdbool.h>

/** Where in a call the process ends: before the kernel has run it, or after. */
enum step_when { STEP_BEFORE, STEP_AFTER };

/** The call at which a process was killed. */
struct step {
    long call; // its number, SYS_*
    int pid;
};

/**
 * Runs body(argument) in a process of its own and kills it at its `index`th system call, from 0.
 * The test's process is its tracer: it cannot do anything else meanwhile.
 *
 * @return whether it came so far; otherwise it ran to its end, with status 0.
 */
bool step_kill(int (*body)(void *argument), void *argument, unsigned index, enum step_when when,
               struct step *step);

/** Whether a call is one of System V's, which change what other processes find. */
bool step_is_system_v(long call);

#endif
