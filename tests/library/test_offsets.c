/* SPDX-License-Identifier: MIT */
/* Offsets, not pointers: every process maps the segment at another address, and an attachment may
 * move. */
#include "fixture.h"
#include "ipc.h"
#include "solid_frames.h"

#include "reader_private.h"
#include "writer_private.h"

#include <sys/mman.h>
#include <sys/syscall.h>

#define PICTURE  solid_video(128, 96)
#define MAPS_MAX 4096
#if UINTPTR_MAX > UINT32_MAX
#define FIRST_PLACE 0x222200000000ull
#define FAR_APART   0x100000000ull
#else
#define FIRST_PLACE 0x10000000u
#define FAR_APART   0x200000u
#endif

/** Address of this process's next segment; its own shmat() below replaces libc's. */
static uintptr_t place = FIRST_PLACE;

void *shmat(int shm_id, const void *at, int flags)
{
    (void)at;
    place += FAR_APART;
    const long got = syscall(SYS_shmat, shm_id, place, flags);
    return got == -1 ? (void *)-1 : (void *)got; // NOLINT(performance-no-int-to-ptr)
}

/** Moves an attachment of this process to another address and unmaps the old one. */
static void move(struct tri_segment *segment)
{
    place += FAR_APART;
    void *wanted = (void *)place; // NOLINT(performance-no-int-to-ptr)
    void *moved = mremap(segment->header, (size_t)segment->bytes, (size_t)segment->bytes,
                         MREMAP_MAYMOVE | MREMAP_FIXED, wanted);
    assert_ptr_equal(moved, wanted);
    segment->header = moved;
}

struct visitor {
    const char *name;
    unsigned distance; // distance of its segment from the others
    uint32_t flags;
    _Atomic uint64_t frames;
    _Atomic uint64_t address;
    _Atomic uint64_t stop;
};

static int visit(void *argument)
{
    struct visitor *visitor = argument;
    place += visitor->distance * (16 * FAR_APART);
    tri_reader *reader;
    CHECK(tri_reader_open(&reader, &(struct tri_reader_options){
                                       .name = visitor->name, .flags = visitor->flags }) == TRI_OK);
    struct tri_frame frame = { 0 };
    while (!visitor->stop) {
        if (tri_reader_acquire(reader, &frame, 100) != TRI_OK)
            continue;
        const uint64_t wrong = solid_wrong(&frame, 0, UINT32_MAX);
        CHECK(wrong == 0 || !tri_reader_is_intact(reader, &frame));
        visitor->address = (uintptr_t)reader->mapping->segment.header;
        visitor->frames++;
    }
    tri_reader_release(reader, &frame);
    tri_reader_close(&reader);
    return 0;
}

static void writer_and_readers_have_the_segment_at_different_addresses(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    const struct tri_video video = PICTURE;
    struct visitor *visitor = fixture_share(sizeof(struct visitor[3]));
    pid_t pid[3];
    for (unsigned i = 0; i < 3; i++) {
        visitor[i].name = name;
        visitor[i].distance = i + 1;
        visitor[i].flags = i ? 0 : TRI_READER_NO_LOCK;
        pid[i] = fixture_start(visit, &visitor[i]);
    }
    tri_writer *writer;
    assert_int_equal(solid_open(&writer, name, &video, 5), TRI_OK);
    uint64_t number = 0;
    while (visitor[0].frames < 100 || visitor[1].frames < 100 || visitor[2].frames < 100) {
        assert_int_equal(solid_publish(writer, &video, ++number), TRI_OK);
        fixture_sleep_ms(1);
        assert_true(number < FIXTURE_PATIENCE_S * 1000ull);
    }
    for (unsigned i = 0; i < 3; i++)
        visitor[i].stop = 1;
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(fixture_join(pid[i]), 0);

    const uintptr_t ours = (uintptr_t)writer->mapping->segment.header;
    assert_true(ours != visitor[0].address && visitor[0].address != visitor[1].address &&
                visitor[1].address != visitor[2].address && visitor[2].address != ours);
    tri_writer_close(&writer);
}

static void attachment_may_move_between_two_frames(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    const struct tri_video video = PICTURE;
    tri_writer *writer;
    assert_int_equal(solid_open(&writer, name, &video, 0), TRI_OK);
    tri_reader *holder = solid_reader(name, TRI_MODE_NEXT, 0);
    tri_reader *checker = solid_reader(name, TRI_MODE_LATEST, TRI_READER_NO_LOCK);
    struct tri_frame held = { 0 };
    struct tri_frame taken = { 0 };
    for (uint64_t number = 1; number <= 50; number++) {
        assert_int_equal(solid_publish(writer, &video, number), TRI_OK);
        move(&writer->mapping->segment);
        solid_expect(holder, &held, number);
        solid_expect(checker, &taken, number);
        tri_reader_release(holder, &held);
        tri_reader_release(checker, &taken);
        move(&holder->mapping->segment);
        move(&checker->mapping->segment);
    }
    const int shm_id = ipc_shm(name);
    assert_int_equal(ipc_stat(shm_id).shm_nattch, 3);
    solid_leave(&holder, &held);
    solid_leave(&checker, &taken);
    assert_int_equal(ipc_stat(shm_id).shm_nattch, 1);
    tri_writer_close(&writer);
    assert_false(ipc_exists(shm_id));
}

/** Address ranges that a process has mapped. */
struct maps {
    struct {
        uint64_t from;
        uint64_t to;
    } range[MAPS_MAX];
    unsigned count;
};

static void add_maps_of(struct maps *maps, pid_t pid)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    char line[1024];
    while (fgets(line, sizeof(line), file)) {
        char *end;
        const uint64_t from = strtoull(line, &end, 16);
        const uint64_t to = strtoull(end + 1, NULL, 16);
        // A sanitizer reserves half of all addresses, and nothing of ours lies there.
        if (to - from > 1ull << 34)
            continue;
        assert_true(maps->count < MAPS_MAX);
        maps->range[maps->count].from = from;
        maps->range[maps->count++].to = to;
    }
    fclose(file);
}

/** Counts words, at any multiple of 4 bytes, that are addresses in one of the processes. */
static unsigned addresses_in(const void *memory, size_t bytes, const struct maps *maps)
{
    unsigned found = 0;
    for (size_t at = 0; at + sizeof(uint64_t) <= bytes; at += 4) {
        uint64_t word;
        memcpy(&word, (const uint8_t *)memory + at, sizeof(word));
        for (unsigned i = 0; word != 0 && i < maps->count; i++)
            found += word >= maps->range[i].from && word < maps->range[i].to;
    }
    return found;
}

static void live_segment_contains_no_address(void **state)
{
    (void)state;
    if (sizeof(void *) < sizeof(uint64_t))
        skip(); // times and checksums have the values of addresses there
    const char *name = fixture_stream();
    const struct tri_video video = PICTURE;
    struct visitor *visitor = fixture_share(sizeof(struct visitor[2]));
    pid_t pid[2];
    for (unsigned i = 0; i < 2; i++) {
        visitor[i].name = name;
        visitor[i].distance = i + 1;
        pid[i] = fixture_start(visit, &visitor[i]);
    }
    tri_writer *writer;
    assert_int_equal(tri_writer_open(&writer, &(struct tri_writer_options){ .name = name,
                                                                            .video = video,
                                                                            .slots = 5,
                                                                            .source = "a test" }),
                     TRI_OK);
    struct tri_draft draft;
    uint64_t number = 0;
    while (visitor[0].frames < 20 || visitor[1].frames < 20) {
        assert_int_equal(tri_writer_begin(writer, &video, &draft), TRI_OK);
        solid_paint(&draft, ++number);
        draft.info.user_bytes = 16;
        assert_int_equal(tri_writer_publish(writer, &draft), TRI_OK);
        fixture_sleep_ms(1);
        assert_true(number < FIXTURE_PATIENCE_S * 1000ull);
    }
    // In use on all sides: a draft is open, the readers run.
    assert_int_equal(tri_writer_begin(writer, &video, &draft), TRI_OK);

    struct maps *maps = calloc(1, sizeof(*maps));
    assert_non_null(maps);
    add_maps_of(maps, getpid());
    add_maps_of(maps, pid[0]);
    add_maps_of(maps, pid[1]);
    const struct tri_segment *segment = &writer->mapping->segment;
    assert_int_equal(addresses_in(segment->header, (size_t)segment->geometry.slots_at, maps), 0);
    // The scan finds an address that is there.
    const void *address = segment->header;
    assert_true(addresses_in(&address, sizeof(address), maps) > 0);

    free(maps);
    tri_writer_cancel(writer, &draft);
    for (unsigned i = 0; i < 2; i++)
        visitor[i].stop = 1;
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(fixture_join(pid[i]), 0);
    tri_writer_close(&writer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(writer_and_readers_have_the_segment_at_different_addresses),
        fixture_test(attachment_may_move_between_two_frames),
        fixture_test(live_segment_contains_no_address),
    };
    return cmocka_run_group_tests_name("offsets", tests, NULL, NULL);
}
