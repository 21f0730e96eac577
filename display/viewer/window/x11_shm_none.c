/* SPDX-License-Identifier: MIT */
/* A build without X11's headers: there is never an x11_shm. */
#include "x11_shm.h"

struct x11_shm *x11_shm_open(SDL_Window *window)
{
    (void)window;
    return NULL;
}

void x11_shm_close(struct x11_shm **x11)
{
    *x11 = NULL;
}

bool x11_image_resize(struct x11_shm *x11, struct x11_image **image, uint32_t width,
                      uint32_t height)
{
    (void)x11, (void)image, (void)width, (void)height;
    return false;
}

void x11_image_free(struct x11_image **image)
{
    *image = NULL;
}

bool x11_shm_can_read(struct x11_shm *x11, const struct tri_frame *frame)
{
    (void)x11, (void)frame;
    return false;
}

void x11_shm_forget(struct x11_shm *x11)
{
    (void)x11;
}

void x11_shm_show_image(struct x11_shm *x11, const struct x11_image *image,
                        const struct view_place *place, const struct view_area *area)
{
    (void)x11, (void)image, (void)place, (void)area;
}

void x11_shm_show_frame(struct x11_shm *x11, const struct tri_frame *frame,
                        const struct view_place *place, const struct view_area *area)
{
    (void)x11, (void)frame, (void)place, (void)area;
}
