/* SPDX-License-Identifier: MIT */
/*
 * stdin-writer NAME SLOTS: a writer of the frames on its stdin, for tests that must know
 * every byte.
 *
 * A frame is a line "FORMAT WIDTH HEIGHT FPS_NUM FPS_DEN RANGE MATRIX FIELD PAD CAPTURE_NS BYTES USER",
 * BYTES bytes, the rows of all planes without padding or a compressed picture, and USER bytes of user
 * data. PAD is added to every stride; CAPTURE_NS 0 is now. Each frame is answered by its number on
 * stdout. The end of stdin ends the stream.
 */
#include <triptych/triptych.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct request {
    char format[16];
    char range[16];
    char matrix[16];
    char field[16];
    struct tri_video video;
    uint32_t pad;
    int64_t capture_ns;
    uint64_t bytes;
    uint32_t user;
};

static int fail(const char *what)
{
    fprintf(stderr, "stdin-writer: %s\n", what);
    return EXIT_FAILURE;
}

static bool read_request(struct request *request)
{
    struct tri_video *video = &request->video;
    *request = (struct request){ .bytes = 0 };
    // NOLINTNEXTLINE(cert-err34-c): the other side is the test, and the count is checked
    if (scanf("%15s %u %u %u %u %15s %15s %15s %u %" SCNd64 " %" SCNu64 " %u", request->format,
              &video->width, &video->height, &video->fps_num, &video->fps_den, request->range,
              request->matrix, request->field, &request->pad, &request->capture_ns, &request->bytes,
              &request->user) != 12 ||
        getchar() != '\n')
        return false;
    const struct tri_format *format = tri_format_from_name(request->format);
    if (!format)
        return false;
    video->fourcc = format->fourcc;
    video->range = (uint32_t)tri_range_from_name(request->range);
    video->matrix = (uint32_t)tri_matrix_from_name(request->matrix);
    video->field = (uint32_t)tri_field_from_name(request->field);

    struct tri_shape shape;
    if (tri_video_shape(video, &shape) != TRI_OK)
        return false;
    for (uint32_t p = 0; request->pad && p < shape.planes; p++)
        video->stride[p] = shape.plane[p].row_bytes + request->pad;
    return true;
}

static bool fill(struct tri_draft *draft, uint64_t bytes)
{
    uint64_t got = 0;
    for (uint32_t p = 0; p < draft->shape.planes; p++) {
        const struct tri_plane *plane = &draft->shape.plane[p];
        if (plane->rows == 0) { // compressed
            draft->info.bytes_used = bytes;
            return bytes <= plane->bytes && fread(draft->data[p], 1, (size_t)bytes, stdin) == bytes;
        }
        memset(draft->data[p], 0xa5, (size_t)plane->bytes); // marks the padding
        for (size_t row = 0; row < plane->rows; row++)
            got += fread(draft->data[p] + row * plane->stride, 1, plane->row_bytes, stdin);
    }
    return got == bytes;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return fail("usage: stdin-writer NAME SLOTS");
    const tri_log log = tri_log_to_stderr(TRI_LOG_WARN);
    __attribute__((cleanup(tri_writer_close))) tri_writer *writer = NULL;
    const struct tri_writer_options options = { .name = argv[1],
                                                .slots = (uint32_t)strtoul(argv[2], NULL, 10),
                                                .source = "test:stdin",
                                                .log = &log };
    if (tri_writer_open(&writer, &options) != TRI_OK)
        return fail("cannot be the writer");

    struct request request;
    uint64_t number = 0;
    while (read_request(&request)) {
        struct tri_draft draft;
        if (tri_writer_begin(writer, &request.video, &draft) != TRI_OK)
            return fail("no slot");
        if (!fill(&draft, request.bytes))
            return fail("BYTES is not what the frame needs");
        draft.info.user_bytes = request.user;
        if (request.user > TRI_USER_MAX ||
            fread(draft.user, 1, request.user, stdin) != request.user)
            return fail("USER is more than a frame carries");
        draft.info.capture_ns = request.capture_ns;
        if (tri_writer_publish(writer, &draft) != TRI_OK)
            return fail("not published");
        printf("%" PRIu64 "\n", ++number);
        fflush(stdout);
    }
    return feof(stdin) ? EXIT_SUCCESS : fail("a line is not understood");
}
