/* SPDX-License-Identifier: MIT */
#include "commands.h"
#include "describe.h"
#include "program/stats.h"

#include <inttypes.h>
#include <string.h>

/** The state, or that a live stream shows NO SIGNAL frames. */
static const char *row_state(const struct tri_stream *stream)
{
    const char *const state = describe_state(stream);
    const bool silent = stream->newest.flags & TRI_FRAME_NO_SIGNAL;
    return silent && strcmp(state, "live") == 0 ? "no-signal" : state;
}

static void print_row(const struct tri_stream *stream)
{
    char name[32];
    char format[8];
    char size[16];
    char rate[16];
    char owner[64];
    printf("%-16s %-10s %-6s %-10s %7s %7" PRIu32 " %7d  %s\n",
           describe_name(stream, name, sizeof(name)), row_state(stream),
           describe_format(stream, format, sizeof(format)),
           describe_size(stream, size, sizeof(size)), describe_rate(stream, rate, sizeof(rate)),
           describe_readers(stream), (int)stream->writer_pid,
           describe_user(stream->owner, owner, sizeof(owner)));
}

int info_list(const struct info_config *config, const tri_log *log)
{
    tri_stream_list *list;
    const enum tri_err err = tri_stream_list_open(&list);
    if (err != TRI_OK)
        return info_failed(log, "list of streams", err);

    const size_t count = tri_stream_list_count(list);
    if (!config->json && count == 0)
        tri_log_write(log, TRI_LOG_INFO, "info",
                      "no streams; `triptych-capture pattern:smpte` creates one");
    if (!config->json && count > 0)
        printf("%-16s %-10s %-6s %-10s %7s %7s %7s  %s\n", "NAME", "STATE", "FORMAT", "SIZE", "FPS",
               "READERS", "WRITER", "OWNER");
    tri_attachment_list *attachments = NULL;
    if (config->json)
        tri_attachment_list_open(&attachments); // without /proc no process is named
    for (size_t i = 0; i < count; i++) {
        if (config->json)
            stats_print_json(stdout, describe_json(tri_stream_list_at(list, i), attachments));
        else
            print_row(tri_stream_list_at(list, i));
    }
    tri_attachment_list_close(&attachments);
    tri_stream_list_close(&list);
    return CLI_DONE;
}
