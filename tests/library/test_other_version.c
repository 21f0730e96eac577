/* SPDX-License-Identifier: MIT */
/* Streams that this process cannot read although nothing is wrong with them: of another layout version,
 * or too large for its address space. */
#include "common/src/layout.h"
#include "fixture.h"
#include "ipc.h"
#include "solid_frames.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/shm.h>

static void keep(void *user, enum tri_log_level level, const char *part, const char *text)
{
    (void)level;
    (void)part;
    snprintf(user, 256, "%s", text);
}

static enum tri_err read_one(const char *name, char logged[256])
{
    tri_log log = { .write = keep, .user = logged, .level = TRI_LOG_WARN };
    const struct tri_reader_options options = { .name = name, .log = &log };
    tri_reader *reader;
    struct tri_frame frame = { .lease = { 0 } };
    logged[0] = '\0';
    enum tri_err err = tri_reader_open(&reader, &options);
    memset(&log, 0, sizeof(log)); // the reader has a copy
    if (err == TRI_OK)
        err = tri_reader_acquire(reader, &frame, 0);
    tri_reader_release(reader, &frame);
    tri_reader_close(&reader);
    return err;
}

static tri_writer *open_and_publish(const char *name, uint32_t width, uint32_t height)
{
    const struct tri_video video = solid_video(width, height);
    tri_writer *writer;
    CHECK(solid_open(&writer, name, &video, 0) == TRI_OK);
    CHECK(solid_publish(writer, &video, 1) == TRI_OK);
    return writer;
}

static void stream_of_another_version_is_listed_and_refused_as_such(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    tri_writer *writer = open_and_publish(name, 64, 48);
    struct tri_header *header = shmat(ipc_shm(name), NULL, 0);
    assert_ptr_not_equal(header, (void *)-1);
    header->version = TRI_LAYOUT_VERSION + 1;
    header->entry_bytes = 64; // fields that another version has elsewhere are not read

    struct tri_stream stream;
    assert_int_equal(tri_stream_find(name, &stream), TRI_OK);
    assert_int_equal(stream.state, TRI_STREAM_OTHER_VERSION);
    assert_int_equal(stream.layout_version, TRI_LAYOUT_VERSION + 1);
    assert_string_equal(stream.name, name);

    char logged[256];
    char expected[64];
    assert_int_equal(read_one(name, logged), TRI_ERR_VERSION);
    snprintf(expected, sizeof(expected), "layout version %u, this program reads version %u",
             TRI_LAYOUT_VERSION + 1, TRI_LAYOUT_VERSION);
    assert_non_null(strstr(logged, expected));
    assert_non_null(strstr(logged, "run writer and readers with the same version"));
    assert_int_equal(shmdt(header), 0);
    tri_writer_close(&writer);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
struct part {
    const char *name;
    _Atomic uint64_t ready;
    _Atomic uint64_t done;
};

static int write_a_large_stream(void *argument)
{
    struct part *part = argument;
    tri_writer *writer = open_and_publish(part->name, 1920, 1080);
    part->ready = 1;
    CHECK(fixture_reaches(&part->done, 1));
    tri_writer_close(&writer);
    return 0;
}

/** As in a 32-bit process beside a segment of 3 GiB. */
static int read_in_a_small_address_space(void *argument)
{
    const struct part *part = argument;
    char logged[256];
    struct tri_stream stream;
    char text[64] = "";
    FILE *file = fopen("/proc/self/statm", "r");
    CHECK(file && fgets(text, sizeof(text), file));
    fclose(file);
    const unsigned long pages = strtoul(text, NULL, 10);
    const rlim_t bytes = pages * (rlim_t)sysconf(_SC_PAGESIZE) + (8 << 20);
    CHECK(setrlimit(RLIMIT_AS, &(struct rlimit){ bytes, bytes }) == 0);

    CHECK(tri_stream_find(part->name, &stream) == TRI_OK);
    CHECK(stream.state == TRI_STREAM_TOO_LARGE);
    CHECK(read_one(part->name, logged) == TRI_ERR_NO_RESOURCES);
    CHECK(strstr(logged, "cannot map the segment"));
    return 0;
}

static void stream_too_large_for_a_process_is_not_corrupt(void **state)
{
    (void)state;
    struct part *part = fixture_share(sizeof(*part));
    part->name = fixture_stream();
    const pid_t writer = fixture_start(write_a_large_stream, part);
    assert_true(fixture_reaches(&part->ready, 1));
    assert_int_equal(fixture_join(fixture_start(read_in_a_small_address_space, part)), 0);
    part->done = 1;
    assert_int_equal(fixture_join(writer), 0);
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(stream_of_another_version_is_listed_and_refused_as_such),
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
        // A sanitizer reserves more addresses than any limit allows.
        fixture_test(stream_too_large_for_a_process_is_not_corrupt),
#endif
    };
    return cmocka_run_group_tests_name("other_version", tests, NULL, NULL);
}
