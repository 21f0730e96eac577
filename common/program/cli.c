/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include "src/write_line.h"

#include <triptych/triptych.h>

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROWS_MAX = 96, LONG_BASE = 256, HELP_COLUMN_MAX = 36 };
enum { COMMON_VERBOSE, COMMON_QUIET, COMMON_HELP, COMMON_VERSION, COMMON_COUNT };

/* Options of every program. They set struct cli_common, so they have no setter here. */
static const struct cli_option common_rows[COMMON_COUNT] = {
    [COMMON_VERBOSE] = { .letter = 'v',
                         .name = "verbose",
                         .help = "more messages; twice: for every frame",
                         .group = "General" },
    [COMMON_QUIET] = { .letter = 'q', .name = "quiet", .help = "only error messages" },
    [COMMON_HELP] = { .letter = 'h', .name = "help", .help = "print this help and exit" },
    [COMMON_VERSION] = { .name = "version", .help = "print the version and exit" },
};

/* The program's rows, the shared and the common ones, and the same for getopt_long(). */
struct table {
    const struct cli_option *row[ROWS_MAX];
    size_t rows;
    size_t shared; // index of the first shared row
    size_t common; // index of the first common row
    struct option longs[ROWS_MAX + 1];
    char shorts[2 * ROWS_MAX + 3];
};

static void table_add(struct table *table, const struct cli_option *row)
{
    for (; row && row->name; row++)
        if (table->rows < ROWS_MAX - COMMON_COUNT)
            table->row[table->rows++] = row;
}

static int argument_kind(const struct cli_option *row)
{
    if (!row->arg)
        return no_argument;
    return row->arg[0] == '[' ? optional_argument : required_argument;
}

static void table_build(struct table *table, const struct cli_program *program)
{
    *table = (struct table){ .rows = 0 };
    table_add(table, program->options);
    table->shared = table->rows;
    table_add(table, program->shared);
    table->common = table->rows;
    for (size_t i = 0; i < COMMON_COUNT; i++)
        table->row[table->rows++] = &common_rows[i];

    char *letter = table->shorts;
    if (program->runs_command)
        *letter++ = '+'; // options behind the first operand are the command's
    *letter++ = ':';     // distinguishes a missing argument from an unknown option
    for (size_t i = 0; i < table->rows; i++) {
        const struct cli_option *row = table->row[i];
        table->longs[i] = (struct option){ .name = row->name,
                                           .has_arg = argument_kind(row),
                                           .val = LONG_BASE + (int)i };
        if (!row->letter)
            continue;
        *letter++ = row->letter;
        if (row->arg)
            *letter++ = ':';
    }
}

/* The row of a `code` of getopt_long(): a letter, or the number of a long option. */
static size_t table_find(const struct table *table, int code)
{
    if (code >= LONG_BASE)
        return (size_t)(code - LONG_BASE);
    for (size_t i = 0; i < table->rows; i++)
        if (table->row[i]->letter == code)
            return i;
    return table->rows;
}

static int left_text(const struct cli_option *row, char *text, size_t bytes)
{
    const char letter[] = { '-', row->letter, ',', ' ', '\0' };
    return snprintf(text, bytes, "  %s--%s%s%s", row->letter ? letter : "    ", row->name,
                    row->arg && row->arg[0] != '[' ? " " : "", row->arg ? row->arg : "");
}

static void print_help(const struct cli_program *program, const struct table *table)
{
    char left[128];
    int help_at = 0;
    int default_at = 0;
    for (size_t i = 0; i < table->rows; i++) {
        const struct cli_option *row = table->row[i];
        if (!row->help)
            continue;
        const int width = left_text(row, left, sizeof(left)) + 2;
        help_at = width > help_at && width <= HELP_COLUMN_MAX ? width : help_at;
        const int help = (int)strlen(row->help) + 2;
        default_at = row->initial && help > default_at ? help : default_at;
    }

    printf("Usage: %s %s\n%s\n\n", program->name, program->synopsis, program->purpose);
    if (program->operands)
        printf("%s\n\n", program->operands);
    puts("Options:"); // the section of a manual page
    for (size_t i = 0; i < table->rows; i++) {
        const struct cli_option *row = table->row[i];
        if (!row->help)
            continue;
        if (row->group)
            printf("\n%s:\n", row->group);
        if (left_text(row, left, sizeof(left)) + 2 > help_at)
            printf("%s\n%*s", left, help_at, "");
        else
            printf("%-*s", help_at, left);
        if (row->initial)
            printf("%-*s[%s]\n", default_at, row->help, row->initial);
        else
            printf("%s\n", row->help);
    }
    if (program->notes)
        printf("\n%s\n", program->notes);
    puts("\nExit status: 0 success, 1 failed while running, 2 invalid command line.");
    if (program->example)
        printf("Example: %s\n", program->example);
}

static int refuse_unknown(const struct cli_program *program, const struct table *table,
                          const char *word)
{
    if (optopt >= LONG_BASE)
        return cli_refuse(program, "--%s takes no argument", table->row[optopt - LONG_BASE]->name);
    if (optopt)
        return cli_refuse(program, "-%c: no such option", optopt);
    return cli_refuse(program, "%s: no such option, or an ambiguous one", word);
}

static int refuse_bare(const struct cli_program *program, const struct table *table)
{
    const struct cli_option *row = table->row[table_find(table, optopt)];
    return cli_refuse(program, "--%s needs an argument: %s", row->name, row->arg);
}

static bool set_common(size_t index, const struct cli_program *program, const struct table *table,
                       struct cli_common *common)
{
    switch (index) {
    case COMMON_VERBOSE:
        common->verbosity = common->verbosity < 0 ? 1 : common->verbosity + 1;
        return false;
    case COMMON_QUIET:
        common->verbosity = -1;
        return false;
    case COMMON_HELP:
        print_help(program, table);
        return true;
    default:
        printf("%s %s\n", program->name, TRI_VERSION_STRING);
        return true;
    }
}

static int set_row(const struct cli_program *program, const struct table *table, size_t index,
                   void *config, const char *value)
{
    char why[512] = "";
    const struct cli_option *row = table->row[index];
    const size_t at = index < table->shared ? 0 : program->shared_at;
    if (row->set(row, (char *)config + at + row->offset, value, why, sizeof(why)))
        return -1;
    return cli_refuse(program, "--%s: '%s' is invalid: %s", row->name, value, why);
}

/* Opens /dev/null for standard streams that the caller has closed. Otherwise the next file
 * opened would get their number, and messages would end up in a recording. Opened in the wrong
 * direction: use still fails. */
static void fill_standard_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int cli_parse(const struct cli_program *program, int argc, char **argv, void *config,
              struct cli_common *common, int *first_operand)
{
    struct table table;
    fill_standard_streams();
    table_build(&table, program);
    *common = (struct cli_common){ .verbosity = 0 };

    for (size_t i = 0; i < table.common; i++) {
        if (!table.row[i]->initial)
            continue;
        const int status = set_row(program, &table, i, config, table.row[i]->initial);
        if (status >= 0)
            return status;
    }

    opterr = 0;
    optind = 0; // GNU: resets getopt_long()
    for (int code; (code = getopt_long(argc, argv, table.shorts, table.longs, NULL)) != -1;) {
        if (code == '?')
            return refuse_unknown(program, &table, argv[optind - 1]);
        if (code == ':')
            return refuse_bare(program, &table);
        const size_t index = table_find(&table, code);
        if (index >= table.common) {
            if (set_common(index - table.common, program, &table, common)) {
                const tri_log log = cli_log(common);
                return cli_printed(&log) ? CLI_DONE : CLI_FAILED;
            }
            continue;
        }
        const int status = set_row(program, &table, index, config, optarg);
        if (status >= 0)
            return status;
    }
    *first_operand = optind;
    return -1;
}

void cli_print_line(FILE *to, const char *line)
{
    if (tri_write_line(fileno(to), line) || errno == EAGAIN)
        return;
    fprintf(to, "%s\n", line); // fails again and sets the error indicator
    fflush(to);
}

bool cli_printed(const tri_log *log)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return true;
    // The stream does not keep errno: try once more to get it.
    clearerr(stdout);
    const int error = putchar('\n') == EOF || fflush(stdout) != 0 ? errno : EIO;
    tri_log_write(log, TRI_LOG_ERROR, "output", "stdout: %s",
                  error == EPIPE ? "broken pipe: its reader has ended" : strerror(error));
    return false;
}

tri_log cli_log(const struct cli_common *common)
{
    if (common->verbosity < 0)
        return tri_log_to_stderr(TRI_LOG_ERROR);
    return tri_log_to_stderr(common->verbosity > 0 ? TRI_LOG_DEBUG : TRI_LOG_INFO);
}

int cli_refuse(const struct cli_program *program, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s: ", program->name);
    vfprintf(stderr, format, args);
    fprintf(stderr, "\nTry '%s --help'.\n", program->name);
    va_end(args);
    return CLI_NOT_UNDERSTOOD;
}
