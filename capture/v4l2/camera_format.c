/* SPDX-License-Identifier: MIT */
#include "camera_format.h"

/** V4L2 formats that have another name in triptych. */
static const struct {
    uint32_t v4l2;
    uint32_t fourcc;
    bool split; // each plane has its own memory
} synonyms[] = {
    { V4L2_PIX_FMT_NV12M, TRI_FOURCC_NV12, true },
    { V4L2_PIX_FMT_NV21M, TRI_FOURCC_NV21, true },
    { V4L2_PIX_FMT_NV16M, TRI_FOURCC_NV16, true },
    { V4L2_PIX_FMT_YUV420M, TRI_FOURCC_YU12, true },
    { V4L2_PIX_FMT_YVU420M, TRI_FOURCC_YV12, true },
    { V4L2_PIX_FMT_YUV422M, TRI_FOURCC_422P, true },
    { V4L2_PIX_FMT_YUV444M, TRI_FOURCC_YM24, true },
    { V4L2_PIX_FMT_JPEG, TRI_FOURCC_MJPG, false },
};

/** Formats with four bytes per pixel that triptych does not have, but libv4lconvert reads; it reads
 *  past the end of a short buffer. */
static const struct tri_format four_bytes = { .planes = 1, .plane = { { 1, 4, 1 } } };
static const uint32_t four_byte_fourccs[] = { V4L2_PIX_FMT_RGB32, V4L2_PIX_FMT_BGR32,
                                              V4L2_PIX_FMT_ARGB32, V4L2_PIX_FMT_XRGB32 };

#define PAGE         4096u // alignment of memory that drivers may require
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool is_split(uint32_t v4l2_fourcc)
{
    for (size_t i = 0; i < COUNT(synonyms); i++) {
        if (synonyms[i].v4l2 == v4l2_fourcc)
            return synonyms[i].split;
    }
    return false;
}

const struct tri_format *camera_format_find(uint32_t v4l2_fourcc)
{
    for (size_t i = 0; i < COUNT(synonyms); i++) {
        if (synonyms[i].v4l2 == v4l2_fourcc)
            return tri_format_find(synonyms[i].fourcc);
    }
    return tri_format_find(v4l2_fourcc);
}

static bool multiplanar(const struct v4l2_format *format)
{
    return format->type == V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
}

uint32_t camera_format_fourcc(const struct v4l2_format *format)
{
    return multiplanar(format) ? format->fmt.pix_mp.pixelformat : format->fmt.pix.pixelformat;
}

uint32_t camera_format_width(const struct v4l2_format *format)
{
    return multiplanar(format) ? format->fmt.pix_mp.width : format->fmt.pix.width;
}

uint32_t camera_format_height(const struct v4l2_format *format)
{
    return multiplanar(format) ? format->fmt.pix_mp.height : format->fmt.pix.height;
}

bool camera_format_alternates(const struct v4l2_format *format)
{
    return (multiplanar(format) ? format->fmt.pix_mp.field : format->fmt.pix.field) ==
           V4L2_FIELD_ALTERNATE;
}

struct v4l2_format camera_format_request(uint32_t type, uint32_t v4l2_fourcc, uint32_t width,
                                         uint32_t height)
{
    struct v4l2_format format = { .type = type };
    if (multiplanar(&format)) {
        format.fmt.pix_mp.width = width;
        format.fmt.pix_mp.height = height;
        format.fmt.pix_mp.pixelformat = v4l2_fourcc;
        format.fmt.pix_mp.field = V4L2_FIELD_ANY;
    } else {
        format.fmt.pix.width = width;
        format.fmt.pix.height = height;
        format.fmt.pix.pixelformat = v4l2_fourcc;
        format.fmt.pix.field = V4L2_FIELD_ANY;
        format.fmt.pix.priv = V4L2_PIX_FMT_PRIV_MAGIC; // enables the colour fields
    }
    return format;
}

static uint32_t stride_of(const struct v4l2_format *format, uint32_t memory)
{
    return multiplanar(format) ? format->fmt.pix_mp.plane_fmt[memory].bytesperline
                               : format->fmt.pix.bytesperline;
}

static uint64_t size_of(const struct v4l2_format *format, uint32_t memory)
{
    return multiplanar(format) ? format->fmt.pix_mp.plane_fmt[memory].sizeimage
                               : format->fmt.pix.sizeimage;
}

/** Sets the planes as V4L2 derives them from the first stride; planes with their own memory have
 *  their own stride. */
static void set_planes(struct camera_plane planes[TRI_PLANES_MAX], const struct v4l2_format *as,
                       const struct tri_format *rules, bool split)
{
    const struct tri_plane_rule *first = &rules->plane[0];
    const uint32_t width = camera_format_width(as);
    const uint32_t height = camera_format_height(as);
    uint64_t offset = 0;
    for (uint32_t p = 0; p < rules->planes; p++) {
        const struct tri_plane_rule *rule = &rules->plane[p];
        struct camera_plane *plane = &planes[p];
        *plane = (struct camera_plane){ .memory = split ? p : 0, .offset = split ? 0 : offset };
        plane->row_bytes = (width + rule->pixels - 1u) / rule->pixels * rule->bytes;
        plane->rows = (height + rule->lines - 1u) / rule->lines;
        plane->stride = stride_of(as, plane->memory);
        // Missing or implausible: no padding.
        if (stride_of(as, 0) < planes[0].row_bytes || stride_of(as, 0) > INT32_MAX)
            plane->stride = plane->row_bytes;
        else if (!split)
            plane->stride = (uint32_t)((uint64_t)plane->stride * rule->bytes * first->pixels /
                                       (rule->pixels * (uint64_t)first->bytes));
        offset += (uint64_t)plane->stride * plane->rows;
    }
}

/** Sets the planes of a format that triptych does not know: each memory is one, if the driver gives
 *  whole rows. */
static void set_opaque_planes(struct camera_format *format, const struct v4l2_format *as)
{
    struct tri_video *video = &format->video;
    video->planes = 0;
    for (uint32_t m = 0; m < format->memories && !format->compressed; m++) {
        const uint32_t stride = stride_of(as, m);
        if (stride == 0 || size_of(as, m) < stride || size_of(as, m) % stride)
            return;
        const uint32_t rows = (uint32_t)(size_of(as, m) / stride);
        format->plane[m] = (struct camera_plane){
            .memory = m, .stride = stride, .row_bytes = stride, .rows = rows
        };
        video->rows[m] = rows;
    }
    video->planes = format->compressed ? 0 : format->memories;
}

static void set_colours(struct tri_video *video, const struct v4l2_format *format)
{
    const struct v4l2_pix_format *pix = &format->fmt.pix;
    const struct v4l2_pix_format_mplane *mp = &format->fmt.pix_mp;
    const bool m = multiplanar(format);
    video->colorspace = m ? mp->colorspace : pix->colorspace;
    video->transfer = m ? mp->xfer_func : pix->xfer_func;
    video->matrix = m ? mp->ycbcr_enc : pix->ycbcr_enc;
    video->range = m ? mp->quantization : pix->quantization;
    video->field = m ? mp->field : pix->field;
}

static bool has_driver_rows(const struct camera_format *format)
{
    for (uint32_t p = 0; p < format->shape.planes; p++) {
        if (format->shape.plane[p].stride != format->plane[p].stride)
            return false;
    }
    return true;
}

/** Places the memories of a buffer one after the other in a slot, each on its own page. */
static void set_slot(struct camera_format *format, const struct v4l2_format *as)
{
    uint64_t start[TRI_PLANES_MAX] = { 0 };
    format->slot_bytes = 0;
    for (uint32_t m = 0; m < format->memories; m++) {
        start[m] = format->slot_bytes;
        format->slot_bytes += (size_of(as, m) + PAGE - 1) / PAGE * PAGE;
    }
    for (uint32_t p = 0; p < TRI_PLANES_MAX; p++)
        format->plane[p].slot_offset = start[format->plane[p].memory] + format->plane[p].offset;
}

/** Sets the planes of the driver's buffers. */
static void set_buffer(struct camera_format *format)
{
    const uint32_t v4l2_fourcc = camera_format_fourcc(&format->native);
    const struct tri_format *rules = camera_format_find(v4l2_fourcc);
    for (size_t i = 0; !rules && i < COUNT(four_byte_fourccs); i++) {
        if (four_byte_fourccs[i] == v4l2_fourcc)
            rules = &four_bytes;
    }
    format->buffer_planes = rules && rules->family != TRI_FAMILY_COMPRESSED ? rules->planes : 0;
    if (format->buffer_planes)
        set_planes(format->buffer, &format->native, rules, is_split(v4l2_fourcc));
    format->compressed |= rules && rules->family == TRI_FAMILY_COMPRESSED;
}

bool camera_format_describe(struct camera_format *format)
{
    const struct v4l2_format *as = format->emulated.type ? &format->emulated : &format->native;
    const uint32_t v4l2_fourcc = camera_format_fourcc(as);
    const struct tri_format *rules = camera_format_find(v4l2_fourcc);
    struct tri_video *video = &format->video;
    video->fourcc = rules ? rules->fourcc : v4l2_fourcc;
    video->width = camera_format_width(as);
    video->height = camera_format_height(as);
    set_colours(video, &format->native);
    format->memories = multiplanar(&format->native) ? format->native.fmt.pix_mp.num_planes : 1;
    if (rules ? format->memories != (is_split(v4l2_fourcc) ? rules->planes : 1)
              : format->memories < 1 || format->memories > TRI_PLANES_MAX)
        return false;
    if (!rules)
        set_opaque_planes(format, as);
    else if (rules->family != TRI_FAMILY_COMPRESSED)
        set_planes(format->plane, as, rules, is_split(v4l2_fourcc));
    format->rowless = rules ? rules->family == TRI_FAMILY_COMPRESSED : video->planes == 0;
    if (format->rowless && format->memories > 1)
        return false;
    for (uint32_t p = 0; p < TRI_PLANES_MAX; p++)
        video->stride[p] = format->plane[p].stride;
    set_buffer(format);
    set_slot(format, as);
    format->woven = camera_format_alternates(&format->native) && rules && !format->rowless &&
                    !format->emulated.type;
    if (format->woven) {
        video->height *= 2;
        video->field = TRI_FIELD_INTERLACED;
    }
    if (tri_video_shape(video, &format->shape) == TRI_OK)
        return true;
    if (format->emulated.type)
        return false; // libv4lconvert writes only these strides
    // The driver's chroma rows are too short for an odd width: the library chooses the strides, and
    // camera_copy() copies what the driver's rows have.
    for (uint32_t p = 0; p < TRI_PLANES_MAX; p++)
        video->stride[p] = 0;
    return tri_video_shape(video, &format->shape) == TRI_OK;
}

bool camera_format_fits_slot(const struct camera_format *format)
{
    if (format->emulated.type || format->woven)
        return false;
    if (format->rowless)
        return true;
    for (uint32_t m = 0; m < format->memories; m++) {
        if (size_of(&format->native, m) < camera_format_least_bytes(format, m))
            return false;
    }
    return has_driver_rows(format);
}

uint64_t camera_format_least_bytes(const struct camera_format *format, uint32_t index)
{
    uint64_t least = 1;
    const uint64_t rows =
        (uint64_t)stride_of(&format->native, index) * camera_format_height(&format->native);
    const uint64_t size = size_of(&format->native, index);
    if (format->buffer_planes == 0 && !format->compressed && !format->rowless && rows)
        return rows < size ? rows : size;
    for (uint32_t p = 0; p < format->buffer_planes; p++) {
        const struct camera_plane *plane = &format->buffer[p];
        const uint32_t row = plane->stride < plane->row_bytes ? plane->stride : plane->row_bytes;
        if (plane->memory == index)
            least = plane->offset + (uint64_t)plane->stride * (plane->rows - 1) + row;
    }
    return least;
}

bool camera_format_is_padded(const struct camera_format *format)
{
    for (uint32_t p = 0; p < format->buffer_planes; p++) {
        if (format->buffer[p].stride != format->buffer[p].row_bytes)
            return true;
    }
    return false;
}
