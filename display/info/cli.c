/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <string.h>
#include <triptych/triptych.h>

static const char *const sort_words[] = { "name", "fps", "age", "readers", "drops", NULL };

#define AT(field) .offset = offsetof(struct info_config, field)
static const struct cli_option options[] = {
    { .name = "json", .help = "one JSON object a line", .set = cli_set_true, AT(json) },
    { 'f', "force", .help = "remove: also under a running writer, which makes it anew",
      .set = cli_set_true, AT(force) },
    { 'i', "interval", "S", "1", "watch: seconds between two looks", .set = cli_set_seconds,
      AT(interval) },
    { 'c', "count", "N", .help = "watch: end after N looks", .set = cli_set_count, AT(count) },
    { 's', "sort", "BY", "name", "watch: by name, fps, age, readers or drops", cli_set_word,
      AT(sort), sort_words },
    { .name = NULL },
};
#undef AT

static const struct cli_program program = {
    .name = "triptych-info",
    .synopsis = "[OPTION]... [COMMAND]",
    .purpose = "Tell what streams this machine has, and all that is known of them.",
    .operands = "  list         every stream in a line; one without a frame yet       [list]\n"
                "               cannot tell its name: (key 0x...)\n"
                "  show NAME    one stream: picture, times, drops, memory, who uses it;\n"
                "               with the caps and the command that take it elsewhere\n"
                "  watch        every stream in a line, again and again; drops are the\n"
                "               driver's + the writer's, and pids hold slots of it\n"
                "  clean        remove streams that are provably dead: no writer holds them\n"
                "               and no process has them attached; other users' stay\n"
                "  remove NAME  remove a stream, unless a writer is running",
    .options = options,
    .example = "triptych-info show cam0",
};

static const struct {
    const char *word;
    int names_min, names_max;
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
        return cli_refuse(&program, "'%s' is no command: it is list, show, watch, clean or remove",
                          operands[0]);
    config->command = (enum info_command)command;
    if (count - 1 < commands[command].names_min)
        return cli_refuse(&program, "%s wants the name of a stream", operands[0]);
    if (count - 1 > commands[command].names_max)
        return cli_refuse(&program, "%s takes no '%s'", operands[0], operands[count - 1]);
    if (count > 1)
        config->name = operands[1];
    if (!tri_name_valid(config->name))
        return cli_refuse(&program, "'%s' cannot be a stream's name: a name is %s", config->name,
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
        return cli_refuse(&program,
                          "--interval: at least 0.01 seconds, or it is all the machine does");
    return set_command(config, argv + operand, argc - operand);
}
