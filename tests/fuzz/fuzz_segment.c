/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer: any bytes as a segment, read through real System V objects by everything that reads one.
 *
 * The first byte of the input is the segment's size in pages, the rest its content. The mutator starts
 * from a segment that a writer has made, so that most inputs get past magic, version and name. Every
 * attachment lies between pages that may not be touched (the build links with --wrap=shmat).
 */
#include "common/src/layout.h"
#include "common/src/name.h"

#include <triptych/reader.h>
#include <triptych/stream.h>
#include <triptych/writer.h>

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#define PAGES_MAX   16
#define IMAGE_BYTES (sizeof(struct tri_header) + 3 * sizeof(struct tri_entry))
#define GUARD_BYTES (1 << 20)
#define FRAMES_READ 3 // a reader that gets frames takes up to this many
#define CHANGES_MAX 6 // fields changed at once

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

static char name[TRI_NAME_MAX + 1];
static uint8_t valid[1 + IMAGE_BYTES]; // of a real writer
static struct tri_header header;       // of the segment that is read

/* Attaches within a region without access, so that an access beyond the segment faults. */
void *__real_shmat(int id, const void *at, int flags);
void *__wrap_shmat(int id, const void *at, int flags);
void *__wrap_shmat(int id, const void *at, int flags)
{
    static uint8_t *region;
    if (at)
        return __real_shmat(id, at, flags);
    const size_t bytes = 2 * GUARD_BYTES + PAGES_MAX * TRI_PAGE;
    if (region)
        munmap(region, bytes);
    region = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (region == MAP_FAILED)
        abort();
    return __real_shmat(id, region + GUARD_BYTES, flags | SHM_REMAP);
}

static void remove_all(void)
{
    tri_stream_remove(name, TRI_REMOVE_FORCE);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    // Where allowed: the listing contains no foreign streams, and the name of the seeds is free.
    if (unshare(CLONE_NEWIPC) == 0)
        strcpy(name, "fuzz");
    else
        snprintf(name, sizeof(name), "fuzz%d", (int)getpid());

    const struct tri_video video = { .fourcc = TRI_FOURCC_NV12, .width = 60, .height = 44 };
    static tri_writer *writer; // never closed: it stays the writer
    struct tri_draft draft;
    if (tri_writer_open(&writer, &(struct tri_writer_options){ .name = name, .video = video }) !=
        TRI_OK)
        return 1;
    for (int i = 0; i < 3; i++) {
        if (tri_writer_begin(writer, &video, &draft) != TRI_OK ||
            tri_writer_publish(writer, &draft) != TRI_OK)
            return 1;
    }
    struct tri_writer_stats counts;
    tri_writer_get_stats(writer, &counts);
    struct shmid_ds status;
    const void *at = __real_shmat(counts.shm_id, NULL, SHM_RDONLY);
    if (at == (void *)-1 || shmctl(counts.shm_id, IPC_STAT, &status) < 0)
        return 1;
    valid[0] = (uint8_t)(status.shm_segsz / TRI_PAGE - 1);
    memcpy(valid + 1, at, IMAGE_BYTES);
    shmdt(at);

    // From here on the segment is ours. The semaphores stay, and the writer keeps its role.
    shmctl(counts.shm_id, IPC_RMID, NULL);

    atexit(remove_all);
    return 0;
}

/** Asserts that an accepted frame lies within its slot, and each row within its plane. */
static void check(const struct tri_frame *frame, tri_reader *reader)
{
    for (uint32_t p = 0; p < frame->shape.planes; p++) {
        const struct tri_plane *plane = &frame->shape.plane[p];
        const uint64_t rows_end =
            plane->rows ? (uint64_t)plane->stride * (plane->rows - 1) + plane->row_bytes : 0;
        if (plane->offset > header.slot_bytes || plane->bytes > header.slot_bytes - plane->offset ||
            rows_end > plane->bytes || frame->info.bytes_used > header.slot_bytes)
            abort();
    }
    uint64_t sum = tri_frame_checksum(&frame->info, &frame->shape, frame->data);
    sum += (uint64_t)(frame->info.publish_ns - frame->info.capture_ns);
    sum += (uint64_t)tri_video_matrix(&frame->info.video) + tri_video_range(&frame->info.video);
    for (uint32_t i = 0; i < frame->info.user_bytes; i++)
        sum += frame->user[i];
    if (!tri_reader_is_intact(reader, frame) && sum == 0)
        fprintf(stderr, "unlikely\n"); // uses the sum
}

static void read_as(enum tri_reader_mode mode, uint32_t flags)
{
    tri_reader *reader;
    const struct tri_reader_options options = { .name = name, .mode = mode, .flags = flags };
    if (tri_reader_open(&reader, &options) != TRI_OK)
        return;
    struct tri_frame frame = { .lease = { 0 } };
    for (int i = 0; i < FRAMES_READ && tri_reader_acquire(reader, &frame, 0) == TRI_OK; i++)
        check(&frame, reader);
    tri_reader_release(reader, &frame);
    tri_reader_close(&reader);
}

static void read_a_copy(void)
{
    tri_reader *reader;
    if (tri_reader_open(&reader, &(struct tri_reader_options){ .name = name }) != TRI_OK)
        return;
    struct tri_frame frame = { .lease = { 0 } };
    if (tri_reader_copy(reader, &frame, NULL, 0, 0) == TRI_ERR_TOO_SMALL) {
        const size_t bytes = frame.shape.bytes;
        uint8_t *buffer = malloc(bytes); // of exactly that size: an access beyond it is detected
        tri_reader_close(&reader);       // another reader reads the same frame again
        if (buffer &&
            tri_reader_open(&reader, &(struct tri_reader_options){ .name = name }) == TRI_OK &&
            tri_reader_copy(reader, &frame, buffer, bytes, 0) == TRI_OK)
            check(&frame, reader);
        free(buffer);
    }
    tri_reader_close(&reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    const size_t bytes = (1 + data[0] % PAGES_MAX) * (size_t)TRI_PAGE;
    const int shm_id = shmget(tri_name_key(name), bytes, IPC_CREAT | IPC_EXCL | 0640);
    if (shm_id < 0)
        abort();
    void *at = __real_shmat(shm_id, NULL, 0);
    if (at == (void *)-1)
        abort();
    memcpy(at, data + 1, size - 1 < bytes ? size - 1 : bytes);
    memcpy(&header, at, sizeof(header));
    shmdt(at);

    read_as(TRI_MODE_LATEST, 0);
    read_as(TRI_MODE_NEXT, TRI_READER_NO_LOCK);
    read_a_copy();
    tri_stream_list *streams;
    if (tri_stream_list_open(&streams) == TRI_OK)
        tri_stream_list_close(&streams);

    shmctl(shm_id, IPC_RMID, NULL);
    return 0;
}

/** An edge value for parsers, or any number. */
static uint64_t evil(unsigned *seed)
{
    static const uint64_t numbers[] = { 0,          1,
                                        2,          3,
                                        4,          63,
                                        64,         65,
                                        255,        256,
                                        4095,       4096,
                                        4097,       8192,
                                        12288,      16384,
                                        24576,      65535,
                                        65536,      INT32_MAX,
                                        UINT32_MAX, 1ull << 32,
                                        INT64_MAX,  1ull << 63,
                                        UINT64_MAX, UINT64_MAX - 4095 };
    const unsigned pick = (unsigned)rand_r(seed);
    if (pick % 8 == 0)
        return (uint64_t)rand_r(seed) << (rand_r(seed) % 40);
    return numbers[pick % (sizeof(numbers) / sizeof(numbers[0]))];
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    if (max_size < sizeof(valid))
        return size;
    if (size < sizeof(valid) || rand_r(&seed) % 4 == 0) {
        memcpy(data, valid, sizeof(valid));
        size = sizeof(valid);
    }
    if (rand_r(&seed) % 16 == 0)
        return LLVMFuzzerMutate(data, size, max_size);

    // Fields at random, except the long runs of user data.
    const int changes = 1 + rand_r(&seed) % CHANGES_MAX;
    for (int i = 0; i < changes; i++) {
        size_t at = (size_t)rand_r(&seed) % 160;
        const unsigned where = (unsigned)rand_r(&seed) % 8;
        if (where >= 3)
            at = sizeof(struct tri_header) + where % 3 * sizeof(struct tri_entry) +
                 (size_t)rand_r(&seed) % 264;
        const size_t width = rand_r(&seed) % 2 ? 4 : 8;
        const uint64_t value = evil(&seed);
        memcpy(data + 1 + at / width * width, &value, width);
    }
    if (rand_r(&seed) % 32 == 0)
        data[0] = (uint8_t)rand_r(&seed);
    return size;
}
