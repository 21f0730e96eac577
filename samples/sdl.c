/* SPDX-License-Identifier: MIT */
/* Shows a stream of YUYV or RGB frames in a window, in SDL's event loop; closing the window ends it.
 *   cc sdl.c -o sdl $(pkg-config --cflags --libs triptych sdl2) && ./sdl sample */
#include <SDL2/SDL.h>
#include <triptych/triptych.h>

/** A thread that waits for frames. Each is the main thread's until it posts `done`. */
struct waiter {
    tri_reader *reader;
    struct tri_frame frame;
    Uint32 event;
    SDL_sem *done;
    SDL_atomic_t quit;
};

static int wait_for_frames(void *data)
{
    struct waiter *waiter = data;
    while (!SDL_AtomicGet(&waiter->quit)) {
        if (tri_reader_acquire(waiter->reader, &waiter->frame, -1) != TRI_OK)
            continue; // interrupted, or there is no writer at present
        SDL_PushEvent(&(SDL_Event){ .type = waiter->event });
        SDL_SemWait(waiter->done);
    }
    return 0;
}

/** Draws a frame; `texture` is made again when the stream's format or size changes. */
static void draw(SDL_Renderer *renderer, SDL_Texture **texture, const struct tri_frame *frame)
{
    const struct tri_video *video = &frame->info.video;
    const Uint32 format =
        video->fourcc == TRI_FOURCC_YUYV ? SDL_PIXELFORMAT_YUY2 : SDL_PIXELFORMAT_RGB888;
    const int width = (int)video->width;
    const int height = (int)video->height;
    Uint32 old_format = 0;
    int w = 0;
    int h = 0;
    if (*texture)
        SDL_QueryTexture(*texture, &old_format, NULL, &w, &h);
    if (video->fourcc != TRI_FOURCC_YUYV && video->fourcc != TRI_FOURCC_XR24)
        return; // to keep this sample small; triptych-display shows every format
    if (format != old_format || w != width || h != height) {
        SDL_DestroyTexture(*texture);
        *texture = SDL_CreateTexture(renderer, format, SDL_TEXTUREACCESS_STREAMING, width, height);
    }
    SDL_UpdateTexture(*texture, NULL, frame->data[0], (int)frame->shape.plane[0].stride);
    SDL_RenderCopy(renderer, *texture, NULL, NULL);
    SDL_RenderPresent(renderer);
}

int main(int argc, char **argv)
{
    const tri_log log = tri_log_to_stderr(TRI_LOG_WARN);
    const char *name = argc > 1 ? argv[1] : "sample";
    SDL_Window *window;
    SDL_Renderer *renderer;
    SDL_Texture *texture = NULL;
    struct waiter waiter = { .done = SDL_CreateSemaphore(0) };
    if (SDL_Init(SDL_INIT_VIDEO) != 0 ||
        SDL_CreateWindowAndRenderer(640, 480, SDL_WINDOW_RESIZABLE, &window, &renderer) != 0 ||
        tri_reader_open(&waiter.reader,
                        &(struct tri_reader_options){ .name = name, .log = &log }) != TRI_OK)
        return 1;

    SDL_SetWindowTitle(window, name);
    waiter.event = SDL_RegisterEvents(1);
    SDL_Thread *thread = SDL_CreateThread(wait_for_frames, "frames", &waiter);
    for (SDL_Event event; SDL_WaitEvent(&event) && event.type != SDL_QUIT;) {
        if (event.type != waiter.event)
            continue;
        draw(renderer, &texture, &waiter.frame);
        SDL_SemPost(waiter.done);
    }
    SDL_AtomicSet(&waiter.quit, 1);
    SDL_SemPost(waiter.done);
    tri_reader_interrupt(waiter.reader); // ends a wait in progress, or the next one
    SDL_WaitThread(thread, NULL);
    tri_reader_release(waiter.reader, &waiter.frame);
    tri_reader_close(&waiter.reader);
    SDL_DestroySemaphore(waiter.done);
    SDL_DestroyTexture(texture);
    SDL_DestroyRenderer(renderer);
    SDL_DestroyWindow(window);
    SDL_Quit();
    return 0;
}
