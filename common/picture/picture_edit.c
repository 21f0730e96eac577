/* SPDX-License-Identifier: MIT */
#include "picture_edit.h"

#include "component.h"
#include "converter.h"
#include "edit_result.h"
#include "elements.h"
#include "repack.h"

#include <triptych/copy.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS_MAX = 6, NONE = 0 };

enum step_kind {
    STEP_COPY,
    STEP_CONVERT, // picture_convert()
    STEP_SCALE,   // libyuv, plane by plane
    STEP_RESCALE, // libswscale scales and converts
    STEP_TURN,
};

struct step {
    enum step_kind kind;
    struct tri_video to;
    struct tri_shape shape; // of `to` in private memory
    struct staging memory;  // of all steps but the last
};

struct picture_editor {
    picture_converter *converter;
    struct picture_edit edit;
    uint32_t matrix; // enum tri_matrix of all steps
    struct step step[STEPS_MAX];
    unsigned steps;
    unsigned crop_at;     // the step that reads the crop only
    struct staging plane; // of chroma that a turn has to scale, too
};

/** A picture between two steps. */
struct picture {
    struct tri_frame_info info;
    struct tri_shape shape;
    const uint8_t *data[TRI_PLANES_MAX];
};

picture_editor *picture_editor_new(const tri_log *log)
{
    picture_editor *editor = calloc(1, sizeof(*editor));
    if (!editor)
        return NULL;
    editor->converter = picture_converter_new(log);
    if (!editor->converter)
        picture_editor_free(&editor);
    return editor;
}

void picture_editor_free(picture_editor **editor)
{
    if (!*editor)
        return;
    picture_converter_free(&(*editor)->converter);
    for (unsigned i = 0; i < STEPS_MAX; i++)
        staging_free(&(*editor)->step[i].memory);
    staging_free(&(*editor)->plane);
    free(*editor);
    *editor = NULL;
}

unsigned picture_editor_steps(const picture_editor *editor)
{
    return editor->steps;
}

/** Whether each plane of a format has the same shape after a quarter turn, or can be scaled to fit. */
static bool has_quarter_turns(const struct tri_format *format)
{
    for (uint32_t p = 0; p < format->planes; p++)
        if (format->plane[p].pixels != format->plane[p].lines && !elements_can_scale(format, p))
            return false;
    return true;
}

/** The format in which pictures of `fourcc` are turned: itself, planes of its samples, or NONE. */
static uint32_t turns_as(const struct picture_edit *edit, uint32_t fourcc)
{
    const struct tri_format *format = tri_format_find(fourcc);
    if (elements_are_in(format) && (edit->quarters % 2 == 0 || has_quarter_turns(format)))
        return fourcc;
    return repack_can(fourcc, TRI_FOURCC_422P) ? TRI_FOURCC_422P : NONE;
}

/** The format in which libyuv scales pictures of `fourcc`: itself, a lossless one, or NONE. */
static uint32_t scales_as(uint32_t fourcc)
{
    const struct tri_format *format = tri_format_find(fourcc);
    bool every = true;
    for (uint32_t p = 0; p < format->planes; p++)
        every = every && elements_can_scale(format, p);
    if (every)
        return fourcc;
    if (format->family == TRI_FAMILY_RGB && format->depth == 8)
        return TRI_FOURCC_XR24;
    return repack_can(fourcc, TRI_FOURCC_422P) ? TRI_FOURCC_422P : NONE;
}

/** Whether libswscale would misread a format that picture_convert() prepares for it. */
static bool must_convert_first(const struct tri_video *video)
{
    const struct tri_format *format = tri_format_find(video->fourcc);
    return component_is_mipi(&format->component[0]) || format->family == TRI_FAMILY_BAYER ||
           format->family == TRI_FAMILY_DEPTH ||
           (format->family == TRI_FAMILY_RGB && tri_video_range(video) == TRI_RANGE_LIMITED);
}

static void add_step(picture_editor *editor, enum step_kind kind, const struct tri_video *to)
{
    editor->step[editor->steps].kind = kind;
    editor->step[editor->steps].to = *to;
    editor->steps++;
}

/** Adds a conversion, unless the format is that already. @return false: there is none */
static bool add_convert(picture_editor *editor, struct tri_video *video, uint32_t fourcc)
{
    const bool can = picture_can_make(editor->converter, video->fourcc, fourcc);
    if (video->fourcc == fourcc || !can)
        return can;
    *video = picture_target(video, fourcc);
    add_step(editor, STEP_CONVERT, video);
    return true;
}

static bool add_turn(picture_editor *editor, struct tri_video *video, uint32_t target)
{
    const struct picture_edit *edit = &editor->edit;
    const uint32_t here = turns_as(edit, video->fourcc);
    const uint32_t there = turns_as(edit, target);
    if ((!here && !there) || !add_convert(editor, video, here ? here : there))
        return false;
    if (edit->quarters % 2) {
        const uint32_t width = video->width;
        video->width = video->height;
        video->height = width;
    }
    add_step(editor, STEP_TURN, video);
    return true;
}

static bool add_scale(picture_editor *editor, struct tri_video *video, uint32_t width,
                      uint32_t height, uint32_t target)
{
    const bool smaller = (uint64_t)width * height <= (uint64_t)video->width * video->height;
    const uint32_t here = scales_as(video->fourcc);
    const uint32_t there = scales_as(target);
    const uint32_t first = smaller ? here : there;
    const uint32_t format = first ? first : smaller ? there : here;
    const bool prepare = format || must_convert_first(video);
    if (prepare && !add_convert(editor, video, format ? format : target))
        return false;
    if (!format && !converter_can_rescale(editor->converter, target))
        return false;
    if (!format)
        *video = picture_target(video, target);
    video->width = width;
    video->height = height;
    add_step(editor, format ? STEP_SCALE : STEP_RESCALE, video);
    return true;
}

static bool refuse_format(uint32_t from, uint32_t to, char *why, size_t why_bytes)
{
    char source[5];
    char target[5];
    const struct tri_format *format = tri_format_find(from);
    if (!format)
        snprintf(why, why_bytes, "%s is not a known format: it can only be passed on unchanged",
                 tri_fourcc_name(from, source));
    else if (format->delta)
        snprintf(why, why_bytes,
                 "%s cannot be decoded: decode it in GStreamer by triptychsrc ! decodebin ! "
                 "triptychsink",
                 tri_fourcc_name(from, source));
    else if (from == to)
        snprintf(why, why_bytes, "%s cannot be turned or scaled like that; add --format",
                 tri_fourcc_name(from, source));
    else
        snprintf(why, why_bytes, "no conversion from %s to %s: choose another --format",
                 tri_fourcc_name(from, source), tri_fourcc_name(to, target));
    return false;
}

static bool is_identity(const struct tri_video *video, const struct picture_edit *edit)
{
    return !edit->crop_width && !edit->mirror && !edit->quarters &&
           (!edit->fourcc || edit->fourcc == video->fourcc) &&
           (!edit->width || (edit->width == video->width && edit->height == video->height));
}

/** Adds the steps between the crop and the result of format `target`. */
static bool add_steps(picture_editor *editor, struct tri_video *video, uint32_t target)
{
    const struct picture_edit *edit = &editor->edit;
    const bool across = edit->quarters % 2;
    const bool turns = edit->mirror || edit->quarters;
    // The size before a turn that gives the requested one.
    const uint32_t width = !edit->width ? video->width : across ? edit->height : edit->width;
    const uint32_t height = !edit->width ? video->height : across ? edit->width : edit->height;
    const bool scales = width != video->width || height != video->height;
    const bool smaller = (uint64_t)width * height < (uint64_t)video->width * video->height;
    // The smaller picture is turned.
    const bool late = (scales && smaller) || !turns_as(edit, video->fourcc);
    if (turns && !late && !add_turn(editor, video, target))
        return false;
    const bool turned = turns && !late && across;
    if (scales &&
        !add_scale(editor, video, turned ? height : width, turned ? width : height, target))
        return false;
    if (turns && late && !add_turn(editor, video, target))
        return false;
    return add_convert(editor, video, target);
}

bool picture_editor_plan(picture_editor *editor, const struct tri_video *video,
                         const struct picture_edit *edit, struct tri_video *result, char *why,
                         size_t why_bytes)
{
    const struct tri_format *format = tri_format_find(video->fourcc);
    struct tri_video now = *video;
    editor->edit = *edit;
    editor->steps = 0;
    editor->crop_at = 0;
    memset(result, 0, sizeof(*result));
    memset(now.stride, 0, format ? sizeof(now.stride) : 0);
    if (is_identity(video, edit) && (!format || !format->delta)) {
        *result = now;
        add_step(editor, STEP_COPY, &now);
        editor->matrix = now.matrix;
        return true;
    }
    if (!format || format->delta)
        return refuse_format(video->fourcc, edit->fourcc, why, why_bytes);
    now.matrix = editor->matrix = edit_matrix(video, edit);
    const bool decode = format->family == TRI_FAMILY_COMPRESSED;
    const uint32_t target = edit->fourcc ? edit->fourcc : decode ? TRI_FOURCC_XR24 : video->fourcc;
    if (decode) {
        if (!add_convert(editor, &now, jpeg_can_make(target) ? target : TRI_FOURCC_XR24))
            return refuse_format(video->fourcc, target, why, why_bytes);
        editor->crop_at = 1;
    }
    if (!edit_check_crop(&now, edit, why, why_bytes) ||
        !edit_check_fields(&now, edit, why, why_bytes))
        return false;
    if (edit->crop_width) {
        now.width = edit->crop_width;
        now.height = edit->crop_height;
    }
    if (!add_steps(editor, &now, target))
        return refuse_format(now.fourcc, target, why, why_bytes);
    if (editor->steps == editor->crop_at)
        add_step(editor, STEP_COPY, &now);
    *result = now;
    edit_describe(video, edit, result);
    for (unsigned i = 0; i < editor->steps; i++) {
        if (tri_video_shape(&editor->step[i].to, &editor->step[i].shape) == TRI_OK)
            continue;
        snprintf(why, why_bytes, "%ux%u pixels are more than %d in a direction, or than 2 GiB",
                 editor->step[i].to.width, editor->step[i].to.height, TRI_DIMENSION_MAX);
        return false;
    }
    return true;
}

/** Restricts a picture to the crop. */
static void crop(const struct picture_edit *edit, struct picture *picture)
{
    struct tri_video *video = &picture->info.video;
    const struct tri_format *format = tri_format_find(video->fourcc);
    if (!edit->crop_width)
        return;
    for (uint32_t p = 0; p < picture->shape.planes; p++) {
        const struct tri_plane_rule *rule = &format->plane[p];
        const bool words = format->component[0].bytes == 4; // v210: 6 pixels in 16 bytes
        const size_t group = words ? 6 : rule->pixels;
        const size_t bytes = words ? 16 : rule->bytes;
        picture->data[p] += (size_t)picture->shape.plane[p].stride * (edit->crop_y / rule->lines) +
                            edit->crop_x / group * bytes;
        video->stride[p] = picture->shape.plane[p].stride;
    }
    video->width = edit->crop_width;
    video->height = edit->crop_height;
    tri_video_shape(video, &picture->shape); // its strides are those of a valid picture
}

static enum tri_err copy(const struct picture *from, const struct tri_shape *made,
                         uint8_t *const to[TRI_PLANES_MAX])
{
    uint32_t from_stride[TRI_PLANES_MAX] = { 0 };
    uint32_t stride[TRI_PLANES_MAX] = { 0 };
    if (made->plane[0].rows == 0) {
        const uint64_t bytes = from->info.bytes_used;
        if (bytes > made->plane[0].bytes || bytes > from->shape.plane[0].bytes)
            return TRI_ERR_TOO_SMALL;
        tri_copy(to[0], from->data[0], (size_t)bytes);
        return TRI_OK;
    }
    for (uint32_t p = 0; p < made->planes; p++) {
        from_stride[p] = from->shape.plane[p].stride;
        stride[p] = made->plane[p].stride;
    }
    staging_copy(made, from->data, from_stride, to, stride);
    return TRI_OK;
}

/** Turns a plane whose samples do not cover squares of pixels: it must be scaled, too. */
static enum tri_err turn_oblong(picture_editor *editor, const struct tri_format *format, uint32_t p,
                                const struct elements *from, const struct elements *to)
{
    struct tri_shape shape = { .planes = 1,
                               .bytes = (uint64_t)from->across * from->down * from->bytes };
    uint8_t *memory[TRI_PLANES_MAX] = { NULL };
    const enum tri_err err = staging_target(&editor->plane, &shape, memory);
    if (err != TRI_OK)
        return err;
    const struct elements turned = { .data = memory[0],
                                     .stride = from->down * from->bytes,
                                     .across = from->down,
                                     .down = from->across,
                                     .bytes = from->bytes };
    elements_turn(from, &turned, editor->edit.mirror, editor->edit.quarters);
    return elements_scale(format, p, &turned, to) ? TRI_OK : TRI_ERR_NO_RESOURCES;
}

static enum tri_err turn(picture_editor *editor, const struct picture *from,
                         const struct tri_video *video, const struct tri_shape *made,
                         uint8_t *const to[TRI_PLANES_MAX])
{
    const struct picture_edit *edit = &editor->edit;
    const struct tri_format *format = tri_format_find(video->fourcc);
    enum tri_err err = TRI_OK;
    for (uint32_t p = 0; p < made->planes && err == TRI_OK; p++) {
        const struct elements source =
            elements_of(&from->info.video, p, from->data[p], from->shape.plane[p].stride);
        const struct elements target = elements_of(video, p, to[p], made->plane[p].stride);
        const bool fits = edit->quarters % 2 == 0 ||
                          (source.across == target.down && source.down == target.across);
        if (fits)
            elements_turn(&source, &target, edit->mirror, edit->quarters);
        else
            err = turn_oblong(editor, format, p, &source, &target);
    }
    return err;
}

static enum tri_err scale(const struct picture *from, const struct tri_video *video,
                          const struct tri_shape *made, uint8_t *const to[TRI_PLANES_MAX])
{
    const struct tri_format *format = tri_format_find(video->fourcc);
    for (uint32_t p = 0; p < made->planes; p++) {
        const struct elements source =
            elements_of(&from->info.video, p, from->data[p], from->shape.plane[p].stride);
        const struct elements target = elements_of(video, p, to[p], made->plane[p].stride);
        if (!elements_scale(format, p, &source, &target))
            return TRI_ERR_NO_RESOURCES;
    }
    return TRI_OK;
}

static enum tri_err run_step(picture_editor *editor, const struct step *step,
                             const struct picture *from, const struct tri_shape *made,
                             uint8_t *const to[TRI_PLANES_MAX])
{
    uint32_t stride[TRI_PLANES_MAX] = { 0 };
    for (uint32_t p = 0; p < made->planes; p++)
        stride[p] = made->plane[p].stride;
    switch (step->kind) {
    case STEP_COPY:
        return copy(from, made, to);
    case STEP_CONVERT:
        return picture_convert(editor->converter, &from->info, &from->shape, from->data,
                               step->to.fourcc, to, stride);
    case STEP_SCALE:
        return scale(from, &step->to, made, to);
    case STEP_RESCALE:
        return converter_rescale(editor->converter, &from->info, &from->shape, from->data,
                                 &step->to, to, stride);
    case STEP_TURN:
        return turn(editor, from, &step->to, made, to);
    }
    return TRI_ERR_INVALID;
}

enum tri_err picture_editor_run(picture_editor *editor, const struct tri_frame_info *info,
                                const struct tri_shape *shape,
                                const uint8_t *const data[TRI_PLANES_MAX],
                                const struct tri_shape *made, uint8_t *const to[TRI_PLANES_MAX])
{
    struct picture now = { .info = *info, .shape = *shape };
    memcpy(now.data, data, sizeof(now.data));
    now.info.video.matrix = editor->matrix;
    enum tri_err err = TRI_OK;
    for (unsigned i = 0; i < editor->steps && err == TRI_OK; i++) {
        struct step *step = &editor->step[i];
        const bool is_last = i + 1 == editor->steps;
        uint8_t *into[TRI_PLANES_MAX] = { NULL };
        if (i == editor->crop_at)
            crop(&editor->edit, &now);
        if (is_last)
            memcpy(into, to, sizeof(into));
        else
            err = staging_target(&step->memory, &step->shape, into);
        if (err == TRI_OK)
            err = run_step(editor, step, &now, is_last ? made : &step->shape, into);
        now.info.video = step->to;
        now.shape = step->shape;
        memcpy(now.data, into, sizeof(now.data));
    }
    return err;
}
