/* SPDX-License-Identifier: MIT */
#include "screen_list.h"

#include "screen_area.h"
#include "screen_pixels.h"

#include "program/stats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    const char *title;
    size_t place;
} controls[] = {
    { "cursor", "draw the cursor", offsetof(struct screen_controls, cursor) },
    { "damage", "publish changed pictures only", offsetof(struct screen_controls, damage) },
};

#define CONTROLS (sizeof(controls) / sizeof(controls[0]))

static bool refuse_control(const char *setting, const char *why, const tri_log *log)
{
    tri_log_write(log, TRI_LOG_ERROR, "screen", "'%s': %s", setting, why);
    return false;
}

static bool set_control(struct screen_controls *set, const char *setting, const tri_log *log)
{
    const size_t name = strcspn(setting, "=");
    for (size_t i = 0; i < CONTROLS; i++) {
        if (strlen(controls[i].name) != name || strncmp(controls[i].name, setting, name) != 0)
            continue;
        const char *value = setting + name + 1;
        if (strcmp(value, "0") != 0 && strcmp(value, "1") != 0)
            return refuse_control(setting, "use 0 or 1", log);
        *(bool *)((char *)set + controls[i].place) = *value == '1';
        return true;
    }
    return refuse_control(setting, "no such control: use cursor or damage", log);
}

bool screen_controls_set(struct screen_controls *set, const struct source_options *options)
{
    *set = (struct screen_controls){ .cursor = true, .damage = true };
    for (size_t i = 0; options->controls[i]; i++) {
        if (!set_control(set, options->controls[i], options->log))
            return false;
    }
    return true;
}

static bool list_controls(const struct source_options *options)
{
    struct screen_controls now;
    bool ok = screen_controls_set(&now, options);
    for (size_t i = 0; ok && i < CONTROLS; i++) {
        const int value = *(const bool *)((const char *)&now + controls[i].place);
        if (options->json)
            ok = stats_print_json(stdout, json_pack("{ss ss ss si si si si si s[]}", "name",
                                                    controls[i].name, "title", controls[i].title,
                                                    "type", "bool", "min", 0, "max", 1, "step", 1,
                                                    "default", 1, "value", value, "flags"));
        else
            ok = printf("%-32s %-8s default=1 value=%d\n", controls[i].name, "bool", value) > 0;
    }
    return ok;
}

/** One list in progress. */
struct listing {
    const struct x11_connection *x;
    bool json;
    bool ok;
};

static void print_device(const struct listing *listing, const char *area, const int32_t place[4],
                         const char *what)
{
    char device[160];
    snprintf(device, sizeof(device), "screen:%s%s%s", listing->x->display, *area ? "," : "", area);
    if (listing->json)
        stats_print_json(stdout, json_pack("{so ss ss ss sb si si si si}", "device",
                                           stats_json_text(device), "name", what, "driver", "x11",
                                           "bus", listing->x->display, "denied", 0, "x", place[0],
                                           "y", place[1], "width", place[2], "height", place[3]));
    else
        printf("%-12s  %dx%d+%d+%d (%s)\n", device, place[2], place[3], place[0], place[1], what);
}

static void print_monitor(void *user, const char *name, const int32_t place[4], bool primary)
{
    print_device(user, name, place, primary ? "primary monitor" : "monitor");
}

static void list_devices(struct x11_connection *x, const struct listing *listing)
{
    const int32_t whole[4] = { 0, 0, x->screen->width_in_pixels, x->screen->height_in_pixels };
    print_device(listing, "", whole, "whole screen");
    screen_monitors(x, print_monitor, (void *)(uintptr_t)listing);
}

/** There is one format of one size. */
static enum source_result list_formats(struct x11_connection *x, const struct listing *listing,
                                       const struct screen_choice *choice)
{
    struct screen_area area = { 0 };
    struct tri_video video;
    char fourcc[5];
    enum source_result result = screen_area_find(x, choice, &area);
    if (result == SOURCE_OK && !screen_pixels_describe(x, &area, &video))
        result = SOURCE_FAILED;
    if (result == SOURCE_OK) {
        const char *description = tri_format_find(video.fourcc)->description;
        tri_fourcc_name(video.fourcc, fourcc);
        screen_area_rate(x, &area, &video.fps_num, &video.fps_den);
        const double fps = (double)video.fps_num / video.fps_den;
        if (listing->json)
            stats_print_json(stdout, json_pack("{ss ss sb sb s[f] sb si si}", "format", fourcc,
                                               "description", description, "emulated", 0, "known",
                                               1, "fps", fps, "fps_is_range", 0, "width",
                                               (int)video.width, "height", (int)video.height));
        else
            printf("%s  %s\n    %ux%u: %.4g fps\n", fourcc, description, video.width, video.height,
                   fps);
    }
    screen_area_release(x, &area);
    return result;
}

enum source_result screen_list(const struct source_options *options, enum source_list what)
{
    struct x11_connection x = { 0 };
    struct screen_choice choice;
    const struct listing listing = { .x = &x, .json = options->json };
    if (what == SOURCE_LIST_DEVICES && !options->arg && !getenv("DISPLAY"))
        return SOURCE_OK;
    if (what == SOURCE_LIST_CTRLS)
        return list_controls(options) && fflush(stdout) == 0 ? SOURCE_OK : SOURCE_MISUSED;
    if (!screen_choice_parse(&choice, options->arg ? options->arg : "", options->log))
        return SOURCE_MISUSED;
    enum source_result result = x11_open(&x, choice.display, options->log);
    if (result == SOURCE_OK && what == SOURCE_LIST_DEVICES)
        list_devices(&x, &listing);
    else if (result == SOURCE_OK)
        result = list_formats(&x, &listing, &choice);
    x11_close(&x);
    return result == SOURCE_OK && fflush(stdout) != 0 ? SOURCE_FAILED : result;
}
