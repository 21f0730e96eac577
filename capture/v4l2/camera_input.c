/* SPDX-License-Identifier: MIT */
#include "camera_input.h"

#include "program/strbuf.h"
#include "src/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ENTRIES_MAX 64 // bounds both enumerations
#define LIST_MAX    512

/** One entry of a list, by number and by name. */
struct choice {
    int number; // in the list
    uint64_t id;
    char name[33];
};

/** The entry at `index`. @return false past the last */
typedef bool choice_at(const struct camera *camera, int index, struct choice *choice);

static bool input_at(const struct camera *camera, int index, struct choice *choice)
{
    struct v4l2_input input = { .index = (uint32_t)index };
    if (index >= ENTRIES_MAX || camera_ioctl(camera, VIDIOC_ENUMINPUT, &input) == -1)
        return false;
    *choice = (struct choice){ .number = index };
    snprintf(choice->name, sizeof(choice->name), "%.31s", (const char *)input.name);
    tri_utf8_clean(choice->name);
    return true;
}

static bool standard_at(const struct camera *camera, int index, struct choice *choice)
{
    struct v4l2_standard standard = { .index = (uint32_t)index };
    if (index >= ENTRIES_MAX || camera_ioctl(camera, VIDIOC_ENUMSTD, &standard) == -1)
        return false;
    *choice = (struct choice){ .number = index, .id = standard.id };
    snprintf(choice->name, sizeof(choice->name), "%.23s", (const char *)standard.name);
    tri_utf8_clean(choice->name);
    return true;
}

/** Finds the entry with that name, or that number. */
static bool find(const struct camera *camera, choice_at *at, const char *word,
                 struct choice *choice)
{
    char *end;
    const long number = strtol(word, &end, 10);
    for (int i = 0; at(camera, i, choice); i++) {
        if (!strcasecmp(choice->name, word) || (end != word && !*end && number == i))
            return true;
    }
    return false;
}

static enum source_result refuse(const struct camera *camera, choice_at *at, const char *option,
                                 const char *word)
{
    char list[LIST_MAX];
    struct strbuf choices;
    struct choice each;
    strbuf_init(&choices, list, sizeof(list));
    for (int i = 0; at(camera, i, &each); i++)
        strbuf_add(&choices, "%s%d (%s)", i ? ", " : "", i, each.name);
    return camera_refuse(camera, "no %s %s: %s", option, word,
                         list[0] ? list : "the device has none");
}

static enum source_result select_input(const struct camera *camera, const char *word)
{
    struct choice choice;
    if (!find(camera, input_at, word, &choice))
        return refuse(camera, input_at, "--input", word);
    if (camera_ioctl(camera, VIDIOC_S_INPUT, &choice.number) == -1)
        return camera_failed(camera, CAMERA_FORMAT, "cannot select the input");
    tri_log_write(camera->log, TRI_LOG_INFO, "v4l2", "%s: input %d (%s)", camera->path,
                  choice.number, choice.name);
    return SOURCE_OK;
}

static enum source_result select_standard(const struct camera *camera, const char *word)
{
    struct choice choice;
    v4l2_std_id id;
    if (!find(camera, standard_at, word, &choice))
        return refuse(camera, standard_at, "--standard", word);
    id = choice.id;
    if (camera_ioctl(camera, VIDIOC_S_STD, &id) == -1)
        return camera_failed(camera, CAMERA_FORMAT, "cannot set the standard");
    tri_log_write(camera->log, TRI_LOG_INFO, "v4l2", "%s: standard %s", camera->path, choice.name);
    return SOURCE_OK;
}

enum source_result camera_input_select(const struct camera *camera, const char *input,
                                       const char *standard)
{
    const enum source_result result = input ? select_input(camera, input) : SOURCE_OK;
    return result == SOURCE_OK && standard ? select_standard(camera, standard) : result;
}

bool camera_standard_rate(const struct camera *camera, struct v4l2_fract *interval)
{
    v4l2_std_id id;
    struct v4l2_standard standard = { 0 };
    if (camera_ioctl(camera, VIDIOC_G_STD, &id) == -1)
        return false;
    for (; standard.index < ENTRIES_MAX && camera_ioctl(camera, VIDIOC_ENUMSTD, &standard) == 0;
         standard.index++) {
        if (standard.id & id) {
            *interval = standard.frameperiod;
            return true;
        }
    }
    return false;
}
