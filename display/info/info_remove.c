/* SPDX-License-Identifier: MIT */
#include "commands.h"
#include "program/stats.h"

int info_remove(const struct info_config *config, const tri_log *log)
{
    const enum tri_err err = tri_stream_remove(config->name, config->force ? TRI_REMOVE_FORCE : 0);
    if (err != TRI_OK)
        return info_failed(log, config->name, err);
    if (config->json)
        stats_print_json(stdout, json_pack("{ss sb}", "name", config->name, "removed", 1));
    else
        printf("%s: removed\n", config->name);
    return CLI_DONE;
}
