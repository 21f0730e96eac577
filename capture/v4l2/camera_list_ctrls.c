/* SPDX-License-Identifier: MIT */
/** The list of a camera's controls. */
#include "camera_ctrl.h"
#include "camera_list.h"

#include "program/stats.h"

#include <stdlib.h>

#define TEXT_MAX 4096 // printed bytes of a string control

static const struct {
    uint32_t flag;
    const char *word;
} flags[] = {
    { V4L2_CTRL_FLAG_GRABBED, "grabbed" },       { V4L2_CTRL_FLAG_READ_ONLY, "read-only" },
    { V4L2_CTRL_FLAG_UPDATE, "update" },         { V4L2_CTRL_FLAG_INACTIVE, "inactive" },
    { V4L2_CTRL_FLAG_WRITE_ONLY, "write-only" }, { V4L2_CTRL_FLAG_VOLATILE, "volatile" },
};

#define FLAGS (sizeof(flags) / sizeof(flags[0]))

static bool is_menu(const struct camera_ctrl *ctrl)
{
    return ctrl->query.type == V4L2_CTRL_TYPE_MENU ||
           ctrl->query.type == V4L2_CTRL_TYPE_INTEGER_MENU;
}

static json_t *value_json(const struct camera *camera, const struct camera_ctrl *ctrl)
{
    char text[TEXT_MAX];
    int64_t value;
    if (camera_ctrl_get(camera, ctrl, &value))
        return json_integer(value);
    return camera_ctrl_get_text(camera, ctrl, text, sizeof(text)) ? json_string(text) : json_null();
}

static json_t *ctrl_json(const struct camera *camera, const struct camera_ctrl *ctrl)
{
    const struct v4l2_query_ext_ctrl *q = &ctrl->query;
    json_t *words = json_array();
    json_t *object =
        json_pack("{ss ss ss sI sI sI sI so so}", "name", ctrl->name, "title", q->name, "type",
                  camera_ctrl_type_name(q->type), "min", (json_int_t)q->minimum, "max",
                  (json_int_t)q->maximum, "step", (json_int_t)q->step, "default",
                  (json_int_t)q->default_value, "value", value_json(camera, ctrl), "flags", words);
    char item[40];
    for (size_t i = 0; i < FLAGS; i++) {
        if (q->flags & flags[i].flag)
            json_array_append_new(words, json_string(flags[i].word));
    }
    if (is_menu(ctrl)) {
        json_t *items = json_object();
        for (int64_t i = q->minimum; i <= camera_ctrl_last_item(ctrl); i++) {
            char key[24];
            snprintf(key, sizeof(key), "%lld", (long long)i);
            if (camera_ctrl_item(camera, ctrl, i, item))
                json_object_set_new(items, key, json_string(item));
        }
        json_object_set_new(object, "menu", items);
    }
    return object;
}

static void print_value(const struct camera *camera, const struct camera_ctrl *ctrl)
{
    char text[TEXT_MAX];
    int64_t value;
    if (camera_ctrl_get(camera, ctrl, &value)) {
        printf(ctrl->query.type == V4L2_CTRL_TYPE_BITMASK ? " value=0x%llx" : " value=%lld",
               (long long)value);
        if (is_menu(ctrl) && camera_ctrl_item(camera, ctrl, value, text))
            printf(" (%s)", text);
    } else if (camera_ctrl_get_text(camera, ctrl, text, sizeof(text))) {
        printf(" value='%s'", text);
    }
}

static bool print_ctrl(const struct camera *camera, const struct camera_ctrl *ctrl)
{
    const struct v4l2_query_ext_ctrl *q = &ctrl->query;
    char item[40];
    printf("%-32s %-8s", ctrl->name, camera_ctrl_type_name(q->type));
    if (q->type == V4L2_CTRL_TYPE_BITMASK)
        printf(" max=0x%llx default=0x%llx", (unsigned long long)q->maximum,
               (unsigned long long)q->default_value);
    else if (q->type != V4L2_CTRL_TYPE_BUTTON && q->type != V4L2_CTRL_TYPE_BOOLEAN)
        printf(" min=%lld max=%lld step=%llu", (long long)q->minimum, (long long)q->maximum,
               (unsigned long long)q->step);
    if (!(q->flags & V4L2_CTRL_FLAG_HAS_PAYLOAD) && q->type != V4L2_CTRL_TYPE_BUTTON &&
        q->type != V4L2_CTRL_TYPE_BITMASK)
        printf(" default=%lld", (long long)q->default_value);
    print_value(camera, ctrl);
    for (size_t i = 0; i < FLAGS; i++) {
        if (q->flags & flags[i].flag)
            printf(" %s", flags[i].word);
    }
    bool ok = printf("\n") > 0;
    for (int64_t i = q->minimum; is_menu(ctrl) && i <= camera_ctrl_last_item(ctrl); i++) {
        if (camera_ctrl_item(camera, ctrl, i, item))
            ok = printf("    %lld: %s\n", (long long)i, item) > 0 && ok;
    }
    return ok;
}

bool camera_list_ctrls(const struct camera *camera, bool json)
{
    struct camera_ctrl ctrl;
    uint32_t id = 0;
    bool ok = true;
    while (ok && camera_ctrl_after(camera, id, &ctrl)) {
        ok = json ? stats_print_json(stdout, ctrl_json(camera, &ctrl)) : print_ctrl(camera, &ctrl);
        id = ctrl.query.id;
    }
    return ok && fflush(stdout) == 0;
}
