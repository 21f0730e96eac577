/* SPDX-License-Identifier: MIT */
#include "commands.h"
#include "describe.h"
#include "program/stats.h"

#include <inttypes.h>
#include <unistd.h>

/* Why a stream is left alone; NULL for one that is provably dead: the kernel says that nobody holds
 * the writer's place and that no process has the segment attached. */
static const char *spared(const struct tri_stream *stream)
{
    switch (stream->state) {
    case TRI_STREAM_LIVE:
        return "its writer is running";
    case TRI_STREAM_UNREADABLE:
        return "this user may not look inside";
    case TRI_STREAM_CORRUPT:
        return "it is not what its key promises; `ipcrm` removes it";
    case TRI_STREAM_OTHER_VERSION:
        return "another version of triptych made it; `triptych-info remove NAME` removes it";
    case TRI_STREAM_TOO_LARGE:
        return "it does not fit into this process";
    case TRI_STREAM_DEAD:
        break;
    }
    if (geteuid() != 0 && stream->owner != geteuid())
        return "it is another user's";
    return stream->attached ? "readers wait for its writer's return" : NULL;
}

static int clean_one(const struct info_config *config, const struct tri_stream *stream,
                     const tri_log *log)
{
    char name[32];
    describe_name(stream, name, sizeof(name));
    const char *why = spared(stream);
    int status = CLI_DONE;
    if (!why) {
        // Asks again whether there is a writer: one may have come since the look.
        const enum tri_err err = tri_stream_remove_key(stream->key, 0);
        if (err == TRI_ERR_BUSY)
            why = "a writer has just come";
        else if (err != TRI_OK && err != TRI_ERR_NO_STREAM)
            status = info_failed(log, name, err);
    }
    if (status == CLI_DONE && config->json)
        stats_print_json(stdout,
                         json_pack("{ss sb ss*}", "name", name, "removed", !why, "why", why));
    else if (status == CLI_DONE && !why)
        printf("%s: removed\n", name);
    else if (status == CLI_DONE)
        tri_log_write(log, TRI_LOG_INFO, "info", "%s: left alone: %s", name, why);
    return status;
}

int info_clean(const struct info_config *config, const tri_log *log)
{
    tri_stream_list *list;
    const enum tri_err err = tri_stream_list_open(&list);
    if (err != TRI_OK)
        return info_failed(log, "the list of streams", err);

    int status = CLI_DONE;
    for (size_t i = 0; i < tri_stream_list_count(list); i++)
        if (clean_one(config, tri_stream_list_at(list, i), log) != CLI_DONE)
            status = CLI_FAILED;
    tri_stream_list_close(&list);
    return status;
}
