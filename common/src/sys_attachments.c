/* SPDX-License-Identifier: MIT */
#include "sys_attachments.h"

#include "name.h"
#include "utf8.h"

#include <triptych/attachment.h>

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/stat.h>

struct tri_attachment_list {
    struct tri_attachment *attachments;
    size_t count;
};

/** Whether a file could not be opened for lack of descriptors or memory. */
static bool is_shortage(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOMEM;
}

/** Reads the name of a process; empty if it has ended. */
static void read_name(pid_t pid, char *name, size_t bytes)
{
    char path[48];
    snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
    *name = '\0';
    FILE *file = fopen(path, "re");
    if (!file)
        return;
    if (fgets(name, (int)bytes, file))
        name[strcspn(name, "\n")] = '\0';
    fclose(file);
    tri_utf8_clean(name);
}

/** Whether a process is in this IPC namespace. Identifiers repeat in others. */
static bool shares_namespace(pid_t pid)
{
    char path[48];
    struct stat own;
    struct stat other;
    snprintf(path, sizeof(path), "/proc/%d/ns/ipc", (int)pid);
    return stat("/proc/self/ns/ipc", &own) == 0 && stat(path, &other) == 0 &&
           own.st_ino == other.st_ino && own.st_dev == other.st_dev;
}

/** Adds an attachment, or widens the access of the same process to the same segment. */
static enum tri_err add(tri_attachment_list *list, const struct tri_attachment *found)
{
    for (size_t i = list->count; i > 0 && list->attachments[i - 1].pid == found->pid; i--) {
        if (list->attachments[i - 1].shm_id == found->shm_id) {
            list->attachments[i - 1].can_write |= found->can_write;
            list->attachments[i - 1].count += found->count;
            return TRI_OK;
        }
    }
    struct tri_attachment *more = realloc(list->attachments, (list->count + 1) * sizeof(*more));
    if (!more)
        return TRI_ERR_NO_RESOURCES;
    list->attachments = more;
    more[list->count] = *found;
    read_name(found->pid, more[list->count].name, sizeof(more->name));
    list->count++;
    return TRI_OK;
}

/** Parses "55d0-55e0 r--s 00000000 00:01 32769  /SYSV74a5b6c7 (deleted)", see proc(5): the inode is the
 *  segment's identifier, and the name keeps the key after the segment was removed. */
static bool parse_line(const char *line, struct tri_attachment *found)
{
    char access[8];
    char offset[24];
    char inode[24];
    const char *name = strstr(line, " /SYSV");
    if (!name || sscanf(line, "%*s %7s %23s %*s %23s", access, offset, inode) != 3)
        return false;
    found->key = (int)strtoul(name + strlen(" /SYSV"), NULL, 16);
    found->shm_id = (int)strtoul(inode, NULL, 10);
    found->can_write = access[1] == 'w';
    found->count = strtoull(offset, NULL, 16) == 0; // the rest of one that was split is not counted
    return tri_key_is_ours(found->key);
}

static enum tri_err read_process(tri_attachment_list *list, pid_t pid)
{
    char path[48];
    snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
    FILE *file = fopen(path, "re");
    if (!file) // has ended, or may not be inspected
        return is_shortage(errno) ? TRI_ERR_NO_RESOURCES : TRI_OK;
    enum tri_err err = TRI_OK;
    bool shares = false;
    char line[512];
    struct tri_attachment found = { .pid = pid };
    while (err == TRI_OK && fgets(line, sizeof(line), file)) {
        if (!parse_line(line, &found))
            continue;
        shares = shares || shares_namespace(pid);
        if (!shares)
            break;
        err = add(list, &found);
    }
    fclose(file);
    return err;
}

static int compare_pids(const void *a, const void *b)
{
    const pid_t first = ((const struct tri_attachment *)a)->pid;
    const pid_t second = ((const struct tri_attachment *)b)->pid;
    return (first > second) - (first < second);
}

enum tri_err tri_attachment_list_open(tri_attachment_list **out)
{
    *out = NULL;
    DIR *processes = opendir("/proc");
    if (!processes)
        return is_shortage(errno) ? TRI_ERR_NO_RESOURCES : TRI_ERR_SYSTEM;
    tri_attachment_list *list = calloc(1, sizeof(*list));
    enum tri_err err = list ? TRI_OK : TRI_ERR_NO_RESOURCES;
    const struct dirent *entry;
    while (err == TRI_OK && (entry = readdir(processes))) {
        if (isdigit((unsigned char)entry->d_name[0]))
            err = read_process(list, (pid_t)strtol(entry->d_name, NULL, 10));
    }
    closedir(processes);
    if (err != TRI_OK) {
        tri_attachment_list_close(&list);
        return err;
    }
    if (list->count > 1)
        qsort(list->attachments, list->count, sizeof(*list->attachments), compare_pids);
    *out = list;
    return TRI_OK;
}

const struct tri_attachment *tri_attachment_list_at(const tri_attachment_list *list, size_t index)
{
    return index < list->count ? &list->attachments[index] : NULL;
}

void tri_attachment_list_close(tri_attachment_list **list)
{
    if (*list)
        free((*list)->attachments);
    free(*list);
    *list = NULL;
}

void tri_attachments_explain(const tri_log *log, const char *name, key_t key)
{
    tri_attachment_list *list;
    if (tri_attachment_list_open(&list) != TRI_OK)
        return;
    const int current = shmget(key, 0, 0);
    char text[512] = "";
    size_t length = 0;
    const struct tri_attachment *one;
    for (size_t i = 0; (one = tri_attachment_list_at(list, i)); i++) {
        if (one->key != key || one->shm_id == current || length > sizeof(text) - 80)
            continue;
        length += (size_t)snprintf(text + length, sizeof(text) - length, "%s pid %d (%.40s)",
                                   length ? "," : "", (int)one->pid, one->name);
    }
    tri_attachment_list_close(&list);
    if (length > 0)
        tri_log_write(
            log, TRI_LOG_WARN, "segment",
            "%s: memory of earlier segments is still in use: they are attached by%s; end or "
            "restart these processes",
            name, text);
}
