/* SPDX-License-Identifier: MIT */
/* What a scripted camera lists: formats, sizes, rates, inputs, standards, controls. */
#include "scripted_camera.h"

#include <errno.h>
#include <string.h>

static int refuse(int error)
{
    errno = error;
    return -1;
}

int script_list_formats(const struct script *script, struct v4l2_fmtdesc *listed)
{
    uint32_t index = 0;
    for (unsigned i = 0; i < script->modes; i++) {
        bool seen = false;
        for (unsigned before = 0; before < i; before++)
            seen |= script->mode[before].fourcc == script->mode[i].fourcc;
        if (!seen && index++ == listed->index) {
            listed->pixelformat = script->mode[i].fourcc;
            memcpy(listed->description, &listed->pixelformat, 4);
            return 0;
        }
    }
    return refuse(EINVAL);
}

int script_list_sizes(const struct script *script, struct v4l2_frmsizeenum *size)
{
    uint32_t index = 0;
    for (unsigned i = 0; i < script->modes; i++) {
        const struct script_mode *mode = &script->mode[i];
        if (mode->fourcc == size->pixel_format && index++ == size->index) {
            size->type = V4L2_FRMSIZE_TYPE_DISCRETE;
            size->discrete.width = mode->width;
            size->discrete.height = mode->height;
            return 0;
        }
    }
    return refuse(EINVAL);
}

struct v4l2_fract script_interval(double fps)
{
    return (struct v4l2_fract){ 1000, (uint32_t)(fps * 1000 + 0.5) };
}

int script_list_rates(const struct script *script, struct v4l2_frmivalenum *rate)
{
    for (unsigned i = 0; i < script->modes; i++) {
        const struct script_mode *mode = &script->mode[i];
        if (mode->fourcc == rate->pixel_format && mode->width == rate->width &&
            mode->height == rate->height && (int)rate->index < mode->rates) {
            rate->type = V4L2_FRMIVAL_TYPE_DISCRETE;
            rate->discrete = script_interval(mode->fps[rate->index]);
            return 0;
        }
    }
    return refuse(EINVAL);
}

int script_list_inputs(const struct script *script, struct v4l2_input *input)
{
    if (input->index >= script->inputs)
        return refuse(EINVAL);
    memcpy(input->name, script->input[input->index].name, sizeof(input->name));
    input->status = script->input[input->index].status;
    input->std = script->standards ? V4L2_STD_ALL : 0;
    return 0;
}

int script_list_standards(const struct script *script, struct v4l2_standard *standard)
{
    if (standard->index >= script->standards)
        return refuse(script->standards ? EINVAL : ENODATA);
    const struct script_standard *row = &script->standard[standard->index];
    standard->id = row->id;
    standard->frameperiod = script_interval(row->fps);
    memcpy(standard->name, row->name, sizeof(standard->name));
    return 0;
}

int script_list_controls(const struct script *script, struct v4l2_query_ext_ctrl *query)
{
    const uint32_t id = query->id & ~(V4L2_CTRL_FLAG_NEXT_CTRL | V4L2_CTRL_FLAG_NEXT_COMPOUND);
    const bool next = id != query->id;
    for (unsigned i = 0; i < script->controls; i++) {
        const struct script_control *control = &script->control[i];
        if (next ? control->id <= id : control->id != id)
            continue;
        *query = (struct v4l2_query_ext_ctrl){ .id = control->id,
                                               .type = V4L2_CTRL_TYPE_INTEGER,
                                               .minimum = control->least,
                                               .maximum = control->most,
                                               .step = 1,
                                               .flags = control->flags,
                                               .elem_size = 4,
                                               .elems = 1 };
        memcpy(query->name, control->name, sizeof(query->name));
        return 0;
    }
    return refuse(EINVAL);
}

int script_capabilities(const struct script *script, struct v4l2_capability *cap)
{
    memcpy(cap->card, script->card, sizeof(cap->card));
    memcpy(cap->driver, script->driver, sizeof(cap->driver));
    memcpy(cap->bus_info, script->bus, sizeof(cap->bus_info));
    cap->device_caps = script->caps;
    cap->capabilities = script->caps | V4L2_CAP_DEVICE_CAPS;
    return 0;
}
