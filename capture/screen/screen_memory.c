/* SPDX-License-Identifier: MIT */
#include "screen_memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <xcb/xcbext.h>

#define PROBE_PIXELS 16
#define PROBE_BYTES  ((size_t)PROBE_PIXELS * 8) // a pixel has at most 32 bits; twice that is padding

/** Draws the segment's first pixels into a pixmap. @return their picture as the server sees it, freed
 *  by the caller; NULL: it cannot read the segment */
static xcb_get_image_reply_t *read_back(struct x11_connection *x, int shm_id)
{
    const xcb_window_t root = x->screen->root;
    const uint8_t depth = x->screen->root_depth;
    const xcb_shm_seg_t segment = xcb_generate_id(x->xcb);
    const xcb_pixmap_t pixmap = xcb_generate_id(x->xcb);
    const xcb_gcontext_t gc = xcb_generate_id(x->xcb);
    xcb_shm_attach(x->xcb, segment, (uint32_t)shm_id, 1);
    xcb_create_pixmap(x->xcb, depth, pixmap, root, PROBE_PIXELS, 1);
    xcb_create_gc(x->xcb, gc, pixmap, 0, NULL);
    xcb_shm_put_image(x->xcb, pixmap, gc, PROBE_PIXELS, 1, 0, 0, PROBE_PIXELS, 1, 0, 0, depth,
                      XCB_IMAGE_FORMAT_Z_PIXMAP, 0, segment, 0);
    const xcb_get_image_cookie_t request =
        xcb_get_image(x->xcb, XCB_IMAGE_FORMAT_Z_PIXMAP, pixmap, 0, 0, PROBE_PIXELS, 1, UINT32_MAX);
    xcb_free_gc(x->xcb, gc);
    xcb_free_pixmap(x->xcb, pixmap);
    xcb_shm_detach(x->xcb, segment);
    return x11_await(x, request.sequence);
}

/** Whether the server reads what this process writes. */
static bool is_same_memory(struct x11_connection *x)
{
    const int shm_id = shmget(IPC_PRIVATE, PROBE_BYTES, IPC_CREAT | 0644);
    if (shm_id < 0)
        return false;
    uint8_t *pixels = shmat(shm_id, NULL, 0);
    if (pixels == (uint8_t *)-1) { // NOLINT: what shmat() returns
        shmctl(shm_id, IPC_RMID, NULL);
        return false;
    }
    for (size_t i = 0; i < PROBE_BYTES; i++)
        pixels[i] = (uint8_t)(37 * i + 11);
    xcb_get_image_reply_t *seen = read_back(x, shm_id);
    const uint8_t *data = seen ? xcb_get_image_data(seen) : NULL;
    const size_t bytes = seen ? (size_t)xcb_get_image_data_length(seen) : 0;
    const size_t pixel = bytes / PROBE_PIXELS;
    bool same = pixel == 2 || pixel == 4;
    for (size_t i = 0; same && i < bytes; i++) // the highest byte of four may be padding
        same = (pixel == 4 && i % 4 == 3) || data[i] == pixels[i];
    free(seen);
    shmdt(pixels);
    shmctl(shm_id, IPC_RMID, NULL);
    return same;
}

void screen_memory_open(struct screen_memory *memory, struct x11_connection *x)
{
    *memory = (struct screen_memory){ .usable = x->shm && is_same_memory(x) };
    if (!memory->usable)
        tri_log_write(
            x->log, TRI_LOG_WARN, "screen",
            "%s: the X server %s: each picture comes through the socket and is copied", x->display,
            x->shm ? "shares no memory with this process: it runs on another machine or in "
                     "another IPC namespace"
                   : "has no MIT-SHM");
}

static void detach(struct screen_memory *memory, struct x11_connection *x)
{
    if (memory->id)
        xcb_shm_detach(x->xcb, memory->id);
    memory->id = 0;
}

void screen_memory_attach(struct screen_memory *memory, struct x11_connection *x,
                          const struct tri_draft *draft)
{
    const int shm_id = tri_draft_get_shm(draft, &memory->offset);
    if (memory->id && memory->shm_id == shm_id)
        return;
    detach(memory, x);
    memory->id = xcb_generate_id(x->xcb);
    memory->shm_id = shm_id;
    xcb_shm_attach(x->xcb, memory->id, (uint32_t)shm_id, 0);
}

bool screen_memory_is_refused(const struct x11_connection *x, uint8_t error)
{
    const xcb_query_extension_reply_t *shm = xcb_get_extension_data(x->xcb, &xcb_shm_id);
    return error == shm->first_error + XCB_SHM_BAD_SEG;
}

void screen_memory_close(struct screen_memory *memory, struct x11_connection *x)
{
    if (x->xcb && memory->id && !x->waiting_ns) {
        detach(memory, x);
        free(x11_await(x, xcb_get_input_focus(x->xcb).sequence));
    }
    *memory = (struct screen_memory){ 0 };
}
