/* SPDX-License-Identifier: MIT */
#include "camera_find.h"

#include "src/utf8.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ENTRIES_MAX 256 // limit of the kernel for video nodes
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
        const enum camera_access peek = camera_peek(&entries[*count].camera, path);
        if (peek == CAMERA_NONE)
            continue;
        entries[*count].denied = peek == CAMERA_DENIED;
        set_by_id(&entries[(*count)++]);
    }
    if (nodes)
        closedir(nodes);
    if (*count)
        qsort(entries, *count, sizeof(*entries), by_number);
    return entries;
}

/** How `word` matches a device: a whole name has priority over a part of another one. */
enum match { MATCH_NONE, MATCH_PART, MATCH_WHOLE };

static enum match match(const struct camera_entry *entry, const char *word)
{
    const char *const names[] = { entry->camera.card, entry->camera.bus, entry->by_id };
    enum match best = MATCH_NONE;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (!strcasecmp(names[i], word))
            return MATCH_WHOLE;
        if (strcasestr(names[i], word))
            best = MATCH_PART;
    }
    return best;
}

/** Chooses among `count` entries. Two that match equally well are an error. */
static enum source_result choose(const struct camera_entry *entries, size_t count, const char *word,
                                 char path[CAMERA_PATH_MAX], const tri_log *log)
{
    const struct camera_entry *found = NULL;
    const struct camera_entry *second = NULL;
    enum match best = MATCH_NONE;
    for (size_t i = 0; i < count; i++) {
        const enum match now = word[0] ? match(&entries[i], word) : MATCH_WHOLE;
        if (now == MATCH_NONE || now < best)
            continue;
        if (now > best) {
            found = &entries[i];
            second = NULL;
        } else if (!second) {
            second = &entries[i];
        }
        best = now;
        if (!word[0])
            break; // nothing requested: the first one
    }
    if (second) {
        tri_log_write(log, TRI_LOG_ERROR, "v4l2",
                      "'%s' matches %s (%s) and %s (%s); use more of the name, or the path", word,
                      found->camera.path, found->camera.card, second->camera.path,
                      second->camera.card);
        return SOURCE_MISUSED;
    }
    if (!found) {
        tri_log_write(log, TRI_LOG_ERROR, "v4l2",
                      word[0] ? "no capture device matches '%s'; --list-devices lists the devices"
                              : "no capture device found%s; pattern:smpte needs none",
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
    const char *number = strncmp(word, "video", 5) ? word : word + 5;
    if (is_number(number)) {
        snprintf(path, CAMERA_PATH_MAX, "/dev/video%s", number);
        return SOURCE_OK;
    }

    size_t count;
    struct camera_entry *entries = camera_entries(&count);
    const enum source_result result = choose(entries, count, word, path, log);
    free(entries);
    return result;
}
