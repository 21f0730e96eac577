/* SPDX-License-Identifier: MIT */
/* Prints frames a second in a GLib main loop, as in GTK programs and GNOME.
 *   cc glib.c -o glib $(pkg-config --cflags --libs triptych glib-2.0) && ./glib sample */
#include <glib-unix.h>
#include <triptych/triptych.h>

static guint frames;

static gboolean count_frames(int fd, GIOCondition condition, gpointer reader)
{
    struct tri_frame frame = { 0 };
    (void)fd;
    (void)condition;
    while (tri_reader_acquire(reader, &frame, 0) == TRI_OK) // never waits
        frames++;
    tri_reader_release(reader, &frame);
    return G_SOURCE_CONTINUE;
}

static gboolean print_rate(gpointer data)
{
    (void)data;
    g_print("%u frames a second\n", frames);
    frames = 0;
    return G_SOURCE_CONTINUE;
}

static gboolean quit(gpointer loop)
{
    g_main_loop_quit(loop);
    return G_SOURCE_REMOVE;
}

int main(int argc, char **argv)
{
    const tri_log log = tri_log_to_stderr(TRI_LOG_WARN);
    const char *name = argc > 1 ? argv[1] : "sample";
    tri_reader *reader;
    if (tri_reader_open(&reader, &(struct tri_reader_options){ .name = name, .log = &log }))
        return 1;

    GMainLoop *const loop = g_main_loop_new(NULL, FALSE);
    const guint source = g_unix_fd_add(tri_reader_fd(reader), G_IO_IN, count_frames, reader);
    g_timeout_add_seconds(1, print_rate, NULL);
    g_unix_signal_add(SIGINT, quit, loop);
    g_main_loop_run(loop);

    g_source_remove(source); // before the reader closes its descriptor
    tri_reader_close(&reader);
    g_main_loop_unref(loop);
    return 0;
}
