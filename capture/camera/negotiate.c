/* SPDX-License-Identifier: MIT */
#include "negotiate.h"

#include "modes.h"

#include <errno.h>
#include <libv4lconvert.h>
#include <stdio.h>
#include <string.h>

#define LIST_MAX 160

/** How well a native format serves; the first difference decides. */
struct merit {
    bool size, rate, uncompressed, current;
};

static int merit_compare(const struct merit *a, const struct merit *b)
{
    return a->size != b->size                   ? a->size - b->size
           : a->rate != b->rate                 ? a->rate - b->rate
           : a->uncompressed != b->uncompressed ? a->uncompressed - b->uncompressed
                                                : a->current - b->current;
}

static struct merit merit_of(const struct camera *camera, uint32_t v4l2_fourcc,
                             const struct tri_video *wanted, const struct v4l2_format *now)
{
    const uint32_t width = wanted->width ? wanted->width : camera_format_width(now);
    const uint32_t height = wanted->height ? wanted->height : camera_format_height(now);
    const struct tri_format *format = camera_format_find(v4l2_fourcc);

    return (struct merit){
        .size = camera_has_size(camera, v4l2_fourcc, width, height),
        .rate = camera_has_rate(camera, v4l2_fourcc, width, height, wanted->fps_num,
                                wanted->fps_den ? wanted->fps_den : 1),
        .uncompressed = format->family != TRI_FAMILY_COMPRESSED,
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
    char list[LIST_MAX] = "", text[5], wanted[5];
    struct v4l2_fmtdesc each;

    for (uint32_t i = 0; camera_format_at(camera, i, &each); i++) {
        const size_t used = strlen(list);
        snprintf(list + used, sizeof(list) - used, " %s", tri_fourcc_name(each.pixelformat, text));
    }
    tri_log_write(
        camera->log, TRI_LOG_ERROR, "v4l2", "%s: cannot give %s; its own formats:%s", camera->path,
        fourcc ? tri_fourcc_name(fourcc, wanted) : "any format that triptych knows", list);
    return SOURCE_MISUSED;
}

/** Sets the rate where one is wanted and can be set, and reads what is in force. */
static void agree_rate(const struct camera *camera, const struct tri_video *wanted,
                       struct tri_video *video)
{
    struct v4l2_streamparm parm = { .type = camera->type };
    struct v4l2_fract *interval = &parm.parm.capture.timeperframe;

    if (camera_ioctl(camera, VIDIOC_G_PARM, &parm) == -1)
        return;
    if (wanted->fps_num && parm.parm.capture.capability & V4L2_CAP_TIMEPERFRAME) {
        *interval = (struct v4l2_fract){ wanted->fps_den, wanted->fps_num };
        if (camera_ioctl(camera, VIDIOC_S_PARM, &parm) == -1)
            tri_log_write(camera->log, TRI_LOG_WARN, "v4l2",
                          "%s: cannot set %g frames a second: %s", camera->path,
                          (double)wanted->fps_num / wanted->fps_den, strerror(errno));
    }
    if (interval->numerator && interval->denominator) {
        video->fps_num = interval->denominator;
        video->fps_den = interval->numerator;
    }
}

static double rate_of(const struct tri_video *video)
{
    return video->fps_den ? (double)video->fps_num / video->fps_den : 0;
}

static void report(const struct camera *camera, const struct tri_video *wanted,
                   const struct camera_format *format)
{
    const struct tri_video *video = &format->video;
    char text[5], native[5];

    tri_log_write(camera->log, TRI_LOG_INFO, "v4l2", "%s: %s, %ux%u %s, %.4g frames a second",
                  camera->path, camera->card, video->width, video->height,
                  tri_fourcc_name(video->fourcc, text), rate_of(video));
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

enum source_result camera_negotiate(const struct camera *camera, const struct tri_video *wanted,
                                    struct camera_format *format,
                                    struct v4lconvert_data **converter)
{
    struct v4l2_format now = { .type = camera->type };

    *converter = NULL;
    *format = (struct camera_format){ 0 };
    if (camera_ioctl(camera, VIDIOC_G_FMT, &now) == -1)
        return camera_failed(camera, CAMERA_FORMAT, "cannot read its format");

    const uint32_t native = best_native(camera, wanted, &now);
    if (native)
        format->native = camera_format_request(
            camera->type, native, wanted->width ? wanted->width : camera_format_width(&now),
            wanted->height ? wanted->height : camera_format_height(&now));
    else if (!emulate(camera, wanted, &now, format, converter))
        return no_format(camera, wanted->fourcc);

    if (camera_ioctl(camera, VIDIOC_S_FMT, &format->native) == -1)
        return camera_failed(camera, CAMERA_FORMAT, "cannot set its format");
    if (!camera_format_describe(format) ||
        (wanted->fourcc && format->video.fourcc != wanted->fourcc))
        return no_format(camera, wanted->fourcc);
    agree_rate(camera, wanted, &format->video);
    report(camera, wanted, format);
    return SOURCE_OK;
}
