/* SPDX-License-Identifier: MIT */
/** Parses the NAME=VALUE of --set-ctrl and sets controls. */
#include "camera_ctrl.h"

#include "program/strbuf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SETTING_MAX 1024 // bytes of one NAME=VALUE
#define WHY_MAX     512

static bool find(const struct camera *camera, const char *name, struct camera_ctrl *ctrl)
{
    uint32_t id = 0;
    while (camera_ctrl_after(camera, id, ctrl)) {
        if (!strcasecmp(ctrl->name, name))
            return true;
        id = ctrl->query.id;
    }
    return false;
}

static bool parse_number(const char *text, int64_t *value)
{
    char *end;
    errno = 0;
    *value = strtoll(text, &end, 0);
    return end != text && !*end && errno == 0;
}

static bool parse_bool(const char *text, int64_t *value)
{
    static const char *const words[2][4] = { { "0", "false", "off", "no" },
                                             { "1", "true", "on", "yes" } };
    for (int v = 0; v < 2; v++) {
        for (int w = 0; w < 4; w++) {
            if (!strcasecmp(text, words[v][w])) {
                *value = v;
                return true;
            }
        }
    }
    return false;
}

/** The text of an item has priority over its number, because the items of an integer menu are
 *  numbers. */
static bool parse_menu(const struct camera *camera, const struct camera_ctrl *ctrl,
                       const char *text, int64_t *value, char *why)
{
    char item[40];
    int64_t number;
    for (int64_t i = ctrl->query.minimum; i <= camera_ctrl_last_item(ctrl); i++) {
        if (camera_ctrl_item(camera, ctrl, i, item) && !strcasecmp(item, text)) {
            *value = i;
            return true;
        }
    }
    if (parse_number(text, &number) && camera_ctrl_item(camera, ctrl, number, item)) {
        *value = number;
        return true;
    }
    struct strbuf list;
    strbuf_init(&list, why, WHY_MAX);
    strbuf_add(&list, "one of");
    for (int64_t i = ctrl->query.minimum; i <= camera_ctrl_last_item(ctrl); i++)
        if (camera_ctrl_item(camera, ctrl, i, item))
            strbuf_add(&list, " %lld (%s)", (long long)i, item);
    return false;
}

static bool parse_range(const struct camera_ctrl *ctrl, const char *text, int64_t *value, char *why)
{
    const struct v4l2_query_ext_ctrl *q = &ctrl->query;
    if (q->type == V4L2_CTRL_TYPE_BITMASK) {
        snprintf(why, WHY_MAX, "a mask of bits within 0x%llx", (unsigned long long)q->maximum);
        return parse_number(text, value) && !((uint64_t)*value & ~(uint64_t)q->maximum);
    }
    snprintf(why, WHY_MAX, "%lld to %lld in steps of %llu", (long long)q->minimum,
             (long long)q->maximum, (unsigned long long)q->step);
    return parse_number(text, value) && *value >= q->minimum && *value <= q->maximum &&
           (q->step <= 1 || ((uint64_t)*value - (uint64_t)q->minimum) % q->step == 0);
}

/** Parses `text` as a value of this control. On failure `why` lists the valid values. */
static bool parse(const struct camera *camera, const struct camera_ctrl *ctrl, const char *text,
                  int64_t *value, char *why)
{
    switch (ctrl->query.type) {
    case V4L2_CTRL_TYPE_BUTTON:
        *value = 1; // any value presses it
        return true;
    case V4L2_CTRL_TYPE_BOOLEAN:
        snprintf(why, WHY_MAX, "0 or 1");
        return parse_bool(text, value);
    case V4L2_CTRL_TYPE_MENU:
    case V4L2_CTRL_TYPE_INTEGER_MENU:
        return parse_menu(camera, ctrl, text, value, why);
    case V4L2_CTRL_TYPE_STRING:
        snprintf(why, WHY_MAX, "%lld to %lld characters", (long long)ctrl->query.minimum,
                 (long long)ctrl->query.maximum);
        return (int64_t)strlen(text) >= ctrl->query.minimum &&
               (int64_t)strlen(text) <= ctrl->query.maximum;
    default:
        return parse_range(ctrl, text, value, why);
    }
}

/** Logs why the driver refused a value, by the flags of the control. */
static enum source_result refused(const struct camera *camera, const struct camera_ctrl *ctrl)
{
    char doing[CAMERA_CTRL_NAME_MAX + 16];
    if (ctrl->query.flags & V4L2_CTRL_FLAG_INACTIVE)
        return camera_refuse(
            camera,
            "%s is inactive: another control overrides it, often an automatic one; set "
            "that one first (triptych-capture --list-ctrls)",
            ctrl->name);
    if (ctrl->query.flags & V4L2_CTRL_FLAG_GRABBED)
        return camera_refuse(camera,
                             "%s is locked while the device streams; end the program that streams",
                             ctrl->name);
    if (errno == EACCES || errno == EPERM || errno == ERANGE || errno == EINVAL)
        return camera_refuse(camera, "%s: the driver refuses this value at the moment: %s",
                             ctrl->name, strerror(errno));
    snprintf(doing, sizeof(doing), "cannot set %s", ctrl->name);
    return camera_failed(camera, CAMERA_CONTROL, doing);
}

static enum source_result set(const struct camera *camera, const struct camera_ctrl *ctrl,
                              char *text, int64_t value)
{
    struct v4l2_ext_control control = { .id = ctrl->query.id };
    struct v4l2_ext_controls controls = { .which = V4L2_CTRL_WHICH_CUR_VAL,
                                          .count = 1,
                                          .controls = &control };
    int64_t now;
    if (ctrl->query.type == V4L2_CTRL_TYPE_STRING) {
        control.string = text;
        control.size = (uint32_t)strlen(text) + 1;
    } else if (ctrl->query.type == V4L2_CTRL_TYPE_INTEGER64) {
        control.value64 = value;
    } else {
        control.value = (int32_t)value;
    }
    if (camera_ioctl(camera, VIDIOC_S_EXT_CTRLS, &controls) == -1)
        return refused(camera, ctrl);
    if (!camera_ctrl_get(camera, ctrl, &now))
        tri_log_write(camera->log, TRI_LOG_INFO, "v4l2", "%s: %s set", camera->path, ctrl->name);
    else
        tri_log_write(camera->log, now == value ? TRI_LOG_INFO : TRI_LOG_WARN, "v4l2",
                      now == value ? "%s: %s is %lld"
                                   : "%s: %s is %lld instead of %s: set by the camera",
                      camera->path, ctrl->name, (long long)now, text);
    return SOURCE_OK;
}

static enum source_result apply(const struct camera *camera, char *setting)
{
    struct camera_ctrl ctrl;
    char why[WHY_MAX] = "";
    char *text = strchr(setting, '=');
    int64_t value = 0;
    if (!text)
        return camera_refuse(camera, "'%s' is not NAME=VALUE", setting);
    *text++ = '\0';
    if (!find(camera, setting, &ctrl))
        return camera_refuse(camera, "no control '%s'; --list-ctrls lists the controls", setting);
    if (ctrl.query.flags & V4L2_CTRL_FLAG_READ_ONLY)
        return camera_refuse(camera, "%s is read-only", ctrl.name);
    if (!strcmp(camera_ctrl_type_name(ctrl.query.type), "compound") || ctrl.query.nr_of_dims)
        return camera_refuse(camera, "%s is an array; set it with v4l2-ctl", ctrl.name);
    if (!parse(camera, &ctrl, text, &value, why))
        return camera_refuse(camera, "%s: use %s", ctrl.name, why);
    return set(camera, &ctrl, text, value);
}

enum source_result camera_ctrl_apply(const struct camera *camera, const char *const *settings)
{
    for (size_t i = 0; settings[i]; i++) {
        char setting[SETTING_MAX];
        const size_t length = strlen(settings[i]);

        if (length >= sizeof(setting))
            return camera_refuse(camera, "%.20s...: longer than %d characters", settings[i],
                                 SETTING_MAX - 1);
        memcpy(setting, settings[i], length + 1);
        const enum source_result result = apply(camera, setting);
        if (result != SOURCE_OK)
            return result;
    }
    return SOURCE_OK;
}
