/* SPDX-License-Identifier: MIT */
/** The command line as a table: one row a flag holds its name, default, help and target. */
#ifndef PROGRAM_CLI_H
#define PROGRAM_CLI_H

#include <triptych/log.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum cli_exit {
    CLI_DONE = 0,           // done as asked
    CLI_FAILED = 1,         // failed while running, an expectation not met included
    CLI_NOT_UNDERSTOOD = 2, // the command line
};

struct cli_option;

/** Reads `value` (NULL for a flag without argument) into the field at `target`. On refusal writes
 *  into `why` what would be right ("a size is WIDTHxHEIGHT, 1x1 to 16384x16384"), returns false. */
typedef bool cli_set(const struct cli_option *option, void *target, const char *value, char *why,
                     size_t why_bytes);

struct cli_option {
    char letter;         // 0: no short form
    const char *name;    // without the dashes; NULL ends a table
    const char *arg;     // "WxH"; NULL: the flag takes no argument
    const char *initial; // the default as text: shown in brackets and parsed; NULL: none
    const char *help;    // one line; NULL: an alias, not shown
    cli_set *set;
    size_t offset;            // of the field in the program's config
    const char *const *words; // of cli_set_word, NULL-terminated
};

struct cli_size {
    uint32_t width, height;
}; // 0x0: not given
struct cli_rate {
    uint32_t num, den;
}; // 0/0: not given; 0/1: unpaced

/* Setters, each with the type of field it writes. */
cli_set cli_set_true;    // bool
cli_set cli_set_text;    // const char *, kept by reference
cli_set cli_set_name;    // const char *, checked to be a stream's name
cli_set cli_set_count;   // uint64_t, a whole number from 0
cli_set cli_set_seconds; // double, from 0
cli_set cli_set_ms;      // double, from 0: milliseconds
cli_set cli_set_percent; // double, 0 to 100
cli_set cli_set_size;    // struct cli_size
cli_set cli_set_rate;    // struct cli_rate: N, N/D, decimals such as 29.97, or 0
cli_set cli_set_format;  // uint32_t, a fourcc by any of its names
cli_set cli_set_mode;    // uint32_t, octal permission bits
cli_set cli_set_word;    // int, the index in `words`

struct cli_program {
    const char *name;
    const char *synopsis; // after the name: "[OPTION]... [NAME]"
    const char *purpose;  // one or two lines
    const char *operands; // lines on the operands, may be NULL
    const struct cli_option *options;
    const struct cli_option *shared; // rows of several programs, shown after the own; may be NULL
    size_t shared_at;                // of the field in the program's config that they fill
    const char *notes;               // lines after the options, may be NULL
    const char *example;
};

/** What every program understands, set by cli_parse: -v --verbose, -q --quiet, -h --help, --version. */
struct cli_common {
    int verbosity; // -1 quiet, 0, 1 verbose, 2 for every frame
};

/**
 * Sets the defaults, then the arguments. Prints help or version on stdout, or what was not understood
 * on stderr with a hint at --help.
 *
 * @param config         what the options fill; a field whose option has no default keeps what it had
 * @param first_operand  index in argv (which is permuted) of the first operand
 * @return -1 to go on; otherwise the exit status.
 */
int cli_parse(const struct cli_program *program, int argc, char **argv, void *config,
              struct cli_common *common, int *first_operand);

/** Prints a line and a newline in the middle of a run. Never waits: a line that a stopped terminal
 *  or an unread pipe does not take is left out. Other failures are kept by `to`, for cli_printed(). */
void cli_print_line(FILE *to, const char *line);

/** Ends what was printed on stdout. @return whether all of it got there; if not, the log says why. */
bool cli_printed(const tri_log *log);

/** A log on stderr: errors alone for --quiet, what happens without a flag, everything for --verbose. */
tri_log cli_log(const struct cli_common *common);

/** "NAME: MESSAGE", a newline and "Try 'NAME --help'." on stderr. @return CLI_NOT_UNDERSTOOD. */
int cli_refuse(const struct cli_program *program, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
