/* SPDX-License-Identifier: MIT */
#include "pixel_format.h"

#include <string.h>

/* Formats for programs that cannot use a stream's own one, the most frequently requested first. */
static const uint32_t converted[] = {
    TRI_FOURCC_YUYV, TRI_FOURCC_NV12, TRI_FOURCC_YU12, TRI_FOURCC_RGB3, TRI_FOURCC_BGR3,
};

uint32_t pixel_format_at(const struct tri_video *source, uint32_t index)
{
    if (index == 0)
        return source->fourcc;
    const struct tri_format *const own = tri_format_find(source->fourcc);
    if (!own || own->delta)
        return 0; // nothing converts it
    for (size_t i = 0; i < sizeof(converted) / sizeof(converted[0]); i++)
        if (converted[i] != source->fourcc && --index == 0)
            return converted[i];
    return 0;
}

/* Linux: drivers/media/v4l2-core/v4l2-ioctl.c, v4l_fill_fmtdesc() */
static const struct {
    uint32_t fourcc;
    const char *name;
} kernel_names[] = {
    { V4L2_PIX_FMT_YUYV, "YUYV 4:2:2" },
    { V4L2_PIX_FMT_YVYU, "YVYU 4:2:2" },
    { V4L2_PIX_FMT_UYVY, "UYVY 4:2:2" },
    { V4L2_PIX_FMT_VYUY, "VYUY 4:2:2" },
    { V4L2_PIX_FMT_NV12, "Y/CbCr 4:2:0" },
    { V4L2_PIX_FMT_NV21, "Y/CrCb 4:2:0" },
    { V4L2_PIX_FMT_NV16, "Y/CbCr 4:2:2" },
    { V4L2_PIX_FMT_NV61, "Y/CrCb 4:2:2" },
    { V4L2_PIX_FMT_NV24, "Y/CbCr 4:4:4" },
    { V4L2_PIX_FMT_NV42, "Y/CrCb 4:4:4" },
    { V4L2_PIX_FMT_YUV420, "Planar YUV 4:2:0" },
    { V4L2_PIX_FMT_YVU420, "Planar YVU 4:2:0" },
    { V4L2_PIX_FMT_YUV422P, "Planar YUV 4:2:2" },
    { V4L2_PIX_FMT_RGB24, "24-bit RGB 8-8-8" },
    { V4L2_PIX_FMT_BGR24, "24-bit BGR 8-8-8" },
    { V4L2_PIX_FMT_ABGR32, "32-bit BGRA 8-8-8-8" },
    { V4L2_PIX_FMT_XBGR32, "32-bit BGRX 8-8-8-8" },
    { V4L2_PIX_FMT_RGBA32, "32-bit RGBA 8-8-8-8" },
    { V4L2_PIX_FMT_RGBX32, "32-bit RGBX 8-8-8-8" },
    { V4L2_PIX_FMT_ARGB32, "32-bit ARGB 8-8-8-8" },
    { V4L2_PIX_FMT_XRGB32, "32-bit XRGB 8-8-8-8" },
    { V4L2_PIX_FMT_RGB565, "16-bit RGB 5-6-5" },
    { V4L2_PIX_FMT_GREY, "8-bit Greyscale" },
    { V4L2_PIX_FMT_Y10, "10-bit Greyscale" },
    { V4L2_PIX_FMT_Y12, "12-bit Greyscale" },
    { V4L2_PIX_FMT_Y16, "16-bit Greyscale" },
    { V4L2_PIX_FMT_Z16, "16-bit Depth" },
    { V4L2_PIX_FMT_SBGGR8, "8-bit Bayer BGBG/GRGR" },
    { V4L2_PIX_FMT_SGBRG8, "8-bit Bayer GBGB/RGRG" },
    { V4L2_PIX_FMT_SGRBG8, "8-bit Bayer GRGR/BGBG" },
    { V4L2_PIX_FMT_SRGGB8, "8-bit Bayer RGRG/GBGB" },
    { V4L2_PIX_FMT_MJPEG, "Motion-JPEG" },
    { V4L2_PIX_FMT_JPEG, "JFIF JPEG" },
    { V4L2_PIX_FMT_H264, "H.264" },
    { V4L2_PIX_FMT_HEVC, "HEVC" },
};

const char *pixel_format_name(uint32_t fourcc)
{
    for (size_t i = 0; i < sizeof(kernel_names) / sizeof(kernel_names[0]); i++)
        if (kernel_names[i].fourcc == fourcc)
            return kernel_names[i].name;
    const struct tri_format *const format = tri_format_find(fourcc);
    return format ? format->description : "";
}

bool pixel_format_offered(const struct tri_video *source, uint32_t fourcc)
{
    uint32_t offered;
    for (uint32_t i = 0; (offered = pixel_format_at(source, i)); i++)
        if (offered == fourcc)
            return true;
    return false;
}

static uint32_t v4l2_colorspace(const struct tri_video *video)
{
    if (video->colorspace)
        return video->colorspace;
    if (video->fourcc == TRI_FOURCC_MJPG)
        return V4L2_COLORSPACE_JPEG;
    return tri_video_matrix(video) == TRI_MATRIX_601 ? V4L2_COLORSPACE_SMPTE170M
                                                     : V4L2_COLORSPACE_REC709;
}

static bool is_rgb(uint32_t fourcc)
{
    const struct tri_format *const format = tri_format_find(fourcc);
    return format && format->family == TRI_FAMILY_RGB;
}

void pixel_format_describe(const struct tri_video *source, uint32_t fourcc,
                           struct v4l2_pix_format *pix, struct pixel_layout *layout)
{
    // A width that every format's chroma divides: V4L2 derives the strides of all planes from the
    // first one's.
    struct tri_video video = { .fourcc = fourcc,
                               .width = (source->width + 3) & ~3u,
                               .height = source->height };
    struct tri_shape shape;
    if (!tri_format_find(fourcc)) { // opaque: the stream's own planes
        video.planes = source->planes;
        memcpy(video.stride, source->stride, sizeof(video.stride));
        memcpy(video.rows, source->rows, sizeof(video.rows));
    }
    memset(layout, 0, sizeof(*layout));
    memset(pix, 0, sizeof(*pix));
    if (tri_video_shape(&video, &shape) != TRI_OK)
        return;
    uint64_t bytes = 0;
    layout->planes = shape.planes;
    const bool compressed = shape.plane[0].rows == 0;
    for (uint32_t p = 0; p < shape.planes; p++) {
        layout->stride[p] = shape.plane[p].row_bytes;
        layout->offset[p] = bytes;
        bytes +=
            compressed ? shape.plane[p].bytes : (uint64_t)layout->stride[p] * shape.plane[p].rows;
    }
    pix->width = source->width;
    pix->height = source->height;
    pix->pixelformat = fourcc;
    pix->field = source->field ? source->field : V4L2_FIELD_NONE;
    pix->bytesperline = compressed ? 0 : layout->stride[0];
    pix->sizeimage = (uint32_t)bytes;
    pix->priv = V4L2_PIX_FMT_PRIV_MAGIC;
    const bool to_rgb = is_rgb(fourcc) && !is_rgb(source->fourcc);
    pix->colorspace = to_rgb ? V4L2_COLORSPACE_SRGB : v4l2_colorspace(source);
    pix->xfer_func =
        source->transfer == TRI_TRANSFER_HLG ? V4L2_XFER_FUNC_DEFAULT : source->transfer;
    pix->ycbcr_enc = to_rgb ? V4L2_YCBCR_ENC_DEFAULT : source->matrix;
    pix->quantization = to_rgb ? V4L2_QUANTIZATION_FULL_RANGE : source->range;
}
