/* SPDX-License-Identifier: MIT */
#include "device_end.h"

#include <triptych/frame.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define BUFFERS        4 // wanted; the device may want more
#define FIRST_FRAME_NS 30000000000
#define POLL_MS        1000

struct device {
    int fd;
    const void *memory[VIDEO_MAX_FRAME];
    size_t bytes[VIDEO_MAX_FRAME];
};

static bool failed(const char *call)
{
    fprintf(stderr, "pipe_end: %s: %s\n", call, strerror(errno));
    return false;
}

static struct v4l2_buffer buffer_at(uint32_t index)
{
    return (struct v4l2_buffer){ .type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
                                 .memory = V4L2_MEMORY_MMAP,
                                 .index = index };
}

static bool start(struct device *device)
{
    struct v4l2_format format = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
    struct v4l2_requestbuffers request = { .count = BUFFERS,
                                           .type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
                                           .memory = V4L2_MEMORY_MMAP };
    int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    if (ioctl(device->fd, VIDIOC_G_FMT, &format) != 0 ||
        ioctl(device->fd, VIDIOC_S_FMT, &format) != 0)
        return failed("VIDIOC_S_FMT");
    if (ioctl(device->fd, VIDIOC_REQBUFS, &request) != 0 || request.count > VIDEO_MAX_FRAME)
        return failed("VIDIOC_REQBUFS");
    for (uint32_t i = 0; i < request.count; i++) {
        struct v4l2_buffer buffer = buffer_at(i);
        if (ioctl(device->fd, VIDIOC_QUERYBUF, &buffer) != 0)
            return failed("VIDIOC_QUERYBUF");
        device->bytes[i] = buffer.length;
        device->memory[i] = mmap(NULL, buffer.length, PROT_READ | PROT_WRITE, MAP_SHARED,
                                 device->fd, buffer.m.offset);
        if (device->memory[i] == MAP_FAILED || ioctl(device->fd, VIDIOC_QBUF, &buffer) != 0)
            return failed("VIDIOC_QBUF");
    }
    return ioctl(device->fd, VIDIOC_STREAMON, &type) == 0 || failed("VIDIOC_STREAMON");
}

bool device_end_read(const char *path, double seconds, void (*frame)(const void *first))
{
    struct device device = { .fd = open(path, O_RDWR) };
    if (device.fd < 0)
        return failed(path);
    bool fine = start(&device);
    int64_t end = tri_now_ns() + FIRST_FRAME_NS;
    bool first = true;
    while (fine && tri_now_ns() < end) {
        struct pollfd one = { .fd = device.fd, .events = POLLIN };
        struct v4l2_buffer buffer = buffer_at(0);
        if (poll(&one, 1, POLL_MS) <= 0)
            continue;
        if (ioctl(device.fd, VIDIOC_DQBUF, &buffer) != 0) {
            fine = failed("VIDIOC_DQBUF");
            break;
        }
        if (first)
            end = tri_now_ns() + (int64_t)(seconds * 1e9);
        first = false;
        frame(device.memory[buffer.index]);
        fine = ioctl(device.fd, VIDIOC_QBUF, &buffer) == 0 || failed("VIDIOC_QBUF");
    }
    close(device.fd);
    if (fine && first)
        fprintf(stderr, "pipe_end: %s: no frame\n", path);
    return fine && !first;
}
