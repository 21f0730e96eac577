/* SPDX-License-Identifier: MIT */
/** Lists of devices, and of formats with their sizes and rates. */
#include "camera_list.h"

#include "camera_find.h"
#include "camera_format.h"
#include "camera_modes.h"

#include "program/stats.h"

#include <stdlib.h>

#define RATES_MAX 64 // of one size

bool camera_list_devices(bool json, const tri_log *log)
{
    size_t count;
    struct camera_entry *entries = camera_entries(&count);
    size_t usable = 0;
    bool ok = true;
    if (count == 0)
        tri_log_write(log, TRI_LOG_INFO, "v4l2",
                      "no capture device found; pattern:smpte needs none");
    for (size_t i = 0; ok && i < count; i++) {
        const struct camera *camera = &entries[i].camera;
        usable += !entries[i].denied;
        if (json) {
            json_t *object = json_pack(
                "{so ss ss ss sb ss*}", "device", stats_json_text(camera->path), "name",
                camera->card, "driver", camera->driver, "bus", camera->bus, "denied",
                entries[i].denied, "by_id", entries[i].by_id[0] ? entries[i].by_id : NULL);
            ok = stats_print_json(stdout, object);
            continue;
        }
        if (entries[i].denied)
            printf("%-12s  %s (permission denied)\n", camera->path, camera->card);
        else
            printf("%-12s  %s (%s, %s%s)\n", camera->path, camera->card, camera->driver,
                   camera->bus, camera_needs_media(camera) ? ", needs libcamera" : "");
        if (entries[i].by_id[0])
            printf("%-12s  %s\n", "", entries[i].by_id);
    }
    free(entries);
    if (usable < count)
        tri_log_write(
            log, usable ? TRI_LOG_WARN : TRI_LOG_ERROR, "v4l2",
            "%zu of %zu devices cannot be opened: Permission denied; join the group of the "
            "device (usermod -aG video $USER, then log in again)",
            count - usable, count);
    return ok && fflush(stdout) == 0 && (usable > 0 || count == 0);
}

/** Frame rates of one size: a list, or minimum and maximum of a range. */
struct rates {
    double fps[RATES_MAX];
    size_t count;
    bool range;
};

static double fps_of(const struct v4l2_fract *interval)
{
    return interval->numerator ? (double)interval->denominator / interval->numerator : 0;
}

static void rates_read(const struct camera *camera, uint32_t v4l2_fourcc, uint32_t width,
                       uint32_t height, struct rates *rates)
{
    struct v4l2_frmivalenum each;
    *rates = (struct rates){ 0 };
    while (rates->count < RATES_MAX &&
           camera_rate_at(camera, v4l2_fourcc, width, height, (uint32_t)rates->count, &each)) {
        if (each.type != V4L2_FRMIVAL_TYPE_DISCRETE) {
            rates->range = true;
            rates->fps[0] = fps_of(&each.stepwise.max);
            rates->fps[1] = fps_of(&each.stepwise.min);
            rates->count = 2;
            return;
        }
        rates->fps[rates->count++] = fps_of(&each.discrete);
    }
}

static bool print_size_json(const struct v4l2_fmtdesc *format, const char *text,
                            const struct v4l2_frmsizeenum *size, const struct rates *rates)
{
    const bool whole = size->type == V4L2_FRMSIZE_TYPE_DISCRETE;
    const struct v4l2_frmsize_stepwise *s = &size->stepwise;
    json_t *fps = json_array();
    for (size_t i = 0; i < rates->count; i++)
        json_array_append_new(fps, json_real(rates->fps[i]));
    json_t *object = json_pack(
        "{ss ss sb sb so sb}", "format", text, "description", (const char *)format->description,
        "emulated", (format->flags & V4L2_FMT_FLAG_EMULATED) != 0, "known",
        camera_format_find(format->pixelformat) != NULL, "fps", fps, "fps_is_range", rates->range);
    json_t *extent = whole ? json_pack("{si si}", "width", (int)size->discrete.width, "height",
                                       (int)size->discrete.height)
                           : json_pack("{s[iii] s[iii]}", "width", (int)s->min_width,
                                       (int)s->max_width, (int)s->step_width, "height",
                                       (int)s->min_height, (int)s->max_height, (int)s->step_height);
    json_object_update_new(object, extent);
    return stats_print_json(stdout, object);
}

static bool print_size(const struct v4l2_frmsizeenum *size, const struct rates *rates)
{
    const struct v4l2_frmsize_stepwise *s = &size->stepwise;
    if (size->type == V4L2_FRMSIZE_TYPE_DISCRETE)
        printf("    %ux%u", size->discrete.width, size->discrete.height);
    else
        printf("    %ux%u to %ux%u in steps of %ux%u", s->min_width, s->min_height, s->max_width,
               s->max_height, s->step_width, s->step_height);
    for (size_t i = 0; i < rates->count; i++)
        printf("%s%.4g", i == 0 ? ": " : rates->range ? " to " : ", ", rates->fps[i]);
    return printf(rates->count ? " fps\n" : "\n") > 0;
}

bool camera_list_formats(const struct camera *camera, bool json)
{
    struct v4l2_fmtdesc format;
    struct v4l2_frmsizeenum size;
    struct rates rates;
    char text[5];
    bool ok = true;
    for (uint32_t f = 0; ok && camera_format_at(camera, f, &format); f++) {
        tri_fourcc_name(format.pixelformat, text);
        if (!json)
            printf("%s  %s%s%s\n", text, format.description,
                   format.flags & V4L2_FMT_FLAG_EMULATED ? ", emulated by libv4l2" : "",
                   camera_format_find(format.pixelformat) ? "" : ", unknown to triptych");
        for (uint32_t s = 0; ok && camera_size_at(camera, format.pixelformat, s, &size); s++) {
            const bool whole = size.type == V4L2_FRMSIZE_TYPE_DISCRETE;
            rates_read(camera, format.pixelformat,
                       whole ? size.discrete.width : size.stepwise.max_width,
                       whole ? size.discrete.height : size.stepwise.max_height, &rates);
            ok = json ? print_size_json(&format, text, &size, &rates) : print_size(&size, &rates);
        }
    }
    return ok && fflush(stdout) == 0;
}
