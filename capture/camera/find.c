/* SPDX-License-Identifier: MIT */
#include "find.h"

#include "src/utf8.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ENTRIES_MAX 256 // the kernel's own limit of video nodes
#define BY_ID       "/dev/v4l/by-id"

static bool is_number(const char *text)
{
    return text[0] && !text[strspn(text, "0123456789")];
}

static int number_of(const struct camera_entry *entry)
{
    const char *digits = strpbrk(entry->camera.path, "0123456789");
    return digits ? (int)strtol(digits, NULL, 10) : 0;
}

static int by_number(const void *a, const void *b)
{
    return number_of(a) - number_of(b);
}

static void set_by_id(struct camera_entry *entry)
{
    DIR *links = opendir(BY_ID);

    if (!links)
        return;
    for (struct dirent *link; !entry->by_id[0] && (link = readdir(links));) {
        char path[sizeof(BY_ID) + sizeof(link->d_name) + 1];
        snprintf(path, sizeof(path), BY_ID "/%s", link->d_name);
        char *target = realpath(path, NULL);
        if (target && !strcmp(target, entry->camera.path) && strlen(path) < sizeof(entry->by_id))
            strcpy(entry->by_id, path);
        tri_utf8_clean(entry->by_id);
        free(target);
    }
    closedir(links);
}

struct camera_entry *camera_entries(size_t *count)
{
    struct camera_entry *entries = calloc(ENTRIES_MAX, sizeof(*entries));
    DIR *nodes = entries ? opendir("/dev") : NULL;

    *count = 0;
    for (struct dirent *node; nodes && *count < ENTRIES_MAX && (node = readdir(nodes));) {
        char path[sizeof("/dev/") + sizeof(node->d_name)];
        if (strncmp(node->d_name, "video", 5) != 0 || !is_number(node->d_name + 5))
            continue;
        snprintf(path, sizeof(path), "/dev/%s", node->d_name);
        if (camera_peek(&entries[*count].camera, path))
            set_by_id(&entries[(*count)++]);
    }
    if (nodes)
        closedir(nodes);
    if (*count)
        qsort(entries, *count, sizeof(*entries), by_number);
    return entries;
}

static bool answers_to(const struct camera_entry *entry, const char *word)
{
    return strcasestr(entry->camera.card, word) || strcasestr(entry->camera.bus, word) ||
           strcasestr(entry->by_id, word);
}

/** Chooses among `count` entries; more than one that answers is a mistake to be told. */
static enum source_result choose(const struct camera_entry *entries, size_t count, const char *word,
                                 char path[CAMERA_PATH_MAX], const tri_log *log)
{
    const struct camera_entry *found = NULL;

    for (size_t i = 0; i < count; i++) {
        if (!answers_to(&entries[i], word))
            continue;
        if (found) {
            tri_log_write(log, TRI_LOG_ERROR, "v4l2",
                          "'%s' fits %s (%s) and %s (%s): write more of the name, or the path",
                          word, found->camera.path, found->camera.card, entries[i].camera.path,
                          entries[i].camera.card);
            return SOURCE_MISUSED;
        }
        found = &entries[i];
        if (!word[0])
            break; // nothing asked for: the first one
    }
    if (!found) {
        tri_log_write(
            log, TRI_LOG_ERROR, "v4l2",
            word[0] ? "no capture device has '%s' in its name; --list-devices shows what there is"
                    : "there is no capture device%s; pattern:smpte needs none",
            word);
        return SOURCE_LOST;
    }
    strcpy(path, found->camera.path);
    return SOURCE_OK;
}

enum source_result camera_find(const char *word, char path[CAMERA_PATH_MAX], const tri_log *log)
{
    if (!word)
        word = "";
    if (word[0] == '/') {
        snprintf(path, CAMERA_PATH_MAX, "%s", word);
        return SOURCE_OK;
    }
    if (is_number(word)) {
        snprintf(path, CAMERA_PATH_MAX, "/dev/video%s", word);
        return SOURCE_OK;
    }

    size_t count;
    struct camera_entry *entries = camera_entries(&count);
    const enum source_result result = choose(entries, count, word, path, log);
    free(entries);
    return result;
}
