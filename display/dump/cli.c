/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include "run_report.h"
#include "sink.h"

#include <stdio.h>
#include <string.h>
#include <triptych/triptych.h>
#include <unistd.h>

static const char *const mode_words[] = { "latest", "next", NULL }; // enum tri_reader_mode
static const char *const rate_words[] = { "true", "constant", "vfr", "cfr", NULL };
enum { RATE_KINDS = 2 }; // then the same in ffmpeg's words

#define AT(field)  .offset = offsetof(struct dump_config, field)
#define WORD(name) " " #name
static const struct cli_option options[] = {
    { 'o', "output", "FILE", NULL, "where to write frames; - is stdout, %d numbers PNG files",
      cli_set_text, AT(output) },
    { 't', "to", "FORMAT", NULL, "of the output:" SINK_LIST(WORD) "; else by FILE's ending",
      cli_set_word, AT(to), sink_words },
    { 0, "mode", "latest|next", "latest",
      "newest frame, or every frame in order (writers: permissions)", cli_set_word, AT(mode),
      mode_words },
    { 0, "rate", "KIND", NULL, "true: each frame once; constant: repeat and skip; writers: FPS",
      cli_set_word, AT(rate), rate_words },
    { 0, "fps", "FPS", NULL, "constant rate, N or N/D, if not the stream's", cli_set_rate,
      AT(fps) },
    { 'c', "count", "N", NULL, "stop after N frames (-c of capture: --set-ctrl)", cli_set_count,
      AT(count) },
    { 'd', "duration", "S", NULL, "stop S seconds after the first frame (-d of capture: --device)",
      cli_set_seconds, AT(duration) },
    { 0, "timeout", "S", NULL, "fail after S seconds without a frame; 10 with expectations",
      cli_set_seconds, AT(timeout) },
    { 0, "exit-on-end", NULL, NULL, "stop when the writer ends, do not wait for another",
      cli_set_true, AT(exit_on_end) },
    { 0, "stats", NULL, NULL, "print statistics every second; no frames without --output",
      cli_set_true, AT(stats) },
    { 0, "report", "FILE", NULL, "write a page with charts of the run: FILE.html", cli_set_text,
      AT(report) },
    { 0, "json", NULL, NULL, "print statistics as JSON, one object per line, the last of the run",
      cli_set_true, AT(json) },
    { 0, "clock", NULL, NULL, "read the clock in the pixels of pattern:clock", cli_set_true,
      AT(clock) },
    { 0, "max-clock-faults", "N", NULL, "fail if --clock finds more than N faults", cli_set_count,
      AT(max_clock_faults) },
    { .name = NULL },
};
#undef AT
#undef WORD

static const struct cli_program program = {
    .name = "triptych-dump",
    .synopsis = "[OPTION]... [NAME]",
    .purpose = "Write frames of a stream to a file or pipe, or measure how they arrive.",
    .operands = "  NAME  the stream; triptych-dump waits for it  [" TRI_NAME_DEFAULT "]",
    .options = options,
    .shared = expect_options,
    .shared_at = offsetof(struct dump_config, expect),
    .notes =
        "Without --output and without an option that measures, frames go to stdout if it is a "
        "pipe\n"
        "or a file. With frames on stdout, statistics and messages go to stderr.\n"
        "At a constant rate (cfr) the output lasts as long as the recording took: where no frame "
        "was\n"
        "captured, the last one is repeated, for up to 10 s, also while there is no writer.",
    .example = "triptych-dump -o - cam0 | ffmpeg -i - -t 10 cam0.mp4",
};

static bool expects(const struct dump_config *config)
{
    return expect_something(&config->expect) || config->max_clock_faults != EXPECT_ANY;
}

/* Sets the kind of rate, and checks what goes with it. */
static int settle_rate(struct dump_config *config)
{
    if (config->rate == DUMP_RATE_GUESS)
        config->rate = config->fps.den ? DUMP_RATE_CONSTANT : DUMP_RATE_TRUE;
    config->rate %= RATE_KINDS;
    if (config->rate == DUMP_RATE_TRUE && config->fps.den)
        return cli_refuse(&program, "--fps is a constant rate: omit --rate true, or --fps");
    if (config->fps.den && !config->fps.num)
        return cli_refuse(&program, "--fps 0 is not a rate: give frames per second, N or N/D");
    if (config->rate == DUMP_RATE_CONSTANT && config->output && !sink_is_one_file(config->to))
        return cli_refuse(&program, "--rate constant needs one output file or pipe, not one per "
                                    "frame: choose another --to, or omit --rate and --fps");
    return -1;
}

/* Sets the output: stdout by default, none if only statistics are wanted. */
static int settle_output(struct dump_config *config)
{
    const bool stats =
        config->stats || config->json || config->clock || config->report || expects(config);
    if (config->report && !report_ending(config->report))
        return cli_refuse(&program,
                          "--report %s: a report is FILE.html; a button in it saves the charts as "
                          "SVG",
                          config->report);
    if (!config->output && (config->to != DUMP_TO_GUESS || !stats))
        config->output = "-";
    if (!config->output)
        return -1;
    if (strcmp(config->output, "-") == 0 && isatty(STDOUT_FILENO))
        return cli_refuse(&program, "frames would go to the terminal: use -o FILE, a pipe, or "
                                    "--stats for statistics only");
    if (config->to == DUMP_TO_GUESS)
        config->to = sink_of_path(config->output);
    if (config->to == DUMP_TO_GUESS)
        return cli_refuse(&program, "%s: unknown ending: add --to FORMAT, see --help",
                          config->output);
    return sink_one_frame(config->to, config->output) && config->count > 1
               ? cli_refuse(&program, "%s has room for one frame, not %llu: put %%d into its name",
                            config->output, (unsigned long long)config->count)
               : -1;
}

int dump_cli(int argc, char **argv, struct dump_config *config, struct cli_common *common)
{
    *config = (struct dump_config){ .name = TRI_NAME_DEFAULT,
                                    .to = DUMP_TO_GUESS,
                                    .rate = DUMP_RATE_GUESS,
                                    .max_clock_faults = EXPECT_ANY,
                                    .expect = expect_nothing(),
                                    .timeout = -1 };
    int operand = 0;
    int status = cli_parse(&program, argc, argv, config, common, &operand);
    if (status >= 0)
        return status;
    if (argc - operand > 1)
        return cli_refuse(&program, "one stream at a time: '%s' is one too many",
                          argv[operand + 1]);
    if (argc > operand)
        config->name = argv[operand];
    if (!tri_name_valid(config->name))
        return cli_refuse(&program, "'%s' is not a stream name: a name is %s", config->name,
                          TRI_NAME_RULE);
    const bool own = config->max_clock_faults != EXPECT_ANY;
    if (own)
        config->clock = true;
    status = expect_check(&config->expect, &program, own, config->json);
    if (status >= 0)
        return status;
    if (config->timeout < 0) // a test ends, also without frames
        config->timeout = expects(config) ? EXPECT_TIMEOUT_S : 0;
    status = settle_output(config);
    if (status < 0)
        status = settle_rate(config);
    if (status < 0 && config->output && sink_one_frame(config->to, config->output))
        config->count = 1;
    return status;
}
