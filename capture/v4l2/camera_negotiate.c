/* SPDX-License-Identifier: MIT */
#include "camera_negotiate.h"

#include "camera_input.h"
#include "camera_modes.h"
#include "camera_timings.h"
#include "program/strbuf.h"

#include <errno.h>
#include <libv4lconvert.h>
#include <stdio.h>
#include <string.h>

#define LIST_MAX     160
#define FLUENT_FPS   24  // wanted where no rate is asked for: less is seen as a series of pictures
#define MUCH_QUICKER 1.5 // a rate so many times another one is worth a line in the log
#define FPS_MAX      100000 // no camera takes more a second

/** How well a native format serves; the first difference decides. */
struct merit {
    bool size;
    double rate; // frames a second, no more than are wanted
    bool uncompressed, current;
};

static double rate_of(const struct tri_video *video)
{
    return video->fps_den ? (double)video->fps_num / video->fps_den : 0;
}

static int merit_compare(const struct merit *a, const struct merit *b)
{
    return a->size != b->size                   ? a->size - b->size
           : a->rate != b->rate                 ? (a->rate > b->rate) - (a->rate < b->rate)
           : a->uncompressed != b->uncompressed ? a->uncompressed - b->uncompressed
                                                : a->current - b->current;
}

static bool is_compressed(uint32_t v4l2_fourcc)
{
    return camera_format_find(v4l2_fourcc)->family == TRI_FAMILY_COMPRESSED;
}

/** `size`: what is wanted, or what the camera stands at. */
static struct merit merit_of(const struct camera *camera, uint32_t v4l2_fourcc,
                             const struct tri_video *size, const struct v4l2_format *now)
{
    const double aim = rate_of(size) > 0 ? rate_of(size) : FLUENT_FPS;
    const double fastest = camera_fastest(camera, v4l2_fourcc, size->width, size->height);

    return (struct merit){
        .size = camera_has_size(camera, v4l2_fourcc, size->width, size->height),
        // 29.97 serves as 30 does; a camera that lists no rates may have any
        .rate = fastest == 0 || fastest > aim * 0.99 ? aim : fastest,
        .uncompressed = !is_compressed(v4l2_fourcc),
        .current = v4l2_fourcc == camera_format_fourcc(now),
    };
}

/** The native V4L2 format that serves best; 0 if there is none of the wanted kind. */
static uint32_t best_native(const struct camera *camera, const struct tri_video *wanted,
                            const struct v4l2_format *now)
{
    struct v4l2_fmtdesc each;
    struct merit best = { 0 };
    uint32_t chosen = 0;

    for (uint32_t i = 0; camera_format_at(camera, i, &each); i++) {
        const struct tri_format *format = camera_format_find(each.pixelformat);
        if (!format || (wanted->fourcc && format->fourcc != wanted->fourcc) ||
            each.flags & V4L2_FMT_FLAG_EMULATED)
            continue;
        const struct merit merit = merit_of(camera, each.pixelformat, wanted, now);
        if (!chosen || merit_compare(&merit, &best) > 0) {
            best = merit;
            chosen = each.pixelformat;
        }
    }
    return chosen;
}

/** Says when another format of the camera is much quicker at this size than the chosen one, or has
 *  been left out for being much slower. */
static void compare_rates(const struct camera *camera, uint32_t chosen, bool asked_for,
                          const struct tri_video *size)
{
    const double own = camera_fastest(camera, chosen, size->width, size->height);
    struct v4l2_fmtdesc each;
    char text[5], other[5];

    for (uint32_t i = 0; own > 0 && camera_format_at(camera, i, &each); i++) {
        const double fps = camera_fastest(camera, each.pixelformat, size->width, size->height);
        if (fps == 0 || !camera_format_find(each.pixelformat) ||
            each.flags & V4L2_FMT_FLAG_EMULATED)
            continue;
        tri_fourcc_name(chosen, text);
        tri_fourcc_name(each.pixelformat, other);
        if (asked_for && own < FLUENT_FPS && fps > MUCH_QUICKER * own) {
            tri_log_write(camera->log, TRI_LOG_WARN, "v4l2",
                          "%s: %s gives no more than %.4g frames a second at %ux%u; --format %s "
                          "gives %.4g",
                          camera->path, text, own, size->width, size->height, other, fps);
            return;
        }
        if (!asked_for && is_compressed(chosen) && !is_compressed(each.pixelformat) &&
            own > MUCH_QUICKER * fps) {
            tri_log_write(camera->log, TRI_LOG_INFO, "v4l2",
                          "%s: %s chosen: %s gives no more than %.4g frames a second at %ux%u; "
                          "--format %s takes it",
                          camera->path, text, other, fps, size->width, size->height, other);
            return;
        }
    }
}

/** Asks libv4lconvert for `wanted`, or any format where wanted->fourcc is 0.
 *  @return false: it has no way to make it; *converter is then NULL */
static bool emulate(const struct camera *camera, const struct tri_video *wanted,
                    const struct v4l2_format *now, struct camera_format *format,
                    struct v4lconvert_data **converter)
{
    const uint32_t fourcc = wanted->fourcc ? wanted->fourcc : TRI_FOURCC_YU12;

    *converter = camera_multiplanar(camera) ? NULL : v4lconvert_create(camera->fd);
    if (!*converter)
        return false;
    format->emulated = camera_format_request(camera->type, fourcc,
                                             wanted->width ? wanted->width : now->fmt.pix.width,
                                             wanted->height ? wanted->height : now->fmt.pix.height);
    if (v4lconvert_try_format(*converter, &format->emulated, &format->native) == 0 &&
        format->emulated.fmt.pix.pixelformat == fourcc)
        return true;
    v4lconvert_destroy(*converter);
    *converter = NULL;
    format->emulated.type = 0;
    return false;
}

static enum source_result no_format(const struct camera *camera, uint32_t fourcc)
{
    char list[LIST_MAX], text[5], wanted[5];
    struct strbuf formats;
    struct v4l2_fmtdesc each;

    strbuf_init(&formats, list, sizeof(list));
    for (uint32_t i = 0; camera_format_at(camera, i, &each); i++)
        strbuf_add(&formats, " %s", tri_fourcc_name(each.pixelformat, text));
    tri_log_write(
        camera->log, TRI_LOG_ERROR, "v4l2", "%s: cannot give %s; its own formats:%s", camera->path,
        fourcc ? tri_fourcc_name(fourcc, wanted) : "any format that triptych knows", list);
    return SOURCE_MISUSED;
}

static void take_rate(struct tri_video *video, const struct v4l2_fract *interval)
{
    if (!interval->numerator || interval->denominator / interval->numerator > FPS_MAX)
        return;
    video->fps_num = interval->denominator;
    video->fps_den = interval->denominator ? interval->numerator : 0;
}

/** What the camera lists for its mode, if that is one rate. */
static void take_only_rate(const struct camera *camera, const struct v4l2_format *native,
                           struct tri_video *video)
{
    struct v4l2_frmivalenum first, second;
    const uint32_t fourcc = camera_format_fourcc(native);

    if (camera_rate_at(camera, fourcc, camera_format_width(native), camera_format_height(native), 0,
                       &first) &&
        first.type == V4L2_FRMIVAL_TYPE_DISCRETE &&
        !camera_rate_at(camera, fourcc, camera_format_width(native), camera_format_height(native),
                        1, &second))
        take_rate(video, &first.discrete);
}

/** Sets the rate where one is wanted and can be set, and reads what is in force. */
static void agree_rate(const struct camera *camera, const struct tri_video *wanted,
                       struct camera_format *format)
{
    struct v4l2_streamparm parm = { .type = camera->type };
    struct v4l2_fract *interval = &parm.parm.capture.timeperframe;

    if (camera_ioctl(camera, VIDIOC_G_PARM, &parm) == -1) {
        if (camera_standard_rate(camera, interval))
            take_rate(&format->video, interval);
        else
            take_only_rate(camera, &format->native, &format->video);
        return;
    }
    take_rate(&format->video, interval);
    if (!wanted->fps_num || !(parm.parm.capture.capability & V4L2_CAP_TIMEPERFRAME))
        return;
    *interval = (struct v4l2_fract){ wanted->fps_den, wanted->fps_num };
    if (camera_ioctl(camera, VIDIOC_S_PARM, &parm) == 0)
        take_rate(&format->video, interval);
    else
        tri_log_write(camera->log, TRI_LOG_WARN, "v4l2", "%s: cannot set %g frames a second: %s",
                      camera->path, rate_of(wanted), strerror(errno));
}

static void report(const struct camera *camera, const struct tri_video *wanted,
                   const struct camera_format *format)
{
    const struct tri_video *video = &format->video;
    char text[5], native[5], rate[40] = "at a rate that the driver does not tell";

    if (video->fps_num)
        snprintf(rate, sizeof(rate), "%.4g frames a second", rate_of(video));
    tri_log_write(camera->log, TRI_LOG_INFO, "v4l2", "%s: %s, %ux%u %s, %s%s", camera->path,
                  camera->card, video->width, video->height, tri_fourcc_name(video->fourcc, text),
                  rate, format->woven ? ", woven of two fields each" : "");
    if (format->emulated.type)
        tri_log_write(
            camera->log, TRI_LOG_WARN, "v4l2",
            "%s: %s is emulated: libv4lconvert makes it of the camera's %s, one conversion a "
            "frame; colours may be less exact",
            camera->path, text, tri_fourcc_name(camera_format_fourcc(&format->native), native));
    if ((wanted->width && wanted->width != video->width) ||
        (wanted->height && wanted->height != video->height))
        tri_log_write(
            camera->log, TRI_LOG_WARN, "v4l2",
            "%s: %ux%u was asked for, the camera gives %ux%u; --list-formats shows its sizes",
            camera->path, wanted->width, wanted->height, video->width, video->height);
    // A rate of 59.94 is told as 60 by many drivers: a hundredth is no difference worth a word.
    const double ratio = wanted->fps_num && video->fps_num ? rate_of(video) / rate_of(wanted) : 1;
    if (ratio < 0.99 || ratio > 1.01)
        tri_log_write(
            camera->log, TRI_LOG_WARN, "v4l2",
            "%s: %.4g frames a second were asked for, the camera gives %.4g; --list-formats "
            "shows its rates",
            camera->path, rate_of(wanted), rate_of(video));
}

/** Sets a format; where the driver's buffers are fields, these get half the lines of the picture. */
static int set_format(const struct camera *camera, struct v4l2_format *native,
                      const struct tri_video *aim)
{
    const uint32_t fourcc = camera_format_fourcc(native);

    if (camera_ioctl(camera, VIDIOC_S_FMT, native) == -1)
        return -1;
    if (!camera_format_alternates(native) || camera_format_height(native) <= (aim->height + 1) / 2)
        return 0;
    *native = camera_format_request(camera->type, fourcc, aim->width, (aim->height + 1) / 2);
    return camera_ioctl(camera, VIDIOC_S_FMT, native);
}

enum source_result camera_negotiate(const struct camera *camera, const struct tri_video *wanted,
                                    struct camera_format *format,
                                    struct v4lconvert_data **converter)
{
    struct v4l2_format now = { .type = camera->type };
    struct tri_video aim = *wanted;

    *converter = NULL;
    *format = (struct camera_format){ 0 };
    if (camera_ioctl(camera, VIDIOC_G_FMT, &now) == -1)
        return camera_failed(camera, CAMERA_FORMAT, "cannot read its format");
    if (!aim.width) {
        aim.width = camera_format_width(&now);
        aim.height = camera_format_height(&now) * (camera_format_alternates(&now) ? 2 : 1);
    }
    const uint32_t native = best_native(camera, &aim, &now);
    if (native)
        format->native = camera_format_request(camera->type, native, aim.width, aim.height);
    else if (!emulate(camera, wanted, &now, format, converter))
        return no_format(camera, wanted->fourcc);

    if (set_format(camera, &format->native, &aim) == -1)
        return camera_failed(camera, CAMERA_FORMAT, "cannot set its format");
    format->compressed = camera_marks_compressed(camera, camera_format_fourcc(&format->native));
    if (!camera_format_describe(format) ||
        (wanted->fourcc && format->video.fourcc != wanted->fourcc))
        return no_format(camera, wanted->fourcc);
    agree_rate(camera, wanted, format);
    camera_pixel_aspect(camera, &format->video);
    report(camera, wanted, format);
    if (native)
        compare_rates(camera, native, wanted->fourcc != 0, &format->video);
    return SOURCE_OK;
}
