/* SPDX-License-Identifier: MIT */
/* The command line: accepted options, refused ones, and the error messages. */
#include "program/cli.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <triptych/triptych.h>
#include <unistd.h>

#include <cmocka.h>

struct config {
    bool flag;
    const char *text;
    const char *name;
    uint64_t count;
    double seconds;
    double percent;
    struct cli_size size;
    struct cli_rate rate;
    uint32_t format;
    uint32_t mode;
    int word;
    struct {
        uint64_t count;
        double ms;
    } shared;
};

static const char *const words[] = { "one", "two", NULL };
#define AT(field) .offset = offsetof(struct config, field)
static const struct cli_option options[] = {
    { 'f', "flag", .help = "a flag", .set = cli_set_true, AT(flag) },
    { 't', "text", "TEXT", .help = "a text", .set = cli_set_text, AT(text) },
    { 'n', "name", "NAME", "cam0", "a name", cli_set_name, AT(name) },
    { .name = "count", .arg = "N", .help = "a count", .set = cli_set_count, AT(count) },
    { .name = "seconds", .arg = "S", .help = "seconds", .set = cli_set_seconds, AT(seconds) },
    { .name = "percent",
      .arg = "P",
      .initial = "5",
      .help = "per cent",
      .set = cli_set_percent,
      AT(percent) },
    { 's', "size", "WxH", .help = "a size", .set = cli_set_size, AT(size) },
    { .name = "video-size", .arg = "WxH", .set = cli_set_size, AT(size) },
    { 'r', "rate", "FPS", .help = "a rate", .set = cli_set_rate, AT(rate) },
    { .name = "format", .arg = "FMT", .help = "a format", .set = cli_set_format, AT(format) },
    { 'm', "mode", "MODE", "0640", "permissions", cli_set_mode, AT(mode) },
    { 'w', "word", "WORD", "two", "a word", cli_set_word, AT(word), words },
    { .name = NULL },
};
/* Rows of a field that other programs have at another offset. */
static const struct cli_option shared[] = {
    { .name = "shared-ms",
      .arg = "MS",
      .initial = "7",
      .help = "milliseconds",
      .set = cli_set_ms,
      .offset = sizeof(uint64_t) },
    { .name = NULL },
};
static const struct cli_program program = {
    .name = "prog",
    .synopsis = "[OPTION]...",
    .purpose = "Try the parser.",
    .options = options,
    .shared = shared,
    .shared_at = offsetof(struct config, shared),
};

static char said[4096]; // from the stream of parse()

/* Parses the words of `line` and keeps the output on `stream`. */
static int parse(const char *line, struct config *config, struct cli_common *common, int *operands,
                 FILE *stream)
{
    static char copy[512];
    char *argv[32] = { (char *)(uintptr_t) "prog" };
    int argc = 1;
    snprintf(copy, sizeof(copy), "%s", line);
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;

    FILE *into = tmpfile();
    assert_non_null(into);
    fflush(stream);
    const int kept = dup(fileno(stream));
    dup2(fileno(into), fileno(stream));
    *config = (struct config){ .count = 0 };
    int first = 0;
    const int status = cli_parse(&program, argc, argv, config, common, &first);
    fflush(stream);
    dup2(kept, fileno(stream));
    close(kept);
    *operands = argc - first;

    rewind(into);
    said[fread(said, 1, sizeof(said) - 1, into)] = '\0';
    fclose(into);
    return status;
}

static struct config understood(const char *line)
{
    struct config config;
    struct cli_common common;
    int operands;
    const int status = parse(line, &config, &common, &operands, stderr);
    if (status != -1)
        fail_msg("%s: %s", line, said);
    return config;
}

static void refused(const char *line, const char *why)
{
    struct config config;
    struct cli_common common;
    int operands;
    assert_int_equal(parse(line, &config, &common, &operands, stderr), CLI_NOT_UNDERSTOOD);
    if (!strstr(said, why) || !strstr(said, "Try 'prog --help'."))
        fail_msg("%s: \"%s\" lacks \"%s\"", line, said, why);
}

static void defaults_are_set_before_the_arguments(void **state)
{
    (void)state;
    const struct config config = understood("");
    assert_string_equal(config.name, "cam0");
    assert_int_equal(config.mode, 0640);
    assert_int_equal(config.word, 1);
    assert_true(config.percent == 5);
    assert_false(config.flag);
    assert_string_equal(understood("-n desk").name, "desk");
}

static void short_long_joined_and_abbreviated_forms_mean_the_same(void **state)
{
    (void)state;
    static const char *const forms[] = { "-s 640x480",     "-s640x480",     "--size 640x480",
                                         "--size=640x480", "--siz 640x480", "--video-size 640x480",
                                         "-fs 640x480" };
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        const struct config config = understood(forms[i]);
        assert_int_equal(config.size.width, 640);
        assert_int_equal(config.size.height, 480);
    }
}

static void operands_are_found_at_any_position(void **state)
{
    (void)state;
    struct config config;
    struct cli_common common;
    int operands;
    assert_int_equal(parse("cam1 -f cam2 -- -f", &config, &common, &operands, stderr), -1);
    assert_int_equal(operands, 3);
    assert_true(config.flag);
}

static void verbosity_counts(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        int verbosity;
    } cases[] = { { "", 0 }, { "-v", 1 }, { "-vv", 2 }, { "-q", -1 }, { "--verbose -v", 2 } };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct config config;
        struct cli_common common;
        int operands;
        assert_int_equal(parse(cases[i].line, &config, &common, &operands, stderr), -1);
        assert_int_equal(common.verbosity, cases[i].verbosity);
    }
}

static void shared_rows_fill_their_given_field(void **state)
{
    (void)state;
    assert_true(understood("").shared.ms == 7);
    assert_true(understood("--shared-ms 0.5").shared.ms == 0.5);
    assert_int_equal(understood("--shared-ms 0.5").shared.count, 0);
    refused("--shared-ms soon", "milliseconds are a number from 0");
}

static void rates_are_fractions(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        uint32_t num;
        uint32_t den;
    } cases[] = { { "-r 30", 30, 1 },           { "-r 30000/1001", 30000, 1001 },
                  { "-r 29.97", 30000, 1001 },  { "-r 23.976", 24000, 1001 },
                  { "-r 59.94", 60000, 1001 },  { "-r 12.5", 25, 2 },
                  { "-r 0.5", 1, 2 },           { "-r 0", 0, 1 },
                  { "-r 1000000", 1000000, 1 }, { "-r 0/7", 0, 1 } };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct cli_rate rate = understood(cases[i].line).rate;
        assert_int_equal(rate.num, cases[i].num);
        assert_int_equal(rate.den, cases[i].den);
    }
}

static void formats_are_accepted_by_all_their_names(void **state)
{
    (void)state;
    static const char *const names[] = { "YUYV", "yuyv", "YUY2", "yuyv422" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char line[32];
        snprintf(line, sizeof(line), "--format %s", names[i]);
        assert_int_equal(understood(line).format, TRI_FOURCC_YUYV);
    }
}

static void bad_values_are_refused_with_valid_ones(void **state)
{
    (void)state;
    refused("-s 640", "a size is WIDTHxHEIGHT, 1x1 to 16384x16384");
    refused("-s 0x480", "'0x480'");
    refused("-s 640x16385", "16384x16384");
    refused("-s 640x480x2", "WIDTHxHEIGHT");
    refused("-s -1x5", "WIDTHxHEIGHT");
    refused("-s 99999999999999999999x2", "WIDTHxHEIGHT");
    refused("-r 30/0", "N/D");
    refused("-r fast", "29.97");
    refused("-r 4294967296/1", "N/D");
    refused("-r 1e9", "N/D");
    refused("--count 3.5", "whole number");
    refused("--count 18446744073709551616", "whole number");
    refused("--seconds -1", "from 0");
    refused("--seconds nan", "from 0");
    refused("--seconds .", "from 0");
    refused("--percent 101", "0 to 100");
    refused("--format XYZ1", "formats are YUYV");
    refused("-m 888", "octal");
    refused("-m 1777", "up to 0777");
    refused("-m 0", "up to 0777");
    refused("-n Cam/1", "A-Z a-z 0-9 - _ .");
    refused("-n .cam", "not - or . first");
    refused("-n 12345678901234567890123456789012", "1 to 31");
    refused("-w three", "one of one two");
}

static void unknown_options_are_named(void **state)
{
    (void)state;
    refused("--nothing", "--nothing: no such option");
    refused("-x", "-x: no such option");
    refused("--flag=3", "--flag takes no argument");
    refused("--size", "--size needs an argument: WxH");
    refused("-s", "--size needs an argument: WxH");
}

static void help_goes_to_stdout_with_every_option_and_default(void **state)
{
    (void)state;
    struct config config;
    struct cli_common common;
    int operands;
    assert_int_equal(parse("--help", &config, &common, &operands, stdout), CLI_DONE);
    assert_non_null(strstr(said, "Usage: prog [OPTION]...\nTry the parser.\n"));
    assert_non_null(strstr(said, "\n\nOptions:\n  -")); // the section of a manual page
    assert_non_null(strstr(said, "\n\nGeneral:\n  -v, --verbose  ")); // a group of rows
    assert_non_null(strstr(said, "  -n, --name NAME  "));
    assert_non_null(strstr(said, "[cam0]\n"));
    assert_non_null(strstr(said, "      --count N  "));
    assert_null(strstr(said, "video-size")); // an alias is not shown
    assert_int_equal(parse("--version", &config, &common, &operands, stdout), CLI_DONE);
    assert_string_equal(said, "prog " TRI_VERSION_STRING "\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_set_before_the_arguments),
        cmocka_unit_test(short_long_joined_and_abbreviated_forms_mean_the_same),
        cmocka_unit_test(operands_are_found_at_any_position),
        cmocka_unit_test(verbosity_counts),
        cmocka_unit_test(shared_rows_fill_their_given_field),
        cmocka_unit_test(rates_are_fractions),
        cmocka_unit_test(formats_are_accepted_by_all_their_names),
        cmocka_unit_test(bad_values_are_refused_with_valid_ones),
        cmocka_unit_test(unknown_options_are_named),
        cmocka_unit_test(help_goes_to_stdout_with_every_option_and_default),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
