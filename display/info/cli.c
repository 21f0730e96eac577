/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <string.h>
#include <triptych/triptych.h>

static const char *const sort_words[] = { "name", "fps", "age", "readers", "drops", NULL };

#define AT(field) .offset = offsetof(struct info_config, field)
static const struct cli_option options[] = {
    { .name = "json", .help = "one JSON object per line", .set = cli_set_true, AT(json) },
    { 'f', "force", .help = "remove: also while its writer runs, which creates it again",
      .set = cli_set_true, AT(force) },
    { 'i', "interval", "S", "1", "watch: seconds between two updates", .set = cli_set_seconds,
      AT(interval) },
    { 'c', "count", "N", .help = "watch: stop after N updates", .set = cli_set_count, AT(count) },
    { 's', "sort", "BY", "name", "watch: by name, fps, age, readers or drops", cli_set_word,
      AT(sort), sort_words },
    { .name = NULL },
};
#undef AT

static const struct cli_program program = {
    .name = "triptych-info",
    .synopsis = "[OPTION]... [COMMAND]",
    .purpose = "List the streams of this machine, show their details, or remove them.",
    .operands = "  list         one line per stream; before its first frame a stream  [list]\n"
                "               has no name: (key 0x...)\n"
                "  show NAME    details of one stream: format, times, drops, memory, readers,\n"
                "               GStreamer caps and ffmpeg arguments\n"
                "  watch        one line per stream, updated; drops of driver + writer; readers\n"
                "               marked * lock slots\n"
                "  clean        remove streams without a writer that no process has attached;\n"
                "               streams of other users stay\n"
                "  remove NAME  remove a stream whose writer does not run",
    .options = options,
    .example = "triptych-info show cam0",
};

static const struct {
    const char *word;
    int names_min;
    int names_max;
} commands[INFO_COMMANDS] = {
    [INFO_LIST] = { "list", 0, 0 },     [INFO_SHOW] = { "show", 0, 1 },
    [INFO_WATCH] = { "watch", 0, 0 },   [INFO_CLEAN] = { "clean", 0, 0 },
    [INFO_REMOVE] = { "remove", 1, 1 },
};

static int set_command(struct info_config *config, char *const *operands, int count)
{
    if (count == 0)
        return -1;
    int command = 0;
    while (command < INFO_COMMANDS && strcmp(commands[command].word, operands[0]) != 0)
        command++;
    if (command == INFO_COMMANDS)
        return cli_refuse(&program, "'%s' is not a command: use list, show, watch, clean or remove",
                          operands[0]);
    config->command = (enum info_command)command;
    if (count - 1 < commands[command].names_min)
        return cli_refuse(&program, "%s needs the name of a stream", operands[0]);
    if (count - 1 > commands[command].names_max)
        return cli_refuse(&program, "%s takes no '%s'", operands[0], operands[count - 1]);
    if (count > 1)
        config->name = operands[1];
    if (!tri_name_valid(config->name))
        return cli_refuse(&program, "'%s' is not a stream name: a name is %s", config->name,
                          TRI_NAME_RULE);
    return -1;
}

int info_cli(int argc, char **argv, struct info_config *config, struct cli_common *common)
{
    *config = (struct info_config){ .command = INFO_LIST, .name = TRI_NAME_DEFAULT };
    int operand = 0;
    const int status = cli_parse(&program, argc, argv, config, common, &operand);
    if (status >= 0)
        return status;
    if (config->interval < 0.01)
        return cli_refuse(&program, "--interval: at least 0.01 seconds");
    return set_command(config, argv + operand, argc - operand);
}
