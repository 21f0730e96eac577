/* SPDX-License-Identifier: MIT */
/* Huge pages and locked memory are best effort: used where available, no failure otherwise. Which
 * memory readers map, and which stays out of core dumps. */
#include <triptych/triptych.h>

#include "fixture.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>

#ifndef SHM_LOCKED
#define SHM_LOCKED 02000 // of shm_perm.mode, from <linux/shm.h>
#endif

static const struct tri_video video = { .fourcc = TRI_FOURCC_NV12, .width = 1280, .height = 720 };

/** The number after `key` in the first line "key: number ..." of a file; -1: missing. */
static long number_in(const char *path, const char *key)
{
    char line[256];
    long number = -1;
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (number < 0 && fgets(line, sizeof(line), file)) {
        if (strncmp(line, key, strlen(key)) == 0)
            number = strtol(line + strlen(key), NULL, 10);
    }
    fclose(file);
    return number;
}

/** The text after `key` of the mapping in /proc/self/smaps that contains `address`. */
static const char *of_mapping(const void *address, const char *key)
{
    static char found[256];
    char line[256];
    bool inside = false;
    FILE *file = fopen("/proc/self/smaps", "r");
    assert_non_null(file);
    strcpy(found, "-1");
    while (fgets(line, sizeof(line), file)) {
        char *end;
        const unsigned long long first = strtoull(line, &end, 16);
        if (*end == '-')
            inside =
                (uintptr_t)address >= first && (uintptr_t)address < strtoull(end + 1, NULL, 16);
        else if (inside && strncmp(line, key, strlen(key)) == 0)
            strcpy(found, line + strlen(key));
    }
    fclose(file);
    return found;
}

static bool transparent_ones_for_shared_memory(void)
{
    char text[256] = "";
    FILE *file = fopen("/sys/kernel/mm/transparent_hugepage/shmem_enabled", "r");
    if (!file)
        return false; // a kernel without them
    const bool read = fgets(text, sizeof(text), file) != NULL;
    fclose(file);
    return read &&
           (strstr(text, "[advise]") || strstr(text, "[always]") || strstr(text, "[within_size]"));
}

static tri_writer *open_with(const char *name, uint32_t flags)
{
    tri_writer *writer;
    const struct tri_writer_options options = { .name = name, .video = video, .flags = flags };
    assert_int_equal(tri_writer_open(&writer, &options), TRI_OK);
    return writer;
}

static void one_frame_passes(tri_writer *writer, const char *name)
{
    tri_reader *reader;
    struct tri_draft draft;
    struct tri_frame frame = { 0 };
    assert_int_equal(tri_reader_open(&reader, &(struct tri_reader_options){ .name = name }),
                     TRI_OK);
    assert_int_equal(tri_writer_begin(writer, &video, &draft), TRI_OK);
    memset(draft.data[0], 0x77, (size_t)draft.shape.plane[0].bytes);
    assert_int_equal(tri_writer_publish(writer, &draft), TRI_OK);
    assert_int_equal(tri_reader_acquire(reader, &frame, FIXTURE_PATIENCE_S * 1000), TRI_OK);
    assert_int_equal(frame.data[0][frame.shape.plane[0].bytes - 1], 0x77);
    tri_reader_release(reader, &frame);
    tri_reader_close(&reader);
}

static void huge_pages_are_used_where_available(void **state)
{
    (void)state;
    const bool reserved = number_in("/proc/meminfo", "HugePages_Free:") >= 16;
    const char *name = fixture_stream();
    tri_writer *writer = open_with(name, TRI_WRITER_HUGE_PAGES);
    uint64_t bytes;
    const void *slot = tri_writer_slot(writer, 0, &bytes);

    const long page_kb = strtol(of_mapping(slot, "KernelPageSize:"), NULL, 10);
    if (reserved)
        assert_true(page_kb > 4);
    else if (transparent_ones_for_shared_memory())
        assert_true(strtol(of_mapping(slot, "ShmemPmdMapped:"), NULL, 10) > 0);
    else
        assert_int_equal(page_kb, sysconf(_SC_PAGESIZE) / 1024);
    one_frame_passes(writer, name);
    tri_writer_close(&writer);
}

static void memory_is_locked_where_allowed(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    tri_writer *writer = open_with(name, TRI_WRITER_MLOCK);
    struct tri_writer_stats counts;
    struct shmid_ds status;
    tri_writer_get_stats(writer, &counts);
    assert_int_equal(shmctl(counts.shm_id, IPC_STAT, &status), 0);
    if (geteuid() == 0)
        assert_true(status.shm_perm.mode & SHM_LOCKED);
    one_frame_passes(writer, name);
    tri_writer_close(&writer);
}

/** Resident memory of a segment, from the kernel's table: untouched memory has none. */
static uint64_t resident_bytes(int shm_id)
{
    char line[512];
    unsigned long long rss = 0;
    FILE *table = fopen("/proc/sysvipc/shm", "r");
    assert_non_null(table);
    while (fgets(line, sizeof(line), table)) {
        unsigned long long field[15]; // the second is the id, the last one the memory
        char *rest = line;
        for (size_t i = 0; i < sizeof(field) / sizeof(field[0]); i++)
            field[i] = strtoull(rest, &rest, 10);
        if (field[1] == (unsigned long long)shm_id)
            rss = field[14];
    }
    fclose(table);
    return rss;
}

/** A segment of another user: large slots, a small frame, and no other memory touched. */
static void reader_maps_only_what_the_frame_occupies(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    tri_writer *writer;
    const struct tri_writer_options options = { .name = name,
                                                .video = video,
                                                .slot_bytes = 16u << 20 };
    assert_int_equal(tri_writer_open(&writer, &options), TRI_OK);
    struct tri_draft draft;
    assert_int_equal(tri_writer_begin(writer, &video, &draft), TRI_OK);
    assert_int_equal(tri_writer_publish(writer, &draft), TRI_OK);
    struct tri_writer_stats stats;
    tri_writer_get_stats(writer, &stats);
    for (uint32_t i = 0; i < stats.slots; i++) {
        uint64_t bytes;
        void *slot = tri_writer_slot(writer, i, &bytes);
        assert_int_equal(madvise(slot, (size_t)bytes, MADV_REMOVE), 0);
    }
    assert_in_range(resident_bytes(stats.shm_id), 1, 1 << 20);

    tri_reader *reader;
    struct tri_frame frame = { 0 };
    assert_int_equal(tri_reader_open(&reader, &(struct tri_reader_options){ .name = name }),
                     TRI_OK);
    assert_int_equal(tri_reader_acquire(reader, &frame, FIXTURE_PATIENCE_S * 1000), TRI_OK);
    assert_in_range(resident_bytes(stats.shm_id), frame.shape.bytes, frame.shape.bytes + (1 << 20));
    tri_reader_release(reader, &frame);
    tri_reader_close(&reader);
    tri_writer_close(&writer);
}

static bool stays_out_of_cores(const void *address)
{
    return strstr(of_mapping(address, "VmFlags:"), " dd") != NULL;
}

static void frames_stay_out_of_core_dumps(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    tri_writer *writer = open_with(name, 0);
    uint64_t bytes;
    const void *slot = tri_writer_slot(writer, 0, &bytes);
    assert_true(stays_out_of_cores(slot));
    struct tri_draft draft;
    assert_int_equal(tri_writer_begin(writer, &video, &draft), TRI_OK);
    assert_int_equal(tri_writer_publish(writer, &draft), TRI_OK);

    tri_reader *reader;
    struct tri_frame frame = { 0 };
    assert_int_equal(tri_reader_open(&reader, &(struct tri_reader_options){ .name = name }),
                     TRI_OK);
    assert_int_equal(tri_reader_acquire(reader, &frame, FIXTURE_PATIENCE_S * 1000), TRI_OK);
    assert_true(stays_out_of_cores(frame.data[0]));
    tri_reader_release(reader, &frame);
    tri_reader_close(&reader);
    tri_writer_close(&writer);
}

static void slots_that_are_not_open_take_no_memory(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    struct tri_shape shape;
    assert_int_equal(tri_video_shape(&video, &shape), TRI_OK);
    tri_writer *writer = open_with(name, 0);
    struct tri_writer_stats stats;
    tri_writer_get_stats(writer, &stats);
    assert_in_range(stats.slots_max, 8, 64);
    for (int frame = 0; frame < 5; frame++)
        one_frame_passes(writer, name);
    assert_in_range(resident_bytes(stats.shm_id), 3 * shape.bytes, 4 * shape.bytes);
    tri_writer_close(&writer);
}

/** Touching the memory of all slots would delay the first frame. */
static void slot_takes_memory_when_a_frame_needs_it(void **state)
{
    (void)state;
    struct tri_shape shape;
    assert_int_equal(tri_video_shape(&video, &shape), TRI_OK);
    tri_writer *writer = open_with(fixture_stream(), 0);
    struct tri_writer_stats stats;
    tri_writer_get_stats(writer, &stats);
    assert_in_range(resident_bytes(stats.shm_id), shape.bytes, 2 * shape.bytes);

    struct tri_draft draft;
    assert_int_equal(tri_writer_begin(writer, &video, &draft), TRI_OK);
    assert_in_range(resident_bytes(stats.shm_id), shape.bytes, 2 * shape.bytes);
    assert_int_equal(tri_writer_publish(writer, &draft), TRI_OK);
    // The next frame finds the memory of its slot there.
    assert_in_range(resident_bytes(stats.shm_id), 2 * shape.bytes, 3 * shape.bytes);
    tri_writer_close(&writer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(huge_pages_are_used_where_available),
        fixture_test(memory_is_locked_where_allowed),
        fixture_test(reader_maps_only_what_the_frame_occupies),
        fixture_test(slots_that_are_not_open_take_no_memory),
        fixture_test(slot_takes_memory_when_a_frame_needs_it),
        fixture_test(frames_stay_out_of_core_dumps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
