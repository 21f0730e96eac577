/* SPDX-License-Identifier: MIT */
/** The command line as a table: one row per flag has its name, default, help and target. */
#ifndef PROGRAM_CLI_H
#define PROGRAM_CLI_H

#include <triptych/log.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum cli_exit {
    CLI_DONE = 0,           // success
    CLI_FAILED = 1,         // failed while running, or an expectation was not met
    CLI_NOT_UNDERSTOOD = 2, // invalid command line
};

struct cli_option;

/** Parses `value` (NULL without argument) into the field at `target`.
 *  @return false: refused; `why` describes valid values ("a size is WIDTHxHEIGHT, 1x1 to
 *  16384x16384") */
typedef bool cli_set(const struct cli_option *option, void *target, const char *value, char *why,
                     size_t why_bytes);

struct cli_option {
    char letter;         // 0: no short form
    const char *name;    // without the dashes; NULL ends a table
    const char *arg;     // "WxH"; "[=S]": may be omitted; NULL: the flag takes no argument
    const char *initial; // the default as text: shown in brackets and parsed; NULL: none
    const char *help;    // one line; NULL: accepted, but not in --help
    cli_set *set;
    size_t offset;            // of the field in the program's config
    const char *const *words; // of cli_set_word, NULL-terminated
    const char *group;        // heading in --help of this row and those below it; NULL: as above
};

struct cli_size {
    uint32_t width;
    uint32_t height;
}; // 0x0: not given
struct cli_rate {
    uint32_t num;
    uint32_t den;
}; // 0/0: not given; 0/1: unpaced

/* Setters, with the type of the field each writes. */
cli_set cli_set_true;    // bool
cli_set cli_set_text;    // const char *, kept by reference
cli_set cli_set_name;    // const char *, a valid stream name
cli_set cli_set_count;   // uint64_t, a whole number from 0
cli_set cli_set_seconds; // double, from 0
cli_set cli_set_ms;      // double, from 0: milliseconds
cli_set cli_set_percent; // double, 0 to 100
cli_set cli_set_size;    // struct cli_size
cli_set cli_set_rate;    // struct cli_rate: N, N/D, decimals such as 29.97, or 0
cli_set cli_set_format;  // uint32_t, a fourcc, given by any of its names
cli_set cli_set_mode;    // uint32_t, octal permission bits
cli_set cli_set_word;    // int, the index in `words`

struct cli_program {
    const char *name;
    const char *synopsis; // after the name: "[OPTION]... [NAME]"
    const char *purpose;  // one or two lines
    const char *operands; // lines about the operands, or NULL
    const struct cli_option *options;
    const struct cli_option *shared; // rows that programs share, listed after `options`; or NULL
    size_t shared_at;                // offset of the field in the program's config that they fill
    const char *notes;               // lines after the options, or NULL
    const char *example;
    bool
        runs_command; // the operands are a command with options of its own: parsing stops at the first
};

/** Options of every program, set by cli_parse(): -v --verbose, -q --quiet, -h --help, --version. */
struct cli_common {
    int verbosity; // -1: quiet, 0, 1: verbose, 2: messages for every frame
};

/**
 * Sets the defaults, then the arguments. Prints help or version on stdout, or an error on stderr.
 *
 * @param config         filled by the options; a field whose option has no default keeps its value
 * @param first_operand  index of the first operand in argv, which is permuted
 * @return -1 to continue; otherwise the exit status
 */
int cli_parse(const struct cli_program *program, int argc, char **argv, void *config,
              struct cli_common *common, int *first_operand);

/** Prints a line and a newline during a run. Never blocks: drops the line if a stopped terminal
 *  or a full pipe does not take it. Other failures set the error indicator of `to`, for
 *  cli_printed(). */
void cli_print_line(FILE *to, const char *line);

/** Flushes stdout. @return false: output was lost, logged why. */
bool cli_printed(const tri_log *log);

/** A log on stderr: errors for --quiet, everything for --verbose, else up to TRI_LOG_INFO. */
tri_log cli_log(const struct cli_common *common);

/** "NAME: MESSAGE", a newline and "Try 'NAME --help'." on stderr. @return CLI_NOT_UNDERSTOOD. */
int cli_refuse(const struct cli_program *program, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
