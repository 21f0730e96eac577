/* SPDX-License-Identifier: MIT */
/** Options of the stream that a program writes, for every program that keeps one open. */
#ifndef CAPTURE_STREAM_OPTIONS_H
#define CAPTURE_STREAM_OPTIONS_H

#include "program/cli.h"

#define RECLAIM_NEVER (-1.0)

/** A field of the program's config; `shared_at` of its struct cli_program is its offset. */
struct stream_options {
    uint64_t slots;     // 0: as the source needs, at least three
    uint64_t slots_max; // 0: default of the library
    double reclaim;     // seconds; 0: at once; RECLAIM_NEVER
    uint32_t mode;
    const char *group;
    bool checksum;
    bool huge_pages;
    bool lock;
    double on_demand;            // seconds without readers; STANDBY_OFF
    const char *on_first_reader; // commands; NULL: none
    const char *on_last_reader;
    double linger;   // seconds
    double duration; // seconds from the start of the stream; 0: no limit
};

/** Rows of these options, for `shared` of struct cli_program. */
extern const struct cli_option stream_option_rows[];

/** No option given: initial value of the field before cli_parse(). */
struct stream_options stream_options_default(void);

/** Refuses values that are out of range or contradict each other. @return -1 to continue; otherwise
 *  the exit status */
int stream_options_check(const struct stream_options *options, const struct cli_program *program);

#endif
