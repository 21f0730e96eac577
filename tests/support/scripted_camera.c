/* SPDX-License-Identifier: MIT */
/* The device of scripted_camera.h, and the calls of libc that reach it. */
#undef _FILE_OFFSET_BITS // which would rename open() and mmap() here
#include "scripted_camera.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define DEVICES_MAX 8
#define BUFFERS_MAX 32
#define SPAN        (64u << 20) // of a buffer in the device's memory
#define PADDING     0xee
#define SECOND      INT64_C(1000000000)

/* libc's functions, looked up when the program starts: dlsym() waits for a dlopen() in progress, whose
 * constructors may wait for the thread that calls one of them (lttng-ust does). */
#define REAL(name)   (real_##name ? real_##name : (look_up(), real_##name))
#define FUNCTIONS(X) X(close) X(ioctl) X(mmap) X(open) X(opendir) X(read) X(syscall)
#define X(name)      static __typeof__(&(name)) real_##name;
FUNCTIONS(X)
#undef X

static void look_up(void) __attribute__((constructor));
static void look_up(void)
{
#define X(name) real_##name = (__typeof__(&(name)))dlsym(RTLD_NEXT, #name);
    FUNCTIONS(X)
#undef X
}

struct buffer {
    uint64_t queued; // its turn; 0: not with the device
    uint8_t *at;     // USERPTR; NULL: in the device's memory
    size_t length;
};

struct device {
    int fd; // a timer that expires when a frame is due; 0: free
    int memory;
    struct script script;
    struct v4l2_pix_format format;
    double fps;
    uint32_t input;
    uint64_t standard;
    bool running;
    struct buffer buffer[BUFFERS_MAX];
    uint32_t count;
    uint32_t kind;
    uint64_t turn;
    uint32_t sequence;
    unsigned row;
    int64_t repeated;
    int64_t still_ns;
};

static struct device devices[DEVICES_MAX];

/** Finds the script of /dev/videoN. @return false: `path` is no such device */
static bool script_of(const char *path, char script[512])
{
    const char *folder = getenv("SCRIPTED_CAMERAS");
    return folder && strncmp(path, "/dev/video", 10) == 0 && path[10] &&
           snprintf(script, 512, "%s/%s", folder, path + 5) < 512;
}

static struct device *device_of(int fd)
{
    for (int i = 0; fd > 0 && i < DEVICES_MAX; i++) {
        if (devices[i].fd == fd)
            return &devices[i];
    }
    return NULL;
}

static int refuse(int error)
{
    errno = error;
    return -1;
}

static uint32_t row_bytes(const struct v4l2_pix_format *pix)
{
    switch (pix->pixelformat) {
    case V4L2_PIX_FMT_YUYV:
    case V4L2_PIX_FMT_Y16:
    case V4L2_PIX_FMT_Y10:
    case V4L2_PIX_FMT_Z16:
    case V4L2_PIX_FMT_SRGGB12:
    case V4L2_PIX_FMT_SBGGR16:
        return pix->width * 2;
    case V4L2_PIX_FMT_RGB24:
        return pix->width * 3;
    case V4L2_PIX_FMT_RGB32:
        return pix->width * 4;
    case V4L2_PIX_FMT_MJPEG:
    case V4L2_PIX_FMT_H264:
    case V4L2_PIX_FMT_HEVC:
        return 0;
    default:
        return pix->width;
    }
}

static uint32_t rows_of(const struct v4l2_pix_format *pix)
{
    return pix->pixelformat == V4L2_PIX_FMT_NV12   ? pix->height * 3 / 2
           : pix->pixelformat == V4L2_PIX_FMT_NV24 ? pix->height * 3
                                                   : pix->height;
}

/** The driver chooses the mode closest to the request. */
static void agree(const struct script *script, struct v4l2_pix_format *pix, double *fps)
{
    const struct script_mode *best = &script->mode[0];
    int most = -1;
    for (unsigned i = 0; i < script->modes; i++) {
        const struct script_mode *mode = &script->mode[i];
        const int merit = 2 * (mode->fourcc == pix->pixelformat) +
                          (mode->width == pix->width && mode->height == pix->height);
        if (merit > most) {
            best = mode;
            most = merit;
        }
    }
    *pix = (struct v4l2_pix_format){ .width = best->width,
                                     .height = best->height,
                                     .pixelformat = best->fourcc,
                                     .field = script->field,
                                     .colorspace = V4L2_COLORSPACE_SRGB };
    pix->bytesperline = script->pitch >= 0 ? (uint32_t)script->pitch : row_bytes(pix);
    pix->sizeimage = script->image >= 0       ? (uint32_t)script->image
                     : pix->bytesperline == 0 ? pix->width * pix->height * 2
                                              : pix->bytesperline * rows_of(pix);
    if (fps)
        *fps = best->rates ? best->fps[0] : 30;
}

static int run(struct device *device, bool running)
{
    const bool timed = running || device->script.caps & V4L2_CAP_READWRITE; // poll starts reading
    const int64_t ns = timed ? (int64_t)((double)SECOND / device->fps) : 0;
    const struct timespec period = { ns / SECOND, ns % SECOND };
    device->running = running;
    for (int i = 0; !running && i < BUFFERS_MAX; i++)
        device->buffer[i].queued = 0;
    return timerfd_settime(device->fd, 0, &(struct itimerspec){ period, period }, NULL);
}

static int open_device(const char *path)
{
    struct device *device = devices;
    while (device < devices + DEVICES_MAX && device->fd)
        device++;
    if (device == devices + DEVICES_MAX)
        return refuse(EMFILE);
    *device = (struct device){ .sequence = UINT32_MAX };
    if (!script_read(&device->script, path))
        return refuse(ENOENT);
    if (script_fails(&device->script, SCRIPT_OPEN, 0))
        return -1;
    device->memory = memfd_create("scripted camera", MFD_CLOEXEC);
    if (device->memory == -1 || ftruncate(device->memory, (off_t)SPAN * BUFFERS_MAX) == -1)
        return -1;
    agree(&device->script, &device->format, &device->fps);
    device->standard = device->script.standards ? device->script.standard[0].id : 0;
    device->fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    return run(device, false) == 0 ? device->fd : -1;
}

/** Writes a frame, never beyond the buffer. @return bytesused as the driver reports it */
static uint32_t draw(const struct device *device, const struct script_frame *frame, uint8_t *to,
                     size_t room)
{
    const struct v4l2_pix_format *pix = &device->format;
    const uint32_t bytes = row_bytes(pix);
    const uint32_t pitch = pix->bytesperline ? pix->bytesperline : bytes;
    if (frame->file[0]) {
        const int file = REAL(open)(frame->file, O_RDONLY | O_CLOEXEC);
        const ssize_t got = REAL(read)(file, to, room);
        close(file);
        return got > 0 ? (uint32_t)got : 0;
    }
    memset(to, PADDING, room);
    for (uint32_t y = 0; y < rows_of(pix); y++) {
        const size_t at = (size_t)frame->offset + (size_t)y * pitch;
        const uint32_t line = frame->field == V4L2_FIELD_TOP      ? 2 * y
                              : frame->field == V4L2_FIELD_BOTTOM ? 2 * y + 1
                                                                  : y;
        if (at + bytes <= room)
            memset(to + at, (int)(line & 0xff), bytes);
    }
    return pix->sizeimage;
}

static const struct script_frame *next_frame(struct device *device)
{
    const struct script_frame *frame = &device->script.frame[device->row];
    if (frame->times && ++device->repeated >= frame->times) {
        device->row = (device->row + 1) % device->script.frames;
        device->repeated = 0;
    }
    return frame;
}

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * SECOND + now.tv_nsec;
}

static int queue(struct device *device, const struct v4l2_buffer *request)
{
    struct buffer *buffer = &device->buffer[request->index % BUFFERS_MAX];
    if (request->index >= device->count || buffer->queued)
        return refuse(EINVAL);
    *buffer = (struct buffer){ .queued = ++device->turn, .length = device->format.sizeimage };
    if (device->kind == V4L2_MEMORY_USERPTR) {
        buffer->length = request->length;
        memcpy(&buffer->at, &request->m.userptr, sizeof(buffer->at));
    }
    return 0;
}

static int dequeue(struct device *device, struct v4l2_buffer *result)
{
    uint64_t periods = 0;
    uint32_t oldest = BUFFERS_MAX;
    for (uint32_t i = 0; i < device->count; i++) {
        const uint64_t turn = device->buffer[i].queued;
        if (turn && (oldest == BUFFERS_MAX || turn < device->buffer[oldest].queued))
            oldest = i;
    }
    if (REAL(read)(device->fd, &periods, sizeof(periods)) != sizeof(periods) ||
        oldest == BUFFERS_MAX)
        return refuse(EAGAIN);

    const struct script_frame *frame = next_frame(device);
    struct buffer *buffer = &device->buffer[oldest];
    uint8_t *at = buffer->at;
    if (!at)
        at = REAL(mmap)(NULL, SPAN, PROT_WRITE, MAP_SHARED, device->memory, (off_t)oldest * SPAN);
    const uint32_t bytes = draw(device, frame, at, buffer->length);
    if (!buffer->at)
        munmap(at, SPAN);
    buffer->queued = 0;
    device->sequence += (uint32_t)frame->step;
    if (!frame->still || !device->still_ns)
        device->still_ns = now_ns();
    const int64_t time_ns = device->still_ns - frame->age * 1000000;
    result->index = frame->index >= 0 ? (uint32_t)frame->index : oldest;
    result->bytesused = frame->bytes >= 0 ? (uint32_t)frame->bytes : bytes;
    result->flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC | (uint32_t)frame->flags;
    result->field = frame->field ? (uint32_t)frame->field : device->format.field;
    result->sequence = frame->seq >= 0 ? (uint32_t)frame->seq : device->sequence;
    result->timestamp = (struct timeval){ time_ns / SECOND, time_ns % SECOND / 1000 };
    return 0;
}

/** Sets or reads the rate. */
static int rate(struct device *device, bool set, struct v4l2_captureparm *parm)
{
    if (set && parm->timeperframe.numerator) {
        device->fps = (double)parm->timeperframe.denominator / parm->timeperframe.numerator;
        if (device->running)
            run(device, true);
    }
    *parm = (struct v4l2_captureparm){ .capability = V4L2_CAP_TIMEPERFRAME,
                                       .timeperframe = script_interval(device->fps) };
    return 0;
}

static int controls(struct script *script, bool set, const struct v4l2_ext_controls *values)
{
    for (unsigned i = 0; values->count == 1 && i < script->controls; i++) {
        if (script->control[i].id != values->controls->id)
            continue;
        if (set)
            script->control[i].value = values->controls->value;
        values->controls->value = (int32_t)script->control[i].value;
        return 0;
    }
    return refuse(EINVAL);
}

static int request_buffers(struct device *device, struct v4l2_requestbuffers *request)
{
    request->count = request->count < BUFFERS_MAX ? request->count : BUFFERS_MAX;
    device->count = request->count;
    device->kind = request->memory;
    memset(device->buffer, 0, sizeof(device->buffer));
    return 0;
}

static int answer(struct device *device, unsigned long call, void *argument)
{
    struct script *script = &device->script;
    struct v4l2_buffer *buffer = argument;
    struct v4l2_format *format = argument;
    struct v4l2_cropcap *crop = argument;
    switch (call) {
    case VIDIOC_QUERYCAP:
        return script_capabilities(script, argument);
    case VIDIOC_ENUM_FMT:
        return script_list_formats(script, argument);
    case VIDIOC_ENUM_FRAMESIZES:
        return script_list_sizes(script, argument);
    case VIDIOC_ENUM_FRAMEINTERVALS:
        return script_list_rates(script, argument);
    case VIDIOC_G_FMT:
        format->fmt.pix = device->format;
        return 0;
    case VIDIOC_TRY_FMT:
        agree(script, &format->fmt.pix, NULL);
        return 0;
    case VIDIOC_S_FMT:
        agree(script, &format->fmt.pix, &device->fps);
        device->format = format->fmt.pix;
        return 0;
    case VIDIOC_G_PARM:
    case VIDIOC_S_PARM:
        return rate(device, call == VIDIOC_S_PARM,
                    &((struct v4l2_streamparm *)argument)->parm.capture);
    case VIDIOC_REQBUFS:
        return request_buffers(device, argument);
    case VIDIOC_QUERYBUF:
        buffer->length = device->format.sizeimage;
        buffer->m.offset = buffer->index * SPAN;
        return 0;
    case VIDIOC_QBUF:
        return queue(device, argument);
    case VIDIOC_DQBUF:
        return dequeue(device, argument);
    case VIDIOC_STREAMON:
    case VIDIOC_STREAMOFF:
        return run(device, call == VIDIOC_STREAMON);
    case VIDIOC_ENUMINPUT:
        return script_list_inputs(script, argument);
    case VIDIOC_G_INPUT:
        memcpy(argument, &device->input, sizeof(device->input));
        return script->inputs ? 0 : refuse(ENOTTY);
    case VIDIOC_S_INPUT:
        memcpy(&device->input, argument, sizeof(device->input));
        return device->input < script->inputs ? 0 : refuse(EINVAL);
    case VIDIOC_ENUMSTD:
        return script_list_standards(script, argument);
    case VIDIOC_G_STD:
        memcpy(argument, &device->standard, sizeof(device->standard));
        return script->standards ? 0 : refuse(ENODATA);
    case VIDIOC_S_STD:
        memcpy(&device->standard, argument, sizeof(device->standard));
        return 0;
    case VIDIOC_CROPCAP:
        crop->pixelaspect = script->aspect;
        crop->defrect.width = script->mode[0].width;
        crop->defrect.height = script->mode[0].height;
        return script->aspect.numerator ? 0 : refuse(ENOTTY);
    case VIDIOC_QUERY_EXT_CTRL:
        return script_list_controls(script, argument);
    case VIDIOC_G_EXT_CTRLS:
    case VIDIOC_S_EXT_CTRLS:
        return controls(script, call == VIDIOC_S_EXT_CTRLS, argument);
    default:
        return refuse(ENOTTY);
    }
}

static int serve(struct device *device, unsigned long request, void *argument)
{
    const uint32_t call = (uint32_t)request; // some callers pass it as a signed number
    uint32_t memory = device->kind;
    if (device->script.gone || access(device->script.path, F_OK) == -1)
        return refuse(ENODEV); // disconnected
    if (call == VIDIOC_REQBUFS)
        memory = ((struct v4l2_requestbuffers *)argument)->memory;
    return script_fails(&device->script, _IOC_NR(call), memory) ? -1
                                                                : answer(device, call, argument);
}

static void *map(struct device *device, size_t length, int64_t offset)
{
    if (length == 0 || length > device->format.sizeimage)
        return refuse(EINVAL) ? MAP_FAILED : NULL;
    return REAL(mmap)(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, device->memory, offset);
}

static ssize_t read_frame(struct device *device, void *to, size_t bytes)
{
    if (script_fails(&device->script, SCRIPT_READ, 0))
        return -1;
    uint64_t periods = 0;
    if (REAL(read)(device->fd, &periods, sizeof(periods)) != sizeof(periods))
        return refuse(EAGAIN);
    const struct script_frame *frame = next_frame(device);
    const uint32_t drawn = draw(device, frame, to, bytes);
    return frame->bytes >= 0 ? frame->bytes : drawn;
}

/* Functions that precede libc's own. */
int open(const char *path, int flags, ...)
{
    char script[512];
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return script_of(path, script) ? open_device(script) : REAL(open)(path, flags, mode);
}

int open64(const char *path, int flags, ...) __attribute__((alias("open")));

DIR *opendir(const char *path)
{
    const char *folder = getenv("SCRIPTED_CAMERAS");
    DIR *(*const real)(const char *) = REAL(opendir);

    return real(folder && strcmp(path, "/dev") == 0 ? folder : path);
}

int close(int fd)
{
    struct device *device = device_of(fd);
    if (device) {
        device->fd = 0;
        REAL(close)(device->memory);
    }
    return REAL(close)(fd);
}

int ioctl(int fd, unsigned long call, ...)
{
    struct device *device = device_of(fd);
    va_list arguments;
    va_start(arguments, call);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    return device ? serve(device, call, argument) : REAL(ioctl)(fd, call, argument);
}

void *mmap(void *at, size_t length, int access_, int flags, int fd, off_t offset)
{
    struct device *device = device_of(fd);
    return device ? map(device, length, offset)
                  : REAL(mmap)(at, length, access_, flags, fd, offset);
}

void *mmap64(void *at, size_t length, int access_, int flags, int fd, off_t offset)
    __attribute__((alias("mmap")));

ssize_t read(int fd, void *to, size_t bytes)
{
    struct device *device = device_of(fd);
    return device ? read_frame(device, to, bytes) : REAL(read)(fd, to, bytes);
}

/* libv4l2's way to a device. */
long syscall(long number, ...)
{
    long argument[6];
    va_list arguments;
    va_start(arguments, number);
    for (int i = 0; i < 6; i++)
        argument[i] = va_arg(arguments, long);
    va_end(arguments);
    struct device *device = device_of((int)argument[number == SYS_mmap ? 4 : 0]);
    if (device && number == SYS_ioctl)
        return serve(device, (unsigned long)argument[1], (void *)argument[2]);
    if (device && number == SYS_read)
        return read_frame(device, (void *)argument[1], (size_t)argument[2]);
    if (device && number == SYS_mmap)
        return (long)map(device, (size_t)argument[1], argument[5]);
    if (device && number == SYS_close)
        return close((int)argument[0]);
    return REAL(syscall)(number, argument[0], argument[1], argument[2], argument[3], argument[4],
                         argument[5]);
}
