/* SPDX-License-Identifier: MIT */
/** A camera's controls, by the names of v4l2-ctl. */
#ifndef CAPTURE_CAMERA_CTRL_H
#define CAPTURE_CAMERA_CTRL_H

#include "camera_device.h"

#define CAMERA_CTRL_NAME_MAX 33
#define CAMERA_CTRLS_MAX     1024 // bounds the enumeration

struct camera_ctrl {
    struct v4l2_query_ext_ctrl query;
    char name[CAMERA_CTRL_NAME_MAX]; // "Gain, Automatic" is gain_automatic
};

/** The control after `id` in the driver's order, 0 for the first. @return false past the last */
bool camera_ctrl_after(const struct camera *camera, uint32_t id, struct camera_ctrl *ctrl);

/** Text of a menu item; of an integer menu, its number. @return false: no such item */
bool camera_ctrl_item(const struct camera *camera, const struct camera_ctrl *ctrl, int64_t index,
                      char text[40]);

/** Last index for camera_ctrl_item(); the first is query.minimum. */
static inline int64_t camera_ctrl_last_item(const struct camera_ctrl *ctrl)
{
    const int64_t bound = ctrl->query.minimum + CAMERA_CTRLS_MAX;
    return ctrl->query.maximum < bound ? ctrl->query.maximum : bound;
}

/** Reads the value. @return false: write-only, compound or a string */
bool camera_ctrl_get(const struct camera *camera, const struct camera_ctrl *ctrl, int64_t *value);

/** Reads the text of a string control. @return false: not a string, or write-only */
bool camera_ctrl_get_text(const struct camera *camera, const struct camera_ctrl *ctrl, char *text,
                          size_t bytes);

/** "int", "bool", "menu" ..., as v4l2-ctl names the types. */
const char *camera_ctrl_type_name(uint32_t type);

/** Sets all of `settings`, "NAME=VALUE" each, in order, reads each back and logs it.
 *  @return SOURCE_OK, SOURCE_MISUSED (the log lists the valid values), SOURCE_LOST,
 *  SOURCE_FAILED */
enum source_result camera_ctrl_apply(const struct camera *camera, const char *const *settings);

#endif
