/* SPDX-License-Identifier: MIT */
#include "camera_modes.h"

#include "camera_format.h"

#include "src/utf8.h"

bool camera_format_at(const struct camera *camera, uint32_t index, struct v4l2_fmtdesc *format)
{
    *format = (struct v4l2_fmtdesc){ .index = index, .type = camera->type };
    if (index >= CAMERA_MODES_MAX || camera_ioctl(camera, VIDIOC_ENUM_FMT, format) == -1)
        return false;
    format->description[sizeof(format->description) - 1] = '\0';
    tri_utf8_clean((char *)format->description);
    return true;
}

bool camera_marks_compressed(const struct camera *camera, uint32_t v4l2_fourcc)
{
    struct v4l2_fmtdesc format;
    for (uint32_t i = 0; camera_format_at(camera, i, &format); i++) {
        if (format.pixelformat == v4l2_fourcc)
            return format.flags & V4L2_FMT_FLAG_COMPRESSED;
    }
    return false;
}

bool camera_size_at(const struct camera *camera, uint32_t v4l2_fourcc, uint32_t index,
                    struct v4l2_frmsizeenum *size)
{
    *size = (struct v4l2_frmsizeenum){ .index = index, .pixel_format = v4l2_fourcc };
    return index < CAMERA_MODES_MAX && camera_ioctl(camera, VIDIOC_ENUM_FRAMESIZES, size) == 0;
}

bool camera_rate_at(const struct camera *camera, uint32_t v4l2_fourcc, uint32_t width,
                    uint32_t height, uint32_t index, struct v4l2_frmivalenum *interval)
{
    *interval = (struct v4l2_frmivalenum){
        .index = index, .pixel_format = v4l2_fourcc, .width = width, .height = height
    };
    return index < CAMERA_MODES_MAX &&
           camera_ioctl(camera, VIDIOC_ENUM_FRAMEINTERVALS, interval) == 0;
}

static bool in_steps(uint32_t value, uint32_t least, uint32_t most, uint32_t step)
{
    return value >= least && value <= most && (step == 0 || (value - least) % step == 0);
}

static bool size_covers(const struct v4l2_frmsizeenum *size, uint32_t width, uint32_t height)
{
    if (size->type == V4L2_FRMSIZE_TYPE_DISCRETE)
        return size->discrete.width == width && size->discrete.height == height;
    return in_steps(width, size->stepwise.min_width, size->stepwise.max_width,
                    size->stepwise.step_width) &&
           in_steps(height, size->stepwise.min_height, size->stepwise.max_height,
                    size->stepwise.step_height);
}

bool camera_has_size(const struct camera *camera, uint32_t v4l2_fourcc, uint32_t width,
                     uint32_t height)
{
    struct v4l2_frmsizeenum size;
    for (uint32_t i = 0; camera_size_at(camera, v4l2_fourcc, i, &size); i++) {
        if (size_covers(&size, width, height))
            return true;
    }
    if (camera_size_at(camera, v4l2_fourcc, 0, &size))
        return false;

    struct v4l2_format format = camera_format_request(camera->type, v4l2_fourcc, width, height);
    return camera_ioctl(camera, VIDIOC_TRY_FMT, &format) == 0 &&
           camera_format_width(&format) == width && camera_format_height(&format) == height;
}

double camera_fastest(const struct camera *camera, uint32_t v4l2_fourcc, uint32_t width,
                      uint32_t height)
{
    struct v4l2_frmivalenum interval;
    double fastest = 0;
    for (uint32_t i = 0; camera_rate_at(camera, v4l2_fourcc, width, height, i, &interval); i++) {
        const struct v4l2_fract shortest =
            interval.type == V4L2_FRMIVAL_TYPE_DISCRETE ? interval.discrete : interval.stepwise.min;
        const double fps =
            shortest.numerator ? (double)shortest.denominator / shortest.numerator : 0;
        fastest = fps > fastest ? fps : fastest;
        if (interval.type != V4L2_FRMIVAL_TYPE_DISCRETE)
            break; // a range is the only entry
    }
    return fastest;
}
