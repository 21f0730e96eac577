/* SPDX-License-Identifier: MIT */
#include "painted.h"

#include "picture/component.h"

#include <math.h>
#include <string.h>

struct painted painted_new(uint32_t fourcc, uint32_t width, uint32_t height, uint32_t pad)
{
    struct painted made = { .info = {
                                .video = { .fourcc = fourcc, .width = width, .height = height } } };
    assert_int_equal(tri_video_shape(&made.info.video, &made.shape), TRI_OK);
    for (uint32_t p = 0; p < made.shape.planes; p++)
        made.info.video.stride[p] = made.shape.plane[p].row_bytes + pad;
    assert_int_equal(tri_video_shape(&made.info.video, &made.shape), TRI_OK);
    made.info.bytes_used = made.shape.bytes;
    made.memory = malloc(made.shape.bytes ? (size_t)made.shape.bytes : 1);
    assert_non_null(made.memory);
    memset(made.memory, PAINTED_GUARD, (size_t)made.shape.bytes);
    for (uint32_t p = 0; p < made.shape.planes; p++) {
        made.data[p] = made.memory + made.shape.plane[p].offset;
        made.stride[p] = made.shape.plane[p].stride;
    }
    return made;
}

void painted_free(struct painted *picture)
{
    free(picture->memory);
    picture->memory = NULL;
}

void painted_check_padding(const struct painted *picture)
{
    for (uint32_t p = 0; p < picture->shape.planes; p++) {
        const struct tri_plane *plane = &picture->shape.plane[p];
        for (size_t row = 0; row < plane->rows; row++)
            for (size_t x = plane->row_bytes; x < plane->stride; x++)
                assert_int_equal(picture->data[p][row * plane->stride + x], PAINTED_GUARD);
    }
}

void painted_ycc(const struct tri_video *video, const double rgb[3], double ycc[3])
{
    double kr = 0.299;
    double kb = 0.114;
    if (tri_video_matrix(video) == TRI_MATRIX_709) {
        kr = 0.2126;
        kb = 0.0722;
    } else if (tri_video_matrix(video) == TRI_MATRIX_BT2020) {
        kr = 0.2627;
        kb = 0.0593;
    }
    const bool full = tri_video_range(video) == TRI_RANGE_FULL;
    const double y = kr * rgb[0] + (1 - kr - kb) * rgb[1] + kb * rgb[2];
    const double scale = full ? 1 : 224.0 / 255;
    ycc[0] = full ? y : 16 + y * 219 / 255;
    ycc[1] = 128 + (rgb[2] - y) / (2 * (1 - kb)) * scale;
    ycc[2] = 128 + (rgb[0] - y) / (2 * (1 - kr)) * scale;
}

uint8_t painted_byte(double value)
{
    return (uint8_t)fmin(fmax(nearbyint(value), 0), 255);
}

/* The same for a mosaic. */
static void fill_bayer(struct painted *picture, const uint8_t c[3])
{
    const struct tri_format *format = tri_format_find(picture->info.video.fourcc);
    for (unsigned i = 0; i < 4; i++) {
        const struct tri_component *component = &format->component[i];
        const uint8_t value = c[strchr("RGB", component->name) - "RGB"];
        for (size_t y = component->line; y < picture->shape.plane[0].rows; y += 2)
            for (uint32_t n = 0; n < (picture->info.video.width + 1) / 2; n++)
                component_set(component, picture->data[0] + y * picture->stride[0], n,
                              (uint16_t)(value * ((1u << component->bits) - 1) / 255));
    }
}

void painted_fill(struct painted *picture, const uint8_t c[3])
{
    const uint8_t y = c[0];
    const uint8_t u = c[1];
    const uint8_t v = c[2];
    uint8_t group[TRI_PLANES_MAX][16] = { { 0 } };
    size_t bytes[TRI_PLANES_MAX] = { 1, 1, 1, 1 };
#define GROUP(plane, ...)                                 \
    do {                                                  \
        const uint8_t of_group[] = { __VA_ARGS__ };       \
        memcpy(group[plane], of_group, sizeof(of_group)); \
        bytes[plane] = sizeof(of_group);                  \
    } while (0)
    switch (picture->info.video.fourcc) {
    case TRI_FOURCC_YUYV:
        GROUP(0, y, u, y, v);
        break;
    case TRI_FOURCC_UYVY:
        GROUP(0, u, y, v, y);
        break;
    case TRI_FOURCC_YVYU:
        GROUP(0, y, v, y, u);
        break;
    case TRI_FOURCC_NV12:
    case TRI_FOURCC_NV16:
    case TRI_FOURCC_NV24:
        GROUP(0, y);
        GROUP(1, u, v);
        break;
    case TRI_FOURCC_NV21:
        GROUP(0, y);
        GROUP(1, v, u);
        break;
    case TRI_FOURCC_YU12:
    case TRI_FOURCC_422P:
    case TRI_FOURCC_YM24:
        GROUP(0, y);
        GROUP(1, u);
        GROUP(2, v);
        break;
    case TRI_FOURCC_YV12:
        GROUP(0, y);
        GROUP(1, v);
        GROUP(2, u);
        break;
    case TRI_FOURCC_P010:
    case TRI_FOURCC_P012:
    case TRI_FOURCC_P210:
    case TRI_FOURCC_P216:
        GROUP(0, 0, y);
        GROUP(1, 0, u, 0, v);
        break;
    case TRI_FOURCC_Y210:
        GROUP(0, 0, y, 0, u, 0, y, 0, v);
        break;
    case TRI_FOURCC_V210: {
        const uint32_t two = 2,
                       words[] = { (uint32_t)u << two | (uint32_t)y << 12 | (uint32_t)v << 22,
                                   (uint32_t)y << two | (uint32_t)u << 12 | (uint32_t)y << 22,
                                   (uint32_t)v << two | (uint32_t)y << 12 | (uint32_t)u << 22,
                                   (uint32_t)y << two | (uint32_t)v << 12 | (uint32_t)y << 22 };
        for (unsigned i = 0; i < 16; i++)
            group[0][i] = (uint8_t)(words[i / 4] >> (8 * (i % 4)));
        bytes[0] = 16;
        break;
    }
    case TRI_FOURCC_RGB6:
        GROUP(0, c[0], c[0], c[1], c[1], c[2], c[2]);
        break;
    case TRI_FOURCC_BGR6:
        GROUP(0, c[2], c[2], c[1], c[1], c[0], c[0]);
        break;
    case TRI_FOURCC_Y10: // the high bits once more as the low ones
        GROUP(0, (uint8_t)(y << 2 | y >> 6), y >> 6);
        break;
    case TRI_FOURCC_Y12:
        GROUP(0, (uint8_t)(y << 4 | y >> 4), y >> 4);
        break;
    case TRI_FOURCC_Y10P: // the same; the low bits of four samples in the last byte
        GROUP(0, y, y, y, y, (uint8_t)((y >> 6) * 0x55));
        break;
    case TRI_FOURCC_Y12P:
        GROUP(0, y, y, (uint8_t)((y >> 4) * 0x11));
        break;
    case TRI_FOURCC_GREY:
        GROUP(0, y);
        break;
    case TRI_FOURCC_Y16:
        GROUP(0, y, y);
        break;
    case TRI_FOURCC_RGB3:
        GROUP(0, c[0], c[1], c[2]);
        break;
    case TRI_FOURCC_BGR3:
        GROUP(0, c[2], c[1], c[0]);
        break;
    case TRI_FOURCC_XR24:
    case TRI_FOURCC_AR24:
        GROUP(0, c[2], c[1], c[0], 255);
        break;
    case TRI_FOURCC_AB24:
        GROUP(0, c[0], c[1], c[2], 255);
        break;
    case TRI_FOURCC_RGBP:
        GROUP(0, (uint8_t)((c[1] >> 2) << 5 | c[2] >> 3), (uint8_t)((c[0] & 0xf8) | c[1] >> 5));
        break;
    default:
        assert_int_equal(tri_format_find(picture->info.video.fourcc)->family, TRI_FAMILY_BAYER);
        fill_bayer(picture, c);
        return;
    }
#undef GROUP
    for (uint32_t p = 0; p < picture->shape.planes; p++) {
        const struct tri_plane *plane = &picture->shape.plane[p];
        for (size_t row = 0; row < plane->rows; row++)
            for (size_t x = 0; x < plane->row_bytes; x++)
                picture->data[p][row * plane->stride + x] = group[p][x % bytes[p]];
    }
}
