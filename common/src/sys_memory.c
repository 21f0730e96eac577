/* SPDX-License-Identifier: MIT */
#include "sys_memory.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIB 1048576.0

// Reserve beside the segment: page tables (8 bytes for 4096), the kernel's charges, which come in
// batches, and memory that the process touches next.
#define SPARE_BYTES (2ull << 20)
#define SPARE_SHARE 128

/** The files of a version of memory cgroups. Each counts a group and those below it. */
static const struct version {
    const char *type; // of the file system
    const char *limit;
    const char *usage;
    // Of swap; in version 1 of memory and swap together.
    const char *swap_limit;
    const char *swap_usage;
    bool swap_apart;
    // In memory.stat: the part of `usage` that the kernel reclaims under pressure. MemAvailable
    // counts both lists of cached files too, see meminfo in proc(5).
    const char *reclaimable[4];
} versions[] = {
    { "cgroup2",
      "memory.max",
      "memory.current",
      "memory.swap.max",
      "memory.swap.current",
      true,
      { "inactive_file", "active_file", "slab_reclaimable" } },
    { "cgroup",
      "memory.limit_in_bytes",
      "memory.usage_in_bytes",
      "memory.memsw.limit_in_bytes",
      "memory.memsw.usage_in_bytes",
      false,
      { "total_inactive_file", "total_active_file" } },
};

static FILE *open_file(const char *root, const char *folder, const char *file)
{
    char path[PATH_MAX];
    const int length = snprintf(path, sizeof(path), "%s%s/%s", root, folder, file);
    return length > 0 && (size_t)length < sizeof(path) ? fopen(path, "re") : NULL;
}

/** The number in a file. @return false for "max" and for what cannot be read. */
static bool read_number(const char *root, const char *folder, const char *file, uint64_t *value)
{
    FILE *opened = open_file(root, folder, file);
    if (!opened)
        return false;
    char text[32];
    const bool read = fgets(text, sizeof(text), opened) && *text >= '0' && *text <= '9';
    fclose(opened);
    if (read)
        *value = strtoull(text, NULL, 10);
    return read;
}

/** Adds up the lines "KEY VALUE" or "KEY: VALUE" of a file for `keys`. @return false if there is
 *  none. */
static bool add_up(const char *root, const char *folder, const char *file, const char *const keys[],
                   uint64_t *sum)
{
    *sum = 0;
    FILE *opened = open_file(root, folder, file);
    if (!opened)
        return false;
    bool any = false;
    char line[256];
    while (fgets(line, sizeof(line), opened)) {
        const size_t length = strcspn(line, " :");
        for (size_t i = 0; keys[i]; i++) {
            if (strncmp(line, keys[i], length) == 0 && keys[i][length] == '\0' && line[length]) {
                *sum += strtoull(line + length + 1, NULL, 10);
                any = true;
            }
        }
    }
    fclose(opened);
    return any;
}

/** A line of /proc/meminfo, in its own unit. */
static bool meminfo(const char *root, const char *key, uint64_t *value)
{
    return add_up(root, "/proc", "meminfo", (const char *const[]){ key, NULL }, value);
}

static uint64_t minus(uint64_t from, uint64_t what)
{
    return from > what ? from - what : 0;
}

/** One limit and how much of it is used. */
static void check_limit(const char *root, const char *folder, const char *group,
                        const char *limit_file, const char *usage_file, uint64_t more,
                        struct tri_memory_left *left)
{
    uint64_t limit;
    uint64_t usage;
    if (!read_number(root, folder, limit_file, &limit) ||
        !read_number(root, folder, usage_file, &usage))
        return;
    const uint64_t here = minus(limit, usage) + more;
    if (here >= left->bytes)
        return;
    left->bytes = here;
    snprintf(left->where, sizeof(left->where), "in memory cgroup %.160s (%s is %.1f MiB)",
             *group ? group : "/", limit_file, (double)limit / MIB);
}

static void check_group(const struct version *v, const char *root, const char *folder,
                        const char *group, uint64_t swap_free, struct tri_memory_left *left)
{
    uint64_t reclaimable;
    add_up(root, folder, "memory.stat", v->reclaimable, &reclaimable);

    uint64_t limit;
    uint64_t usage;
    uint64_t swap = swap_free;
    if (v->swap_apart && read_number(root, folder, v->swap_limit, &limit) &&
        read_number(root, folder, v->swap_usage, &usage) && minus(limit, usage) < swap)
        swap = minus(limit, usage);
    check_limit(root, folder, group, v->limit, v->usage, reclaimable + swap, left);
    if (!v->swap_apart)
        check_limit(root, folder, group, v->swap_limit, v->swap_usage, reclaimable, left);
}

/** Whether `word` is in a list separated by commas. */
static bool listed(const char *list, const char *word)
{
    const size_t length = strlen(word);
    for (const char *at = list; at; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, word, length) == 0 && (at[length] == ',' || at[length] == '\0'))
            return true;
    }
    return false;
}

/** The name of this process's memory group, from the root of its hierarchy. */
static bool find_group(const struct version *v, const char *root, char group[PATH_MAX])
{
    FILE *file = open_file(root, "/proc/self", "cgroup");
    if (!file)
        return false;
    bool found = false;
    char line[PATH_MAX + 256];
    while (!found && fgets(line, sizeof(line), file)) { // "4:memory:/a/b", version 2 "0::/a/b"
        line[strcspn(line, "\n")] = '\0';
        char *controllers = strchr(line, ':');
        char *path = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!path)
            continue;
        *path++ = '\0';
        controllers++;
        found = v->swap_apart ? *controllers == '\0' : listed(controllers, "memory");
        if (found)
            snprintf(group, PATH_MAX, "%.*s", PATH_MAX - 1, strcmp(path, "/") == 0 ? "" : path);
    }
    fclose(file);
    return found;
}

/** Where that hierarchy is mounted, and its top group there. */
static bool find_mount(const struct version *v, const char *root, char top[PATH_MAX],
                       char mount[PATH_MAX])
{
    FILE *file = open_file(root, "/proc/self", "mountinfo");
    if (!file)
        return false;
    bool found = false;
    char line[3 * PATH_MAX];
    while (!found && fgets(line, sizeof(line), file)) { // see proc(5)
        char type[32];
        char options[256];
        const char *dash = strstr(line, " - ");
        found = dash && sscanf(line, "%*s %*s %*s %4095s %4095s", top, mount) == 2 &&
                sscanf(dash, " - %31s %*s %255s", type, options) == 2 &&
                strcmp(type, v->type) == 0 && (v->swap_apart || listed(options, "memory"));
    }
    fclose(file);
    if (found && strcmp(top, "/") == 0)
        *top = '\0';
    return found;
}

/** Checks this process's group and its parents up to the first mounted one. */
static void check_groups(const struct version *v, const char *root, uint64_t swap_free,
                         struct tri_memory_left *left)
{
    char group[PATH_MAX];
    char top[PATH_MAX];
    char mount[PATH_MAX];
    if (!find_group(v, root, group) || !find_mount(v, root, top, mount))
        return;
    const size_t above = strlen(top);
    if (strncmp(group, top, above) != 0 || (group[above] != '/' && group[above] != '\0') ||
        strstr(group, "/.."))
        return; // outside the mounted part: groups of other containers

    char *below = group + above;
    for (;;) {
        char folder[2 * PATH_MAX];
        snprintf(folder, sizeof(folder), "%s%s", mount, below);
        check_group(v, root, folder, group, swap_free, left);
        char *slash = strrchr(below, '/');
        if (!slash)
            break;
        *slash = '\0';
    }
}

void tri_memory_check(const char *root, struct tri_memory_left *left)
{
    *left = (struct tri_memory_left){ .bytes = UINT64_MAX };
    uint64_t swap = 0;
    uint64_t available;
    meminfo(root, "SwapFree", &swap);
    if (meminfo(root, "MemAvailable", &available)) {
        left->bytes = (available + swap) * 1024;
        snprintf(left->where, sizeof(left->where), "on this machine");
    }
    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
        check_groups(&versions[i], root, swap * 1024, left);
}

uint64_t tri_memory_huge_left(const char *root)
{
    uint64_t pages;
    uint64_t reserved;
    uint64_t kib;
    if (!meminfo(root, "HugePages_Free", &pages) || !meminfo(root, "HugePages_Rsvd", &reserved) ||
        !meminfo(root, "Hugepagesize", &kib))
        return 0;
    return minus(pages, reserved) * kib * 1024;
}

bool tri_memory_allows(const tri_log *log, const char *name, uint64_t bytes, uint64_t freed)
{
    struct tri_memory_left left;
    tri_memory_check("", &left);
    const uint64_t need = bytes + bytes / SPARE_SHARE + SPARE_BYTES;
    if (left.bytes >= minus(need, freed))
        return true;
    tri_log_write(
        log, TRI_LOG_ERROR, "segment",
        "%s: needs %.1f MiB of shared memory, %.1f MiB available %s: continuing would invoke the "
        "OOM killer; free memory there, or use fewer buffers or smaller frames",
        name, (double)need / MIB, (double)left.bytes / MIB, left.where);
    return false;
}
