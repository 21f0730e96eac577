/* SPDX-License-Identifier: MIT */
#include "x11_shm.h"

#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/XShm.h>

#include <SDL2/SDL_syswm.h>

#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#define PIXEL_BYTES  4
#define PROBE_PIXELS 16 // of a test image

struct x11_shm {
    Display *display;
    Window window;
    GC gc;
    XShmSegmentInfo stream; // the stream's segment; shmid -1: none
    bool stream_readable;
};

/** An image and the segment that it owns. */
struct owned_image {
    struct x11_image image; // first, so that a pointer to it is one to both
    XShmSegmentInfo segment;
    struct x11_shm *x11;
};

static bool x_failed;

static int note_error(Display *display, XErrorEvent *event)
{
    (void)display;
    (void)event;
    x_failed = true;
    return 0;
}

/** Attaches the server to a segment. @return false: it refused */
static bool attach_server(struct x11_shm *x11, XShmSegmentInfo *segment)
{
    XSync(x11->display, False); // errors of earlier requests go to SDL's handler
    XErrorHandler before = XSetErrorHandler(note_error);

    x_failed = false;
    const bool sent = XShmAttach(x11->display, segment);
    XSync(x11->display, False);
    XSetErrorHandler(before);
    return sent && !x_failed;
}

/** An image of `segment` whose rows begin at `data`. Xlib computes the offset from the two
 *  addresses. */
static XImage describe(XShmSegmentInfo *segment, const uint8_t *data, uint32_t stride,
                       uint32_t height)
{
    return (XImage){
        .width = (int)(stride / PIXEL_BYTES),
        .height = (int)height,
        .format = ZPixmap,
        .data = (char *)(uintptr_t)data, // only read
        .byte_order = LSBFirst,
        .bitmap_unit = 32,
        .bitmap_bit_order = LSBFirst,
        .bitmap_pad = 32,
        .depth = 24,
        .bytes_per_line = (int)stride,
        .bits_per_pixel = 8 * PIXEL_BYTES,
        .obdata = (char *)segment,
    };
}

static bool has_plain_pixels(const XWindowAttributes *window)
{
    const Visual *visual = window->visual;
    return window->depth == 24 && visual->red_mask == 0xff0000 && visual->green_mask == 0xff00 &&
           visual->blue_mask == 0xff && ImageByteOrder(DisplayOfScreen(window->screen)) == LSBFirst;
}

/** Creates a segment that the kernel frees with its last attachment. @return false: no memory, or the
 *  server cannot attach it */
static bool create_segment(struct x11_shm *x11, XShmSegmentInfo *segment, size_t bytes)
{
    segment->shmid = shmget(IPC_PRIVATE, bytes, IPC_CREAT | 0600);
    segment->readOnly = True;
    if (segment->shmid < 0)
        return false;
    segment->shmaddr = shmat(segment->shmid, NULL, 0);
    const bool mapped = segment->shmaddr != (char *)-1; // NOLINT: what shmat() returns
    const bool attached = mapped && attach_server(x11, segment);
    shmctl(segment->shmid, IPC_RMID, NULL);
    if (attached)
        return true;
    if (mapped)
        shmdt(segment->shmaddr);
    return false;
}

bool x11_image_resize(struct x11_shm *x11, struct x11_image **image, uint32_t width,
                      uint32_t height)
{
    if (*image && (*image)->width == width && (*image)->height == height)
        return true;
    x11_image_free(image);
    struct owned_image *owned = calloc(1, sizeof(*owned));
    const uint32_t stride = width * PIXEL_BYTES;

    if (!owned || !create_segment(x11, &owned->segment, (size_t)stride * height)) {
        free(owned);
        return false;
    }
    owned->x11 = x11;
    owned->image = (struct x11_image){
        .pixels = (uint8_t *)owned->segment.shmaddr,
        .width = width,
        .height = height,
        .stride = stride,
    };
    *image = &owned->image;
    return true;
}

void x11_image_free(struct x11_image **image)
{
    struct owned_image *owned = (struct owned_image *)*image;
    *image = NULL;
    if (!owned)
        return;
    XShmDetach(owned->x11->display, &owned->segment);
    shmdt(owned->segment.shmaddr);
    free(owned);
}

/** Returns whether the server reads what this process writes. In another IPC namespace the same id may
 *  be another segment. */
static bool is_same_memory(struct x11_shm *x11, const struct x11_image *image)
{
    struct owned_image *owned = (struct owned_image *)(uintptr_t)image;
    const Pixmap pixmap = XCreatePixmap(x11->display, x11->window, PROBE_PIXELS, 1, 24);
    XImage own = describe(&owned->segment, image->pixels, image->stride, 1);
    for (uint32_t i = 0; i < image->stride; i++)
        image->pixels[i] = (uint8_t)(37 * i + 11);
    XShmPutImage(x11->display, pixmap, x11->gc, &own, 0, 0, 0, 0, PROBE_PIXELS, 1, False);
    XImage *seen = XGetImage(x11->display, pixmap, 0, 0, PROBE_PIXELS, 1, AllPlanes, ZPixmap);
    bool same = seen && seen->bits_per_pixel == 8 * PIXEL_BYTES && seen->byte_order == LSBFirst;
    for (size_t i = 0; same && i < PROBE_PIXELS; i++) // a pixel has 24 bits
        same = memcmp(seen->data + PIXEL_BYTES * i, image->pixels + PIXEL_BYTES * i, 3) == 0;
    if (seen)
        XDestroyImage(seen);
    XFreePixmap(x11->display, pixmap);
    return same;
}

struct x11_shm *x11_shm_open(SDL_Window *window)
{
    SDL_SysWMinfo info;
    XWindowAttributes attributes;
    SDL_VERSION(&info.version);
    if (!SDL_GetWindowWMInfo(window, &info) || info.subsystem != SDL_SYSWM_X11)
        return NULL;
    Display *display = info.info.x11.display;
    if (!XShmQueryExtension(display) ||
        !XGetWindowAttributes(display, info.info.x11.window, &attributes) ||
        !has_plain_pixels(&attributes))
        return NULL;
    struct x11_shm *x11 = calloc(1, sizeof(*x11));
    if (!x11)
        return NULL;
    x11->display = display;
    x11->window = info.info.x11.window;
    x11->gc = XCreateGC(display, x11->window, 0, NULL);
    XSetForeground(display, x11->gc, 0);
    x11->stream.shmid = -1;
    struct x11_image *image = NULL;
    const bool works = x11_image_resize(x11, &image, PROBE_PIXELS, 1) && is_same_memory(x11, image);
    x11_image_free(&image);
    if (!works)
        x11_shm_close(&x11);
    return x11;
}

void x11_shm_close(struct x11_shm **x11)
{
    if (!*x11)
        return;
    x11_shm_forget(*x11);
    XFreeGC((*x11)->display, (*x11)->gc);
    free(*x11);
    *x11 = NULL;
}

bool x11_shm_can_read(struct x11_shm *x11, const struct tri_frame *frame)
{
    size_t offset;
    const int shm_id = tri_frame_get_shm(frame, &offset);
    if (shm_id != x11->stream.shmid) {
        x11_shm_forget(x11);
        x11->stream = (XShmSegmentInfo){
            .shmid = shm_id,
            .shmaddr = (char *)(uintptr_t)(frame->data[0] - offset),
            .readOnly = True,
        };
        x11->stream_readable = attach_server(x11, &x11->stream);
    }
    return x11->stream_readable;
}

void x11_shm_forget(struct x11_shm *x11)
{
    if (x11->stream_readable)
        XShmDetach(x11->display, &x11->stream);
    x11->stream = (XShmSegmentInfo){ .shmid = -1 };
    x11->stream_readable = false;
}

/** Shows the pixels at `place` in `area`, as far as they lie in it. */
static void show(struct x11_shm *x11, XImage *image, const struct view_place *place,
                 const struct view_area *area)
{
    struct view_area margins[VIEW_MARGINS_MAX];
    const unsigned count = view_margins(place, area, margins);
    const int x = (int)place->x;
    const int y = (int)place->y;
    const int left = SDL_max(x, area->x);
    const int top = SDL_max(y, area->y);
    const int right = SDL_min(x + (int)place->w, area->x + area->w);
    const int bottom = SDL_min(y + (int)place->h, area->y + area->h);
    for (unsigned i = 0; i < count; i++)
        XFillRectangle(x11->display, x11->window, x11->gc, margins[i].x, margins[i].y,
                       (unsigned)margins[i].w, (unsigned)margins[i].h);
    if (left < right && top < bottom)
        XShmPutImage(x11->display, x11->window, x11->gc, image, left - x, top - y, left, top,
                     (unsigned)(right - left), (unsigned)(bottom - top), False);
    XSync(x11->display, False);
}

void x11_shm_show_image(struct x11_shm *x11, const struct x11_image *image,
                        const struct view_place *place, const struct view_area *area)
{
    struct owned_image *owned = (struct owned_image *)(uintptr_t)image;
    XImage described = describe(&owned->segment, image->pixels, image->stride, image->height);
    show(x11, &described, place, area);
}

void x11_shm_show_frame(struct x11_shm *x11, const struct tri_frame *frame,
                        const struct view_place *place, const struct view_area *area)
{
    size_t offset;
    const struct tri_plane *plane = &frame->shape.plane[0];
    tri_frame_get_shm(frame, &offset);
    x11->stream.shmaddr = (char *)(uintptr_t)(frame->data[0] - offset);
    XImage described = describe(&x11->stream, frame->data[0], plane->stride, plane->rows);
    show(x11, &described, place, area);
}
