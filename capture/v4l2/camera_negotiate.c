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

#define LIST_MAX    160
#define FLUENT_FPS  24     // if no rate is requested: slower video appears as single pictures
#define MUCH_FASTER 1.5    // ratio of rates that is logged
#define FPS_MAX     100000 // more is not plausible

/** Ranks a native format; the first difference decides. */
struct merit {
    bool size;
    double rate; // at most what is wanted
    bool uncompressed;
    bool current;
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
    const struct tri_format *format = camera_format_find(v4l2_fourcc);
    return format && format->family == TRI_FAMILY_COMPRESSED;
}

/** `size`: the requested or the current one. */
static struct merit merit_of(const struct camera *camera, uint32_t v4l2_fourcc,
                             const struct tri_video *size, const struct v4l2_format *now)
{
    const double aim = rate_of(size) > 0 ? rate_of(size) : FLUENT_FPS;
    const double fastest = camera_fastest(camera, v4l2_fourcc, size->width, size->height);
    return (struct merit){
        .size = camera_has_size(camera, v4l2_fourcc, size->width, size->height),
        // 29.97 is as good as 30; a camera that lists no rates may support any
        .rate = fastest == 0 || fastest > aim * 0.99 ? aim : fastest,
        .uncompressed = !is_compressed(v4l2_fourcc),
        .current = v4l2_fourcc == camera_format_fourcc(now),
    };
}

/** How many programs can use a format. What is not usual is chosen only on request or if the camera has
 *  nothing else. */
enum use {
    USE_OPAQUE,  // triptych does not know it
    USE_SPECIAL, // raw sensor data, distances, H.264
    USE_USUAL,
};

static enum use use_of(const struct tri_format *format)
{
    if (!format)
        return USE_OPAQUE;
    return format->delta || format->family == TRI_FAMILY_BAYER || format->family == TRI_FAMILY_DEPTH
               ? USE_SPECIAL
               : USE_USUAL;
}

/** The best native V4L2 format: the wanted one, or of at least that use; 0 if there is none. */
static uint32_t best_native(const struct camera *camera, const struct tri_video *wanted,
                            const struct v4l2_format *now, enum use least)
{
    struct v4l2_fmtdesc each;
    struct merit best = { 0 };
    uint32_t chosen = 0;
    for (uint32_t i = 0; camera_format_at(camera, i, &each); i++) {
        const struct tri_format *format = camera_format_find(each.pixelformat);
        const bool fits = wanted->fourcc
                              ? wanted->fourcc == (format ? format->fourcc : each.pixelformat)
                              : use_of(format) >= least;
        if (!fits || each.flags & V4L2_FMT_FLAG_EMULATED)
            continue;
        const struct merit merit = merit_of(camera, each.pixelformat, wanted, now);
        if (!chosen || merit_compare(&merit, &best) > 0) {
            best = merit;
            chosen = each.pixelformat;
        }
    }
    return chosen;
}

/** Logs that another format is much faster at this size than the requested one, or that a faster
 *  one was chosen instead of an uncompressed one. */
static void compare_rates(const struct camera *camera, uint32_t chosen, bool requested,
                          const struct tri_video *size)
{
    const double own = camera_fastest(camera, chosen, size->width, size->height);
    struct v4l2_fmtdesc each;
    char text[5];
    char other[5];
    for (uint32_t i = 0; own > 0 && camera_format_at(camera, i, &each); i++) {
        const double fps = camera_fastest(camera, each.pixelformat, size->width, size->height);
        const struct tri_format *format = camera_format_find(each.pixelformat);
        if (fps == 0 || use_of(format) != USE_USUAL || each.flags & V4L2_FMT_FLAG_EMULATED)
            continue;
        tri_fourcc_name(chosen, text);
        tri_fourcc_name(each.pixelformat, other);
        if (requested && own < FLUENT_FPS && fps > MUCH_FASTER * own) {
            tri_log_write(camera->log, TRI_LOG_WARN, "v4l2",
                          "%s: %s is limited to %.4g fps at %ux%u; --format %s reaches %.4g fps",
                          camera->path, text, own, size->width, size->height, other, fps);
            return;
        }
        if (!requested && is_compressed(chosen) && !is_compressed(each.pixelformat) &&
            own > MUCH_FASTER * fps) {
            tri_log_write(camera->log, TRI_LOG_INFO, "v4l2",
                          "%s: using %s: %s is limited to %.4g fps at %ux%u; use --format %s to "
                          "force it",
                          camera->path, text, other, fps, size->width, size->height, other);
            return;
        }
    }
}

/** Asks libv4lconvert for `wanted`, or for any format if wanted->fourcc is 0.
 *  @return false: not possible; *converter is NULL */
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
    char list[LIST_MAX];
    char text[5];
    char wanted[5];
    struct strbuf formats;
    struct v4l2_fmtdesc each;
    strbuf_init(&formats, list, sizeof(list));
    for (uint32_t i = 0; camera_format_at(camera, i, &each); i++)
        strbuf_add(&formats, " %s", tri_fourcc_name(each.pixelformat, text));
    if (!list[0] && errno != EINVAL) // EINVAL: the end of the list
        return camera_failed(camera, CAMERA_FORMAT, "cannot list its formats");
    return camera_refuse(camera, "cannot deliver %s; its formats:%s",
                         fourcc ? tri_fourcc_name(fourcc, wanted) : "any format",
                         list[0] ? list : " none");
}

/** Checks the size that the driver has set. One of 0 is that of an input without a signal. */
static enum source_result check_size(const struct camera *camera, const struct v4l2_format *native)
{
    const uint32_t width = camera_format_width(native);
    const uint32_t height = camera_format_height(native);
    if (width > TRI_DIMENSION_MAX || height > TRI_DIMENSION_MAX)
        return camera_refuse(camera, "%ux%u: a frame has at most %d pixels per side; use --size",
                             width, height, TRI_DIMENSION_MAX);
    if (width && height)
        return SOURCE_OK;
    tri_log_write(camera->log, TRI_LOG_ERROR, "v4l2",
                  "%s: the driver has a size of %ux%u: the input may have no signal; connect one, "
                  "or use --size",
                  camera->path, width, height);
    return SOURCE_LOST;
}

static void take_rate(struct tri_video *video, const struct v4l2_fract *interval)
{
    if (!interval->numerator || interval->denominator / interval->numerator > FPS_MAX)
        return;
    video->fps_num = interval->denominator;
    video->fps_den = interval->denominator ? interval->numerator : 0;
}

/** Takes the rate that the camera lists for its mode, if it lists exactly one. */
static void take_only_rate(const struct camera *camera, const struct v4l2_format *native,
                           struct tri_video *video)
{
    struct v4l2_frmivalenum first;
    struct v4l2_frmivalenum second;
    const uint32_t fourcc = camera_format_fourcc(native);
    if (camera_rate_at(camera, fourcc, camera_format_width(native), camera_format_height(native), 0,
                       &first) &&
        first.type == V4L2_FRMIVAL_TYPE_DISCRETE &&
        !camera_rate_at(camera, fourcc, camera_format_width(native), camera_format_height(native),
                        1, &second))
        take_rate(video, &first.discrete);
}

/** Sets the requested rate, if the driver supports that, and reads the current one. */
static void negotiate_rate(const struct camera *camera, const struct tri_video *wanted,
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
        tri_log_write(camera->log, TRI_LOG_WARN, "v4l2", "%s: cannot set %g fps: %s", camera->path,
                      rate_of(wanted), strerror(errno));
}

static void report(const struct camera *camera, const struct tri_video *wanted,
                   const struct camera_format *format)
{
    const struct tri_video *video = &format->video;
    char text[5];
    char native[5];
    char rate[40] = "unknown rate";
    if (video->fps_num)
        snprintf(rate, sizeof(rate), "%.4g fps", rate_of(video));
    tri_log_write(camera->log, TRI_LOG_INFO, "v4l2", "%s: %s, %ux%u %s, %s%s", camera->path,
                  camera->card, video->width, video->height, tri_fourcc_name(video->fourcc, text),
                  rate, format->woven ? ", two fields woven per frame" : "");
    if (format->emulated.type)
        tri_log_write(
            camera->log, TRI_LOG_WARN, "v4l2",
            "%s: %s is emulated: libv4lconvert converts each frame from %s; colours may be less "
            "exact",
            camera->path, text, tri_fourcc_name(camera_format_fourcc(&format->native), native));
    if (!tri_format_find(video->fourcc))
        tri_log_write(
            camera->log, TRI_LOG_WARN, "v4l2",
            "%s: triptych does not know %s: frames are passed on as opaque bytes; a reader "
            "needs to know the format",
            camera->path, text);
    if (camera_format_alternates(&format->native) && !format->woven)
        tri_log_write(camera->log, TRI_LOG_WARN, "v4l2",
                      "%s: the camera delivers single fields, which cannot be woven in %s: each is "
                      "published as a frame of half the height; use an uncompressed --format",
                      camera->path, text);
    if ((wanted->width && wanted->width != video->width) ||
        (wanted->height && wanted->height != video->height))
        tri_log_write(
            camera->log, TRI_LOG_WARN, "v4l2",
            "%s: %ux%u requested, the camera delivers %ux%u; --list-formats lists its sizes",
            camera->path, wanted->width, wanted->height, video->width, video->height);
    // Many drivers report 59.94 as 60: ignore 1 %.
    const double ratio = wanted->fps_num && video->fps_num ? rate_of(video) / rate_of(wanted) : 1;
    if (ratio < 0.99 || ratio > 1.01)
        tri_log_write(
            camera->log, TRI_LOG_WARN, "v4l2",
            "%s: %.4g fps requested, the camera delivers %.4g fps; --list-formats lists its "
            "rates",
            camera->path, rate_of(wanted), rate_of(video));
}

/** Sets a format. If the driver's buffers are fields, requests half the lines. */
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
    uint32_t native = best_native(camera, &aim, &now, USE_USUAL);
    if (!native && !emulate(camera, wanted, &now, format, converter)) {
        native = best_native(camera, &aim, &now, USE_SPECIAL);
        if (!native)
            native = best_native(camera, &aim, &now, USE_OPAQUE);
        if (!native)
            return no_format(camera, wanted->fourcc);
    }
    if (native)
        format->native = camera_format_request(camera->type, native, aim.width, aim.height);

    if (set_format(camera, &format->native, &aim) == -1)
        return camera_failed(camera, CAMERA_FORMAT, "cannot set its format");
    const enum source_result sized = check_size(camera, &format->native);
    if (sized != SOURCE_OK)
        return sized;
    format->compressed = camera_marks_compressed(camera, camera_format_fourcc(&format->native));
    if (!camera_format_describe(format) ||
        (wanted->fourcc && format->video.fourcc != wanted->fourcc))
        return no_format(camera, wanted->fourcc);
    negotiate_rate(camera, wanted, format);
    camera_pixel_aspect(camera, &format->video);
    report(camera, wanted, format);
    if (native)
        compare_rates(camera, native, wanted->fourcc != 0, &format->video);
    return SOURCE_OK;
}
