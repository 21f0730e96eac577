/* SPDX-License-Identifier: MIT */
#include "commands.h"
#include "program/stop.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int info_failed(const tri_log *log, const char *name, enum tri_err err)
{
    switch (err) {
    case TRI_ERR_NO_STREAM:
        tri_log_write(log, TRI_LOG_ERROR, "info",
                      "%s: no such stream; `triptych-info list` lists streams", name);
        break;
    case TRI_ERR_BUSY:
        tri_log_write(log, TRI_LOG_ERROR, "info",
                      "%s: its writer is running; end it, or use --force", name);
        break;
    case TRI_ERR_DENIED:
        tri_log_write(log, TRI_LOG_ERROR, "info",
                      "%s: permission denied: only its owner or root may do that", name);
        break;
    case TRI_ERR_SYSTEM:
        tri_log_write(log, TRI_LOG_ERROR, "info", "%s: %s", name, strerror(errno));
        break;
    default:
        tri_log_write(log, TRI_LOG_ERROR, "info", "%s: %s", name, tri_strerror(err));
    }
    return CLI_FAILED;
}

int main(int argc, char **argv)
{
    static int (*const run[INFO_COMMANDS])(const struct info_config *, const tri_log *) = {
        [INFO_LIST] = info_list,   [INFO_SHOW] = info_show,     [INFO_WATCH] = info_watch,
        [INFO_CLEAN] = info_clean, [INFO_REMOVE] = info_remove,
    };
    struct info_config config;
    struct cli_common common;
    int status = info_cli(argc, argv, &config, &common);
    if (status >= 0)
        return status;

    stop_on_signals();
    const tri_log log = cli_log(&common);
    status = run[config.command](&config, &log);
    return cli_printed(&log) ? status : CLI_FAILED;
}
