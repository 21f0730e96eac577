/* SPDX-License-Identifier: MIT */
#include "screen_pixels.h"

#include <endian.h>

static const struct {
    uint8_t bits; // of a pixel in memory
    uint32_t red;
    uint32_t green;
    uint32_t blue;
    uint32_t fourcc;
} formats[] = {
    { 32, 0xff0000, 0xff00, 0xff, TRI_FOURCC_XR24 },
    { 16, 0xf800, 0x7e0, 0x1f, TRI_FOURCC_RGBP },
};

static const xcb_visualtype_t *find_visual(const struct x11_connection *x, xcb_visualid_t id)
{
    xcb_depth_iterator_t depths = xcb_screen_allowed_depths_iterator(x->screen);
    for (; depths.rem; xcb_depth_next(&depths)) {
        const xcb_visualtype_t *visuals = xcb_depth_visuals(depths.data);
        for (int i = 0; i < xcb_depth_visuals_length(depths.data); i++) {
            if (visuals[i].visual_id == id)
                return &visuals[i];
        }
    }
    return NULL;
}

static const xcb_format_t *find_layout(const struct x11_connection *x, uint8_t depth)
{
    const xcb_setup_t *setup = xcb_get_setup(x->xcb);
    const xcb_format_t *layouts = xcb_setup_pixmap_formats(setup);
    for (int i = 0; i < xcb_setup_pixmap_formats_length(setup); i++) {
        if (layouts[i].depth == depth)
            return &layouts[i];
    }
    return NULL;
}

static uint32_t find_fourcc(const xcb_visualtype_t *visual, const xcb_format_t *layout)
{
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        if (formats[i].bits == layout->bits_per_pixel && formats[i].red == visual->red_mask &&
            formats[i].green == visual->green_mask && formats[i].blue == visual->blue_mask)
            return formats[i].fourcc;
    }
    return 0;
}

bool screen_pixels_describe(const struct x11_connection *x, const struct screen_area *area,
                            struct tri_video *video)
{
    const xcb_visualtype_t *visual = find_visual(x, area->visual);
    const xcb_format_t *layout = find_layout(x, area->depth);
    const bool swapped = xcb_get_setup(x->xcb)->image_byte_order != XCB_IMAGE_ORDER_LSB_FIRST;
    const uint32_t fourcc = visual && layout && !swapped ? find_fourcc(visual, layout) : 0;
    if (!fourcc) {
        tri_log_write(x->log, TRI_LOG_ERROR, "screen",
                      "%s: cannot describe pixels of depth %u, red 0x%x%s; run the X server with "
                      "depth 24 or 16",
                      x->display, area->depth, visual ? visual->red_mask : 0,
                      swapped ? ", high byte first" : "");
        return false;
    }
    const uint32_t pad = layout->scanline_pad;
    const uint32_t bits = area->width * layout->bits_per_pixel;
    *video = (struct tri_video){ .fourcc = fourcc,
                                 .width = area->width,
                                 .height = area->height,
                                 .colorspace = TRI_COLORSPACE_SRGB,
                                 .range = TRI_RANGE_FULL,
                                 .field = TRI_FIELD_NONE,
                                 .stride = { (bits + pad - 1) / pad * pad / 8 } };
    video->matrix = tri_video_matrix(video);
    return true;
}
