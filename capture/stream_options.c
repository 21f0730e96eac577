/* SPDX-License-Identifier: MIT */
#include "stream_options.h"

#include "standby.h"

#include <triptych/triptych.h>

#include <string.h>

#define RECLAIM_MAX_S 4000000 // the library counts milliseconds in 32 bits

static bool set_reclaim(const struct cli_option *option, void *target, const char *value, char *why,
                        size_t why_bytes)
{
    if (strcmp(value, "never") != 0)
        return cli_set_seconds(option, target, value, why, why_bytes);
    *(double *)target = RECLAIM_NEVER;
    return true;
}

static bool set_on_demand(const struct cli_option *option, void *target, const char *value,
                          char *why, size_t why_bytes)
{
    return cli_set_seconds(option, target, value ? value : "5", why, why_bytes);
}

#define FIELD(field) .offset = offsetof(struct stream_options, field)

const struct cli_option stream_option_rows[] = {
    { 'b', "buffers", "N", NULL, "slots, 3 to 64: readers that lock frames + 2; default: 3",
      cli_set_count, FIELD(slots), .group = "Stream" },
    { 0, "buffers-max", "N", NULL, "limit for opening slots while readers lock the others",
      cli_set_count, FIELD(slots_max) },
    { 0, "reclaim", "S|never", "0", "if all slots are locked: overwrite those locked for S seconds",
      set_reclaim, FIELD(reclaim) },
    { 0, "take-back", "S", NULL, NULL, set_reclaim, FIELD(reclaim) },
    { 'm', "mode", "MODE", "0640", "permissions, as in chmod (readers: latest or next)",
      cli_set_mode, FIELD(mode) },
    { 'g', "group", "GROUP", NULL, "group whose members may read the stream", cli_set_text,
      FIELD(group) },
    { 0, "on-demand", "[=S]", NULL,
      "open the source only while there are readers, and S seconds after [5]", set_on_demand,
      FIELD(on_demand) },
    { 0, "on-first-reader", "CMD", NULL, "run a command when the stream gets readers", cli_set_text,
      FIELD(on_first_reader) },
    { 0, "on-last-reader", "CMD", NULL, "run a command when it has no readers any more",
      cli_set_text, FIELD(on_last_reader) },
    { 0, "duration", "S", NULL, "stop after S seconds", cli_set_seconds, FIELD(duration) },
    { 0, "linger", "S", "0.5", "at the source's end, keep a stream with readers up to S seconds",
      cli_set_seconds, FIELD(linger) },
    { 0, "checksum", NULL, NULL, "add an XXH3-64 of the pixels to each frame", cli_set_true,
      FIELD(checksum) },
    { 0, "huge-pages", NULL, NULL, "use huge pages where the kernel has some", cli_set_true,
      FIELD(huge_pages) },
    { 0, "lock", NULL, NULL, "lock the stream's memory, never swap it out", cli_set_true,
      FIELD(lock) },
    { 0 },
};

struct stream_options stream_options_default(void)
{
    return (struct stream_options){ .on_demand = STANDBY_OFF };
}

int stream_options_check(const struct stream_options *options, const struct cli_program *program)
{
    const uint64_t least = options->slots ? options->slots : TRI_SLOTS_MIN;
    if (options->slots && (options->slots < TRI_SLOTS_MIN || options->slots > TRI_SLOTS_MAX))
        return cli_refuse(program, "--buffers %llu: use %d to %d",
                          (unsigned long long)options->slots, TRI_SLOTS_MIN, TRI_SLOTS_MAX);
    if (options->slots_max && (options->slots_max < least || options->slots_max > TRI_SLOTS_MAX))
        return cli_refuse(program, "--buffers-max %llu: use --buffers to %d",
                          (unsigned long long)options->slots_max, TRI_SLOTS_MAX);
    if (options->reclaim > RECLAIM_MAX_S || (options->reclaim > 0 && options->reclaim < 0.001))
        return cli_refuse(program, "--reclaim %g: use 0, 0.001 to %d seconds, or never",
                          options->reclaim, RECLAIM_MAX_S);
    if (options->mode & 0002)
        return cli_refuse(program,
                          "--mode %04o: all users could write to the stream; omit the last 2",
                          options->mode);
    return -1;
}
