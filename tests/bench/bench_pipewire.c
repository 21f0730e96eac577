/* SPDX-License-Identifier: MIT */
/* A peer: PipeWire at its best. The writer's stream drives the graph and all readers map the
 * buffers. The run has its own daemon, which makes the links; in PipeWire 0.3 each cycle passes
 * through it, the frames do not. Writer and readers run their data loops in the measured thread, so
 * no hand-over waits for another thread: the writer draws into a buffer and starts a cycle, a
 * reader reads it in place in its process callback. A cycle ends when all readers have returned;
 * the writer draws the next frame in the meantime. */
#include "bench.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pipewire/pipewire.h>
#include <spa/param/buffers.h>
#include <spa/param/video/format-utils.h>
#include <spa/pod/builder.h>

#define BUFFERS       3
#define PATIENCE_NS   INT64_C(15000000000) // time limit for daemon and links
#define CYCLE_NS_MAX  200000000            // a reader that left in mid-cycle never ends the cycle
#define CYCLE_WAIT_MS 50
#define WARM_CYCLES   10
#define POD_BYTES     1024
#define PATH_BYTES    64

/** Shared by the processes of a run before they are linked. */
struct meeting {
    _Atomic uint32_t writer; // its node; SPA_ID_INVALID: not yet known
    _Atomic uint32_t linked; // number of linked readers
};

static const char *const modules = "context.spa-libs = { support.* = support/libspa-support }\n"
                                   "context.modules = [\n"
                                   "    { name = libpipewire-module-protocol-native }\n"
                                   "    { name = libpipewire-module-client-node }\n";

static struct meeting *meeting;
static char *folder; // the daemon's socket and configuration; shared by all processes
static pid_t daemon_pid;
static pid_t sweeper_pid;
static int running = -1; // a pipe end that every process of the run keeps open
static const struct bench_setup *setup;

static struct pw_loop *messages; // to and from the daemon; between streams
static struct pw_loop *data;
static struct pw_context *context;
static struct pw_core *core;
static struct pw_stream *stream;
static struct spa_hook stream_hook;
static struct spa_hook registry_hook;
static enum pw_stream_state state;
static uint32_t out_port = SPA_ID_INVALID;
static uint32_t in_port = SPA_ID_INVALID;

static struct pw_buffer *drawn; // the writer's next frame
static bool cycle_runs;
static bool (*use)(const uint8_t *frame, int64_t arrived_ns); // in a reader, while there is more

static void place(char path[PATH_BYTES + 32], const char *name)
{
    snprintf(path, PATH_BYTES + 32, "%s/%s", folder, name);
}

static void configure(const char *name, const char *head, const char *more)
{
    char path[PATH_BYTES + 32];
    place(path, name);
    FILE *file = fopen(path, "w");
    bench_need(file != NULL, path);
    fprintf(file, "%s%s%s]\n", head, modules, more);
    bench_need(fclose(file) == 0, path);
}

static void remove_folder(void)
{
    const char *const files[] = { "client.conf", "pipewire.conf", "pipewire-0", "pipewire-0.lock" };
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        char path[PATH_BYTES + 32];
        place(path, files[i]);
        unlink(path);
    }
    rmdir(folder);
}

/** Starts a process that removes the folder after all others of the run have ended, however they
 *  ended: then no process has the pipe open. It starts before the folder exists, and leaves the process
 *  group first: an early signal to the group would end it. */
static void start_sweeper(void)
{
    int ends[2];
    bench_need(pipe(ends) == 0, "pipe");
    sweeper_pid = fork();
    bench_need(sweeper_pid >= 0, "fork");
    if (sweeper_pid == 0) {
        close(ends[1]);
        char nothing;
        while (read(ends[0], &nothing, 1) < 0 && errno == EINTR)
            continue;
        remove_folder();
        _exit(0);
    }
    bench_need(setpgid(sweeper_pid, 0) == 0, "setpgid");
    close(ends[0]);
    running = ends[1];
}

static void prepare(const struct bench_setup *of)
{
    setup = of;
    meeting = bench_shared(sizeof(*meeting));
    atomic_store(&meeting->writer, SPA_ID_INVALID);
    folder = bench_shared(PATH_BYTES);
    snprintf(folder, PATH_BYTES, "/tmp/%s.XXXXXX", of->name);
    start_sweeper();
    bench_need(mkdtemp(folder) != NULL, "mkdtemp");
    configure("client.conf", "context.properties = { support.dbus = false log.level = 0 }\n", "");
    configure("pipewire.conf",
              "context.properties = { support.dbus = false log.level = 0 core.daemon = true "
              "core.name = pipewire-0 }\n",
              "    { name = libpipewire-module-access }\n"
              "    { name = libpipewire-module-link-factory }\n");
    setenv("PIPEWIRE_RUNTIME_DIR", folder, 1);
    setenv("PIPEWIRE_CONFIG_DIR", folder, 1);
    unsetenv("PIPEWIRE_REMOTE");
    unsetenv("PIPEWIRE_CONFIG_NAME");

    daemon_pid = fork();
    bench_need(daemon_pid >= 0, "fork");
    if (daemon_pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execlp("pipewire", "pipewire", (char *)NULL);
        bench_fail("pipewire");
    }
}

static void on_state(void *user, enum pw_stream_state old, enum pw_stream_state now,
                     const char *error)
{
    (void)user;
    (void)old;
    errno = 0;
    bench_need(now != PW_STREAM_STATE_ERROR, error ? error : "PipeWire");
    state = now;
}

/** Requests buffers large enough for a frame, in mappable memory. */
static void on_param(void *user, uint32_t id, const struct spa_pod *param)
{
    (void)user;
    if (id != SPA_PARAM_Format || !param)
        return;
    uint8_t bytes[POD_BYTES];
    struct spa_pod_builder builder = SPA_POD_BUILDER_INIT(bytes, sizeof(bytes));
    const struct spa_pod *buffers = spa_pod_builder_add_object(
        &builder, SPA_TYPE_OBJECT_ParamBuffers, SPA_PARAM_Buffers, SPA_PARAM_BUFFERS_buffers,
        SPA_POD_Int(BUFFERS), SPA_PARAM_BUFFERS_blocks, SPA_POD_Int(1), SPA_PARAM_BUFFERS_size,
        SPA_POD_Int((int)setup->shape.bytes), SPA_PARAM_BUFFERS_stride,
        SPA_POD_Int((int)setup->shape.plane[0].stride), SPA_PARAM_BUFFERS_dataType,
        SPA_POD_CHOICE_FLAGS_Int(1 << SPA_DATA_MemFd));
    pw_stream_update_params(stream, &buffers, 1);
}

/** Start of a cycle: queues the writer's frame, or hands it to a reader. */
static void on_process(void *user)
{
    (void)user;
    if (drawn) {
        pw_stream_queue_buffer(stream, drawn);
        drawn = NULL;
        return;
    }
    struct pw_buffer *buffer = use ? pw_stream_dequeue_buffer(stream) : NULL;
    if (!buffer)
        return;
    const int64_t now = tri_now_ns();
    if (!use(buffer->buffer->datas[0].data, now))
        use = NULL;
    pw_stream_queue_buffer(stream, buffer);
}

/** End of a cycle: all readers have used the frame. */
static void on_trigger_done(void *user)
{
    (void)user;
    cycle_runs = false;
}

static const struct pw_stream_events stream_events = {
    .version = PW_VERSION_STREAM_EVENTS,
    .state_changed = on_state,
    .param_changed = on_param,
    .process = on_process,
    .trigger_done = on_trigger_done,
};

static void on_global(void *user, uint32_t id, uint32_t permissions, const char *type,
                      uint32_t version, const struct spa_dict *properties)
{
    (void)user;
    (void)permissions;
    (void)version;
    if (strcmp(type, PW_TYPE_INTERFACE_Port) != 0)
        return;
    const char *node = spa_dict_lookup(properties, PW_KEY_NODE_ID);
    const uint32_t node_id = node ? (uint32_t)strtoul(node, NULL, 10) : SPA_ID_INVALID;
    if (node_id == atomic_load(&meeting->writer))
        out_port = id;
    else if (node_id == pw_stream_get_node_id(stream))
        in_port = id;
}

static const struct pw_registry_events registry_events = {
    .version = PW_VERSION_REGISTRY_EVENTS,
    .global = on_global,
};

/** Runs the loops until `reached` returns true. */
static void run_until(bool (*reached)(void), const char *what)
{
    const int64_t stuck = tri_now_ns() + PATIENCE_NS;
    while (!reached()) {
        pw_loop_iterate(data, 1);
        errno = 0;
        bench_need(tri_now_ns() < stuck, what);
    }
}

/** Handles messages of the daemon. */
static void on_messages(void *user, int fd, uint32_t mask)
{
    (void)user;
    (void)fd;
    (void)mask;
    pw_loop_iterate(messages, 0);
}

static bool has_node(void)
{
    return pw_stream_get_node_id(stream) != SPA_ID_INVALID;
}

static bool writer_has_node(void)
{
    return atomic_load(&meeting->writer) != SPA_ID_INVALID;
}

static bool has_ports(void)
{
    return out_port != SPA_ID_INVALID && in_port != SPA_ID_INVALID;
}

static bool streams(void)
{
    return state == PW_STREAM_STATE_STREAMING;
}

static bool drives_all(void)
{
    return streams() && pw_stream_is_driving(stream) &&
           atomic_load(&meeting->linked) == setup->readers;
}

static bool is_connected(void)
{
    if (!core)
        core = pw_context_connect(context, NULL, 0);
    return core != NULL;
}

/** Connects a stream to the daemon and runs its loops in this thread instead of their own.  */
static void join(enum pw_direction direction, enum pw_stream_flags flags)
{
    pw_init(NULL, NULL);
    messages = pw_loop_new(NULL);
    bench_need(messages != NULL, "pw_loop_new");
    context = pw_context_new(messages, NULL, 0);
    bench_need(context != NULL, "pw_context_new");
    struct pw_data_loop *thread = pw_context_get_data_loop(context);
    pw_data_loop_stop(thread);
    data = pw_data_loop_get_loop(thread);
    pw_loop_enter(messages);
    pw_loop_enter(data);
    bench_need(pw_loop_add_io(data, pw_loop_get_fd(messages), SPA_IO_IN, false, on_messages, NULL),
               "pw_loop_add_io");
    run_until(is_connected, "the PipeWire daemon does not answer");

    stream = pw_stream_new(core, setup->name, pw_properties_new(PW_KEY_MEDIA_TYPE, "Video", NULL));
    bench_need(stream != NULL, "pw_stream_new");
    pw_stream_add_listener(stream, &stream_hook, &stream_events, NULL);
    uint8_t bytes[POD_BYTES];
    struct spa_pod_builder builder = SPA_POD_BUILDER_INIT(bytes, sizeof(bytes));
    const struct spa_rectangle size = { setup->video.width, setup->video.height };
    // Only the buffer size matters: no reader interprets the pixels.
    const struct spa_pod *format = spa_pod_builder_add_object(
        &builder, SPA_TYPE_OBJECT_Format, SPA_PARAM_EnumFormat, SPA_FORMAT_mediaType,
        SPA_POD_Id(SPA_MEDIA_TYPE_video), SPA_FORMAT_mediaSubtype,
        SPA_POD_Id(SPA_MEDIA_SUBTYPE_raw), SPA_FORMAT_VIDEO_format,
        SPA_POD_Id(SPA_VIDEO_FORMAT_NV12), SPA_FORMAT_VIDEO_size, SPA_POD_Rectangle(&size),
        SPA_FORMAT_VIDEO_framerate, SPA_POD_Fraction(&SPA_FRACTION(0, 1)));
    bench_need(pw_stream_connect(stream, direction, PW_ID_ANY,
                                 PW_STREAM_FLAG_MAP_BUFFERS | PW_STREAM_FLAG_RT_PROCESS | flags,
                                 &format, 1) >= 0,
               "pw_stream_connect");
    run_until(has_node, "PipeWire takes no stream");
}

static void part(void)
{
    pw_stream_destroy(stream);
    pw_core_disconnect(core);
    pw_loop_leave(data);
    pw_context_destroy(context);
    pw_loop_leave(messages);
    pw_loop_destroy(messages);
}

/** Waits for the end of the previous cycle. @return whether there was one and it has ended. */
static bool end_cycle(void)
{
    const bool ran = cycle_runs;
    const int64_t longest = cycle_runs ? tri_now_ns() + CYCLE_NS_MAX : 0;
    pw_loop_iterate(data, 0);
    while (cycle_runs && tri_now_ns() < longest)
        pw_loop_iterate(data, CYCLE_WAIT_MS);
    const bool ended = ran && !cycle_runs;
    cycle_runs = false;
    return ended;
}

static uint8_t *begin(void)
{
    if (!drawn)
        drawn = pw_stream_dequeue_buffer(stream);
    if (!drawn) {
        end_cycle();
        drawn = pw_stream_dequeue_buffer(stream);
    }
    return drawn ? drawn->buffer->datas[0].data : NULL;
}

static void publish(void)
{
    end_cycle();
    struct spa_chunk *chunk = drawn->buffer->datas[0].chunk;
    chunk->offset = 0;
    chunk->size = (uint32_t)setup->shape.bytes;
    chunk->stride = (int32_t)setup->shape.plane[0].stride;
    cycle_runs = true;
    bench_need(pw_stream_trigger_process(stream) >= 0, "pw_stream_trigger_process");
}

static void write_open(const struct bench_setup *of)
{
    (void)of;
    join(PW_DIRECTION_OUTPUT, PW_STREAM_FLAG_DRIVER);
    atomic_store(&meeting->writer, pw_stream_get_node_id(stream));
    run_until(drives_all, "PipeWire does not link all readers");
    // Newly linked readers miss a cycle or delay it. Its frames have the number 0.
    const int64_t stuck = tri_now_ns() + PATIENCE_NS;
    for (int good = 0; good < WARM_CYCLES; good = end_cycle() ? good + 1 : 0) {
        errno = 0;
        bench_need(tri_now_ns() < stuck, "PipeWire's readers do not run");
        uint8_t *frame = begin();
        if (!frame)
            continue;
        memset(frame, 0, sizeof(struct bench_stamp));
        publish();
    }
}

static void write_close(void)
{
    part();
    kill(daemon_pid, SIGTERM);
    waitpid(daemon_pid, NULL, 0);
    close(running);
    waitpid(sweeper_pid, NULL, 0);
}

/** Formats an object's number into the caller's buffer. */
static struct spa_dict_item item(const char *key, uint32_t id, char text[16])
{
    snprintf(text, 16, "%u", id);
    return SPA_DICT_ITEM_INIT(key, text);
}

static void read_open(const struct bench_setup *of, uint32_t reader)
{
    (void)of;
    (void)reader;
    join(PW_DIRECTION_INPUT, PW_STREAM_FLAG_NONE);
    run_until(writer_has_node, "PipeWire has no writer");
    struct pw_registry *registry = pw_core_get_registry(core, PW_VERSION_REGISTRY, 0);
    pw_registry_add_listener(registry, &registry_hook, &registry_events, NULL);
    run_until(has_ports, "PipeWire lists no ports");

    char text[4][16];
    const struct spa_dict_item items[] = {
        item(PW_KEY_LINK_OUTPUT_NODE, atomic_load(&meeting->writer), text[0]),
        item(PW_KEY_LINK_OUTPUT_PORT, out_port, text[1]),
        item(PW_KEY_LINK_INPUT_NODE, pw_stream_get_node_id(stream), text[2]),
        item(PW_KEY_LINK_INPUT_PORT, in_port, text[3]),
    };
    const struct spa_dict ends = SPA_DICT_INIT_ARRAY(items);
    bench_need(pw_core_create_object(core, "link-factory", PW_TYPE_INTERFACE_Link, PW_VERSION_LINK,
                                     &ends, 0) != NULL,
               "link-factory");
    run_until(streams, "PipeWire makes no link");
    atomic_fetch_add(&meeting->linked, 1);
}

static void serve(bool (*with)(const uint8_t *frame, int64_t arrived_ns))
{
    use = with;
    while (use)
        pw_loop_iterate(data, -1);
}

static bool done(void)
{
    return true; // the cycle lasts until the callback returns
}

const struct bench_transport bench_pipewire = {
    .name = "pipewire",
    .summary = "peer: PipeWire, frames drawn into its buffers, read in the process callback",
    .prepare = prepare,
    .write_open = write_open,
    .begin = begin,
    .publish = publish,
    .write_close = write_close,
    .read_open = read_open,
    .done = done,
    .serve = serve,
    .read_close = part,
};
