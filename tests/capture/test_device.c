/* SPDX-License-Identifier: MIT */
/* Devices that are not cameras. They are /dev/null or /dev/zero, which poll(2) finds ready at any
 * time; the test answers V4L2's calls. */
#include "v4l2/camera_ctrl.h"
#include "v4l2/camera_modes.h"

#include <errno.h>
#include <linux/videodev2.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>

#include <cmocka.h>

#define BYTES   (64 * 48)
#define WAIT_MS 100 // longest wait of a fill
#define MANY    100
#define FEW     20
#define REST_NS INT64_C(2000000) // shortest time between two empty fills

#define HOSTILE  "a\033[2J\xe9" // clears a terminal; then a byte outside UTF-8
#define HARMLESS "a?[2J?"

static unsigned
    empty_calls; // of the next calls that dequeue a buffer; the one after them returns a frame

static int describe(unsigned long request, void *argument)
{
    struct v4l2_capability *cap = argument;
    struct v4l2_format *format = argument;
    struct v4l2_fmtdesc *listed = argument;
    struct v4l2_query_ext_ctrl *ctrl = argument;
    struct v4l2_querymenu *item = argument;
    struct v4l2_ext_controls *values = argument;
    if (request == VIDIOC_QUERYCAP) {
        cap->capabilities = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_READWRITE | V4L2_CAP_STREAMING;
        strcpy((char *)cap->card, HOSTILE);
        strcpy((char *)cap->driver, HOSTILE);
        strcpy((char *)cap->bus_info, HOSTILE);
        return 0;
    }
    if (request == VIDIOC_ENUM_FMT && listed->index == 0) {
        listed->pixelformat = V4L2_PIX_FMT_GREY;
        strcpy((char *)listed->description, HOSTILE);
        return 0;
    }
    if (request == VIDIOC_G_FMT || request == VIDIOC_S_FMT) {
        format->fmt.pix = (struct v4l2_pix_format){ .width = 64,
                                                    .height = 48,
                                                    .pixelformat = V4L2_PIX_FMT_GREY,
                                                    .field = V4L2_FIELD_NONE,
                                                    .bytesperline = 64,
                                                    .sizeimage = BYTES };
        return 0;
    }
    if (request == VIDIOC_QUERY_EXT_CTRL && (ctrl->id & 0xff) < 2) {
        ctrl->id = (ctrl->id & 0xff) + 1;
        ctrl->type = ctrl->id == 1 ? V4L2_CTRL_TYPE_MENU : V4L2_CTRL_TYPE_STRING;
        strcpy(ctrl->name, HOSTILE);
        return 0;
    }
    if (request == VIDIOC_QUERYMENU) {
        strcpy((char *)item->name, HOSTILE);
        return 0;
    }
    if (request == VIDIOC_G_EXT_CTRLS) {
        strcpy(values->controls[0].string, HOSTILE);
        return 0;
    }
    errno = request == VIDIOC_ENUM_FMT ? EINVAL : ENOTTY;
    return -1;
}

static int take(struct v4l2_buffer *buffer)
{
    if (empty_calls > 0) {
        empty_calls--;
        errno = EAGAIN;
        return -1;
    }
    buffer->bytesused = BYTES;
    empty_calls = 1;
    return 0;
}

/* The linker's replacement for ioctl(), see failures/fail.c. */
int __wrap_ioctl(int fd, unsigned long request, ...);
int __wrap_ioctl(int fd, unsigned long request, ...)
{
    va_list arguments;
    va_start(arguments, request);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    (void)fd;
    switch (request) {
    case VIDIOC_QUERYBUF:
        ((struct v4l2_buffer *)argument)->length = BYTES;
        return 0;
    case VIDIOC_REQBUFS:
    case VIDIOC_QBUF:
    case VIDIOC_STREAMON:
    case VIDIOC_STREAMOFF:
        return 0;
    case VIDIOC_DQBUF:
        return take(argument);
    default:
        return describe(request, argument);
    }
}

/* libv4l2 would call the device directly, past ioctl(): it does not know this one. */
int __wrap_v4l2_fd_open(int fd, int flags);
int __wrap_v4l2_fd_open(int fd, int flags)
{
    (void)fd;
    (void)flags;
    return -1;
}

extern const struct source_ops source_v4l2;

static const char *const no_controls[] = { NULL };

static void open_device(struct source *source, struct source_options *options, const char *path,
                        enum source_io io)
{
    static const tri_log silent;
    *options =
        (struct source_options){ .arg = path, .io = io, .controls = no_controls, .log = &silent };
    *source = (struct source){ .ops = &source_v4l2, .options = options };
    assert_int_equal(source->ops->open(source), SOURCE_OK);
}

/** One turn of the publisher's loop. */
static enum source_result wait_and_fill(struct source *source, struct tri_draft **draft)
{
    const enum source_result result = source->ops->wait(source, WAIT_MS);
    return result == SOURCE_OK ? source->ops->fill(source, draft, WAIT_MS) : result;
}

/** Nanoseconds that FEW empty fills take. */
static int64_t time_of_empty_fills(struct source *source)
{
    const int64_t began = tri_now_ns();
    for (unsigned i = 0; i < FEW; i++) {
        struct tri_draft *nowhere = NULL;
        assert_int_equal(wait_and_fill(source, &nowhere), SOURCE_NOTHING);
    }
    return tri_now_ns() - began;
}

static long sleeps(void)
{
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return use.ru_nvcsw;
}

static void device_with_empty_reads_is_polled_slowly(void **state)
{
    (void)state;
    struct source_options options;
    struct source source;

    open_device(&source, &options, "/dev/null", SOURCE_IO_READ);
    assert_true(time_of_empty_fills(&source) >= FEW * REST_NS);
    source.ops->close(&source);
}

static void device_without_a_buffer_is_polled_slowly(void **state)
{
    (void)state;
    struct source_options options;
    struct source source;

    open_device(&source, &options, "/dev/zero", SOURCE_IO_MMAP);
    empty_calls = UINT32_MAX;
    assert_true(time_of_empty_fills(&source) >= FEW * REST_NS);
    source.ops->close(&source);
}

static void single_unsuccessful_wait_delays_no_frame(void **state)
{
    (void)state;
    struct source_options options;
    struct source source;

    open_device(&source, &options, "/dev/zero", SOURCE_IO_MMAP);
    empty_calls = 1;
    const long before = sleeps();
    for (unsigned i = 0; i < MANY; i++) {
        struct tri_draft *nowhere = NULL;
        assert_int_equal(source.ops->fill(&source, &nowhere, WAIT_MS), SOURCE_NOTHING);
        assert_int_equal(source.ops->fill(&source, &nowhere, WAIT_MS), SOURCE_OK);
    }
    assert_in_range(sleeps() - before, 0, MANY / 2);
    source.ops->close(&source);
}

static void device_names_are_printed_without_control_characters(void **state)
{
    (void)state;
    struct camera camera;
    struct v4l2_fmtdesc format;
    struct camera_ctrl ctrl;
    char text[64];

    assert_int_equal(camera_open(&camera, "/dev/null", NULL), SOURCE_OK);
    assert_string_equal(camera.card, HARMLESS);
    assert_string_equal(camera.driver, HARMLESS);
    assert_string_equal(camera.bus, HARMLESS);
    assert_true(camera_format_at(&camera, 0, &format));
    assert_string_equal((const char *)format.description, HARMLESS);
    assert_true(camera_ctrl_after(&camera, 0, &ctrl));
    assert_string_equal(ctrl.query.name, HARMLESS);
    assert_true(camera_ctrl_item(&camera, &ctrl, 0, text));
    assert_string_equal(text, HARMLESS);
    assert_true(camera_ctrl_after(&camera, 1, &ctrl));
    assert_true(camera_ctrl_get_text(&camera, &ctrl, text, sizeof(text)));
    assert_string_equal(text, HARMLESS);
    camera_close(&camera);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(device_with_empty_reads_is_polled_slowly),
        cmocka_unit_test(device_without_a_buffer_is_polled_slowly),
        cmocka_unit_test(single_unsuccessful_wait_delays_no_frame),
        cmocka_unit_test(device_names_are_printed_without_control_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
