/* SPDX-License-Identifier: MIT */
#include "commands.h"
#include "describe.h"
#include "program/stats.h"

#include <inttypes.h>
#include <unistd.h>

/* Why a stream is kept; NULL if it is dead: the writer's semaphore is free and no process has the
 * segment attached. */
static const char *reason_to_keep(const struct tri_stream *stream)
{
    switch (stream->state) {
    case TRI_STREAM_LIVE:
        return "its writer is running";
    case TRI_STREAM_UNREADABLE:
        return "this user has no permission to read it";
    case TRI_STREAM_CORRUPT:
        return "it is not a stream of triptych; `ipcrm` removes it";
    case TRI_STREAM_OTHER_VERSION:
        return "another version of triptych made it; `triptych-info remove NAME` removes it";
    case TRI_STREAM_TOO_LARGE:
        return "it does not fit into this process";
    case TRI_STREAM_DEAD:
        break;
    }
    if (geteuid() != 0 && stream->owner != geteuid())
        return "it belongs to another user";
    return stream->attached ? "readers wait for a writer" : NULL;
}

static int clean_one(const struct info_config *config, const struct tri_stream *stream,
                     const tri_log *log)
{
    char name[32];
    describe_name(stream, name, sizeof(name));
    const char *why = reason_to_keep(stream);
    int status = CLI_DONE;
    if (!why) {
        // Checks for a writer again: one may have started meanwhile.
        const enum tri_err err = tri_stream_remove_key(stream->key, 0);
        if (err == TRI_ERR_BUSY)
            why = "a writer has just started";
        else if (err != TRI_OK && err != TRI_ERR_NO_STREAM)
            status = info_failed(log, name, err);
    }
    if (status == CLI_DONE && config->json)
        stats_print_json(stdout,
                         json_pack("{ss sb ss*}", "name", name, "removed", !why, "why", why));
    else if (status == CLI_DONE && !why)
        printf("%s: removed\n", name);
    else if (status == CLI_DONE)
        tri_log_write(log, TRI_LOG_INFO, "info", "%s: kept: %s", name, why);
    return status;
}

int info_clean(const struct info_config *config, const tri_log *log)
{
    tri_stream_list *list;
    const enum tri_err err = tri_stream_list_open(&list);
    if (err != TRI_OK)
        return info_failed(log, "list of streams", err);

    int status = CLI_DONE;
    for (size_t i = 0; i < tri_stream_list_count(list); i++)
        if (clean_one(config, tri_stream_list_at(list, i), log) != CLI_DONE)
            status = CLI_FAILED;
    tri_stream_list_close(&list);
    return status;
}
