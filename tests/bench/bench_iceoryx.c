/* SPDX-License-Identifier: MIT */
/* A peer: iceoryx 2 at its best. The writer draws into loaned chunks; each reader sleeps in a wait
 * set, reads in place, and queues only the newest chunk. The daemon RouDi connects them; no frame
 * passes through it. RouDi uses fixed global names, so the run has its own /tmp and /dev/shm, which
 * vanish with its processes. */
#include "bench.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <iceoryx_binding_c/log.h>
#include <iceoryx_binding_c/publisher.h>
#include <iceoryx_binding_c/runtime.h>
#include <iceoryx_binding_c/subscriber.h>
#include <iceoryx_binding_c/wait_set.h>

#define CHUNKS       8    // capacity in frames
#define HEADER_BYTES 1024 // of a chunk, upper bound
#define CONFIG       "/tmp/roudi.toml"
#define TRIES        10000 // to find the daemon or the writer, a millisecond each

static pid_t daemon_pid;
static uint32_t bytes;

static iox_pub_storage_t pub_storage;
static iox_pub_t publisher;
static void *drawn;

static iox_sub_storage_t sub_storage;
static iox_ws_storage_t wait_storage;
static iox_sub_t subscriber;
static iox_ws_t wait_set;
static const void *taken;

static void mount_empty(const char *place)
{
    bench_need(mount("none", place, "tmpfs", 0, NULL) == 0, place);
}

static void write_config(void)
{
    FILE *file = fopen(CONFIG, "w");
    bench_need(file != NULL, CONFIG);
    fprintf(file,
            "[general]\nversion = 1\n[[segment]]\n[[segment.mempool]]\nsize = %u\ncount = %d\n",
            bytes + HEADER_BYTES, CHUNKS);
    bench_need(fclose(file) == 0, CONFIG);
}

static void start_daemon(void)
{
    daemon_pid = fork();
    bench_need(daemon_pid >= 0, "fork");
    if (daemon_pid != 0)
        return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    bench_need(freopen("/dev/null", "w", stdout) && freopen("/dev/null", "w", stderr), "/dev/null");
    execlp("iox-roudi", "iox-roudi", "-c", CONFIG, "-m", "off", "-l", "off", (char *)NULL);
    bench_fail("iox-roudi");
}

static void prepare(const struct bench_setup *setup)
{
    bytes = (uint32_t)setup->shape.bytes;
    bench_need(unshare(CLONE_NEWNS) == 0, "unshare: root is needed for mounts of its own");
    bench_need(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "mount");
    mount_empty("/tmp");
    mount_empty("/dev/shm");
    write_config();
    start_daemon();
}

static void join(const char *name)
{
    iox_set_loglevel(Iceoryx_LogLevel_Off);
    iox_runtime_init(name); // waits for the daemon
    errno = 0;
}

static void write_open(const struct bench_setup *setup)
{
    (void)setup;
    join("writer");
    iox_pub_options_t options;
    iox_pub_options_init(&options);
    options.historyCapacity = 0;
    options.subscriberTooSlowPolicy = ConsumerTooSlowPolicy_DISCARD_OLDEST_DATA;
    publisher = iox_pub_init(&pub_storage, "bench", "bench", "frame", &options);
    bench_need(publisher != NULL, "iox_pub_init");
}

static uint8_t *begin(void)
{
    const enum iox_AllocationResult result =
        iox_pub_loan_aligned_chunk(publisher, &drawn, bytes, 64);
    return result == AllocationResult_SUCCESS ? drawn : NULL;
}

static void publish(void)
{
    iox_pub_publish_chunk(publisher, drawn);
}

static void write_close(void)
{
    iox_pub_deinit(publisher);
    kill(daemon_pid, SIGKILL); // on SIGTERM it would end its clients as well
    waitpid(daemon_pid, NULL, 0);
}

static void read_open(const struct bench_setup *setup, uint32_t reader)
{
    (void)setup;
    char name[32];
    snprintf(name, sizeof(name), "reader%u", reader);
    join(name);
    iox_sub_options_t options;
    iox_sub_options_init(&options);
    options.queueCapacity = 1;
    options.historyRequest = 0;
    options.queueFullPolicy = QueueFullPolicy_DISCARD_OLDEST_DATA;
    subscriber = iox_sub_init(&sub_storage, "bench", "bench", "frame", &options);
    wait_set = iox_ws_init(&wait_storage);
    bench_need(subscriber != NULL && wait_set != NULL &&
                   iox_ws_attach_subscriber_state(wait_set, subscriber, SubscriberState_HAS_DATA, 0,
                                                  NULL) == WaitSetResult_SUCCESS,
               "iox_ws_attach_subscriber_state");
    for (int i = 0; iox_sub_get_subscription_state(subscriber) != SubscribeState_SUBSCRIBED; i++) {
        bench_need(i < TRIES, "the writer is not found");
        usleep(1000);
    }
}

static const uint8_t *take(void)
{
    while (iox_sub_take_chunk(subscriber, &taken) != ChunkReceiveResult_SUCCESS) {
        iox_notification_info_t info;
        uint64_t missed;
        iox_ws_wait(wait_set, &info, 1, &missed);
    }
    return taken;
}

static bool done(void)
{
    iox_sub_release_chunk(subscriber, taken);
    return true;
}

static void read_close(void)
{
    iox_ws_deinit(wait_set);
    iox_sub_deinit(subscriber);
}

const struct bench_transport bench_iceoryx = {
    .name = "iceoryx",
    .summary = "peer: publisher and subscribers, asleep in a wait set",
    .prepare = prepare,
    .write_open = write_open,
    .begin = begin,
    .publish = publish,
    .write_close = write_close,
    .read_open = read_open,
    .take = take,
    .done = done,
    .read_close = read_close,
};
