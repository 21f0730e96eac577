/* SPDX-License-Identifier: MIT */
#include "camera_ctrl.h"

#include "src/utf8.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static void set_name(struct camera_ctrl *ctrl)
{
    size_t length = 0;
    bool gap = false;
    for (const char *c = ctrl->query.name; *c && length + 2 < sizeof(ctrl->name); c++) {
        if (!isalnum((unsigned char)*c)) {
            gap = length > 0;
            continue;
        }
        if (gap)
            ctrl->name[length++] = '_';
        ctrl->name[length++] = (char)tolower((unsigned char)*c);
        gap = false;
    }
    ctrl->name[length] = '\0';
}

bool camera_ctrl_after(const struct camera *camera, uint32_t id, struct camera_ctrl *ctrl)
{
    uint32_t last = id;
    for (int i = 0; i < CAMERA_CTRLS_MAX; i++) {
        *ctrl = (struct camera_ctrl){ .query.id = last | V4L2_CTRL_FLAG_NEXT_CTRL |
                                                  V4L2_CTRL_FLAG_NEXT_COMPOUND };
        if (camera_ioctl(camera, VIDIOC_QUERY_EXT_CTRL, &ctrl->query) == -1 ||
            ctrl->query.id <= last)
            return false;
        last = ctrl->query.id;
        if (ctrl->query.type != V4L2_CTRL_TYPE_CTRL_CLASS &&
            !(ctrl->query.flags & V4L2_CTRL_FLAG_DISABLED)) {
            ctrl->query.name[sizeof(ctrl->query.name) - 1] = '\0';
            tri_utf8_clean(ctrl->query.name);
            set_name(ctrl);
            return true;
        }
    }
    return false;
}

bool camera_ctrl_item(const struct camera *camera, const struct camera_ctrl *ctrl, int64_t index,
                      char text[40])
{
    struct v4l2_querymenu item = { .id = ctrl->query.id, .index = (uint32_t)index };
    if (index < ctrl->query.minimum || index > ctrl->query.maximum ||
        camera_ioctl(camera, VIDIOC_QUERYMENU, &item) == -1)
        return false;
    if (ctrl->query.type == V4L2_CTRL_TYPE_INTEGER_MENU)
        snprintf(text, 40, "%lld", (long long)item.value);
    else
        snprintf(text, 40, "%.32s", (const char *)item.name);
    tri_utf8_clean(text);
    return true;
}

static int get(const struct camera *camera, struct v4l2_ext_control *control)
{
    struct v4l2_ext_controls controls = { .which = V4L2_CTRL_WHICH_CUR_VAL,
                                          .count = 1,
                                          .controls = control };
    return camera_ioctl(camera, VIDIOC_G_EXT_CTRLS, &controls);
}

bool camera_ctrl_get(const struct camera *camera, const struct camera_ctrl *ctrl, int64_t *value)
{
    struct v4l2_ext_control control = { .id = ctrl->query.id };
    if (ctrl->query.flags & (V4L2_CTRL_FLAG_WRITE_ONLY | V4L2_CTRL_FLAG_HAS_PAYLOAD) ||
        get(camera, &control) == -1)
        return false;
    *value = ctrl->query.type == V4L2_CTRL_TYPE_INTEGER64 ? control.value64
             : ctrl->query.type == V4L2_CTRL_TYPE_BITMASK ? (int64_t)(uint32_t)control.value
                                                          : control.value;
    return true;
}

bool camera_ctrl_get_text(const struct camera *camera, const struct camera_ctrl *ctrl, char *text,
                          size_t bytes)
{
    struct v4l2_ext_control control = { .id = ctrl->query.id, .size = (uint32_t)bytes };
    control.string = text;
    if (ctrl->query.type != V4L2_CTRL_TYPE_STRING ||
        ctrl->query.flags & V4L2_CTRL_FLAG_WRITE_ONLY || get(camera, &control) == -1)
        return false;
    text[bytes - 1] = '\0';
    tri_utf8_clean(text);
    return true;
}

const char *camera_ctrl_type_name(uint32_t type)
{
    switch (type) {
    case V4L2_CTRL_TYPE_INTEGER:
        return "int";
    case V4L2_CTRL_TYPE_BOOLEAN:
        return "bool";
    case V4L2_CTRL_TYPE_MENU:
        return "menu";
    case V4L2_CTRL_TYPE_INTEGER_MENU:
        return "intmenu";
    case V4L2_CTRL_TYPE_BUTTON:
        return "button";
    case V4L2_CTRL_TYPE_INTEGER64:
        return "int64";
    case V4L2_CTRL_TYPE_STRING:
        return "str";
    case V4L2_CTRL_TYPE_BITMASK:
        return "bitmask";
    default:
        return "compound";
    }
}
