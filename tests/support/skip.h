/* SPDX-License-Identifier: MIT */
/** Skips a case with its reason. Part of every cmocka test. */
#ifndef TESTS_SKIP_H
#define TESTS_SKIP_H

extern const char *skip_reason;

/** Ends the running case; TAP names the reason. */
#define skip_because(why)    \
    do {                     \
        skip_reason = (why); \
        skip();              \
    } while (0)

#endif
