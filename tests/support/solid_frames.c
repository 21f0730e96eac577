/* SPDX-License-Identifier: MIT */
#include "solid_frames.h"

#include "fixture.h"

struct tri_video solid_video(uint32_t width, uint32_t height)
{
    return (struct tri_video){ .fourcc = TRI_FOURCC_XR24, .width = width, .height = height };
}

uint32_t solid_colour(uint64_t sequence)
{
    return (uint32_t)sequence * 2654435761u; // odd: no two numbers of 32 bits share a colour
}

void solid_paint(struct tri_draft *draft, uint64_t sequence)
{
    draft->info.driver_sequence = sequence;
    const uint32_t colour = solid_colour(sequence);
    const struct tri_plane *plane = &draft->shape.plane[0];
    for (uint32_t y = 0; y < plane->rows; y++) {
        uint8_t *row = draft->data[0] + (size_t)y * plane->stride;
        for (uint32_t x = 0; x < plane->row_bytes; x += sizeof(colour))
            memcpy(row + x, &colour, sizeof(colour));
    }
}

uint64_t solid_wrong(const struct tri_frame *frame, uint32_t first, uint32_t end)
{
    const uint32_t colour = solid_colour(frame->info.driver_sequence);
    const struct tri_plane *plane = &frame->shape.plane[0];
    uint64_t wrong = 0;
    for (uint32_t y = first; y < end && y < plane->rows; y++) {
        const uint8_t *row = frame->data[0] + (size_t)y * plane->stride;
        for (uint32_t x = 0; x < plane->row_bytes; x += sizeof(colour)) {
            uint32_t pixel;
            memcpy(&pixel, row + x, sizeof(pixel));
            wrong += pixel != colour;
        }
    }
    return wrong;
}

enum tri_err solid_open(tri_writer **writer, const char *name, const struct tri_video *video,
                        uint32_t slots)
{
    return tri_writer_open(
        writer, &(struct tri_writer_options){ .name = name, .video = *video, .slots = slots });
}

tri_writer *solid_writer_fixed(const char *name, const struct tri_video *video, uint32_t slots,
                               uint32_t reclaim_ms, const tri_log *log)
{
    tri_writer *writer;
    assert_int_equal(
        tri_writer_open(&writer, &(struct tri_writer_options){ .name = name,
                                                               .video = *video,
                                                               .slots = slots,
                                                               .slots_max = slots,
                                                               .reclaim_ms = reclaim_ms,
                                                               .log = log }),
        TRI_OK);
    return writer;
}

enum tri_err solid_publish(tri_writer *writer, const struct tri_video *video, uint64_t sequence)
{
    struct tri_draft draft = { 0 };
    const enum tri_err err = tri_writer_begin(writer, video, &draft);
    if (err != TRI_OK)
        return err;
    solid_paint(&draft, sequence);
    return tri_writer_publish(writer, &draft);
}

tri_writer *solid_stream(const char *name)
{
    const struct tri_video video = solid_video(64, 48);
    tri_writer *writer;
    assert_int_equal(solid_open(&writer, name, &video, 0), TRI_OK);
    assert_int_equal(solid_publish(writer, &video, 1), TRI_OK);
    return writer;
}

tri_reader *solid_reader(const char *name, enum tri_reader_mode mode, uint32_t flags)
{
    tri_reader *reader;
    assert_int_equal(
        tri_reader_open(&reader,
                        &(struct tri_reader_options){ .name = name, .mode = mode, .flags = flags }),
        TRI_OK);
    return reader;
}

void solid_expect(tri_reader *reader, struct tri_frame *frame, uint64_t number)
{
    assert_int_equal(tri_reader_acquire(reader, frame, FIXTURE_PATIENCE_S * 1000), TRI_OK);
    assert_int_equal(frame->info.number, number);
    assert_int_equal(frame->info.driver_sequence, number);
    assert_int_equal(solid_wrong(frame, 0, UINT32_MAX), 0);
    assert_true(tri_reader_is_intact(reader, frame));
}

void solid_leave(tri_reader **reader, struct tri_frame *frame)
{
    tri_reader_release(*reader, frame);
    tri_reader_close(reader);
}
