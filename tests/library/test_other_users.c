/* SPDX-License-Identifier: MIT */
/* Other users: what the mode permits, and what no call of theirs can do. */
#include "other_users.h"

enum { HOLDS = 10, WATCHES, IS_DENIED }; // results of a visit
enum { ROUNDS = 300 };

static int visit(struct plot *plot, uid_t uid)
{
    become(uid);
    tri_reader *reader;
    CHECK(tri_reader_open(&reader, &(struct tri_reader_options){ .name = plot->name }) == TRI_OK);
    struct tri_frame frame = { 0 };
    const enum tri_err err = tri_reader_acquire(reader, &frame, FIXTURE_PATIENCE_S * 1000);
    if (err == TRI_ERR_DENIED)
        return IS_DENIED;
    CHECK(err == TRI_OK && solid_wrong(&frame, 0, UINT32_MAX) == 0);
    const bool held = tri_frame_is_locked(&frame);
    tri_reader_release(reader, &frame);
    tri_reader_close(&reader);
    return held ? HOLDS : WATCHES;
}

static int visit_as_owner(void *plot)
{
    return visit(plot, OWNER);
}

static int visit_as_member(void *plot)
{
    return visit(plot, MEMBER);
}

static int visit_as_stranger(void *plot)
{
    return visit(plot, STRANGER);
}

static void mode_decides_which_users_lock_read_or_are_denied(void **state)
{
    (void)state;
    need_root();
    static const struct {
        uint32_t mode;
        int owner;
        int member;
        int stranger;
    } cases[] = {
        { 0600, HOLDS, IS_DENIED, IS_DENIED },
        { 0640, HOLDS, WATCHES, IS_DENIED },
        { 0660, HOLDS, HOLDS, IS_DENIED },
        { 0644, HOLDS, WATCHES, WATCHES },
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct plot *plot = plot_new(cases[i].mode);
        const pid_t pid = owner_started(plot);
        assert_int_equal(fixture_join(fixture_start(visit_as_owner, plot)), cases[i].owner);
        assert_int_equal(fixture_join(fixture_start(visit_as_member, plot)), cases[i].member);
        assert_int_equal(fixture_join(fixture_start(visit_as_stranger, plot)), cases[i].stranger);
        // Users that may lock still cannot write to the frames.
        assert_int_equal(ipc_stat(ipc_shm(plot->name)).shm_perm.mode & 0022, 0);
        owner_ended(plot, pid);
    }
}

static void stream_that_others_could_write_to_is_refused(void **state)
{
    (void)state;
    static const uint32_t modes[] = { 0666, 0642, 0602, 0777, 0400, 0640 | 0111, 01640 };
    for (unsigned i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        struct plot *plot = plot_new(modes[i]);
        const tri_log log = { .write = keep, .user = plot, .level = TRI_LOG_WARN };
        tri_writer *writer;
        assert_int_equal(
            tri_writer_open(&writer, &(struct tri_writer_options){ .name = plot->name,
                                                                   .permissions = modes[i],
                                                                   .log = &log }),
            TRI_ERR_INVALID);
        assert_null(writer);
        assert_non_null(strstr(plot->log, "mode"));
        assert_int_equal(ipc_objects(plot->name), 0);
    }
}

/** Polls for the stream until requested to stop. */
static int look_as_member(void *argument)
{
    struct plot *plot = argument;
    become(MEMBER);
    plot->begun = 1;
    while (!plot->stop) {
        tri_reader *reader;
        const struct tri_reader_options options = { .name = plot->name };
        struct tri_frame frame = { 0 };
        CHECK(tri_reader_open(&reader, &options) == TRI_OK);
        const enum tri_err err = tri_reader_acquire(reader, &frame, 0);
        CHECK(err == TRI_OK || err == TRI_ERR_TIMEOUT);
        plot->seen += err == TRI_OK;
        tri_reader_release(reader, &frame);
        tri_reader_close(&reader);
    }
    return 0;
}

static int open_and_close_often(void *argument)
{
    const struct plot *plot = argument;
    const struct tri_video video = PICTURE;
    tri_writer *writer = open_own(plot);
    for (int round = 0; round < ROUNDS; round++) {
        CHECK(solid_publish(writer, &video, 1) == TRI_OK);
        tri_writer_close(&writer);
        writer = open_as_owner(plot);
    }
    tri_writer_close(&writer);
    return 0;
}

static void stream_that_is_being_created_is_not_denied(void **state)
{
    (void)state;
    need_root();
    struct plot *plot = plot_new(0640);
    const pid_t member = fixture_start(look_as_member, plot);
    assert_true(fixture_reaches(&plot->begun, 1));
    assert_int_equal(fixture_join(fixture_start(open_and_close_often, plot)), 0);
    const pid_t owner = owner_started(plot);
    assert_true(fixture_reaches(&plot->seen, 1));
    owner_ended(plot, owner);
    assert_int_equal(fixture_join(member), 0);
}

/** Reads until it is denied; *seen is the number of the last frame. */
static int watch_until_denied(void *argument)
{
    struct plot *plot = argument;
    become(STRANGER);
    tri_reader *reader = solid_reader(plot->name, TRI_MODE_LATEST, 0);
    struct tri_frame frame = { 0 };
    enum tri_err err = TRI_OK;
    while (err != TRI_ERR_DENIED) {
        err = tri_reader_acquire(reader, &frame, 100);
        if (err == TRI_OK)
            plot->seen = frame.info.number;
    }
    solid_leave(&reader, &frame);
    return 0;
}

/** The owner is killed and returns with another mode; *last: no earlier frame had a larger
 * number. */
static pid_t owner_restarted(struct plot *plot, pid_t pid, uint32_t mode, uint64_t *last)
{
    fixture_kill(pid);
    *last = plot->published + 1; // killed between a frame and its count
    plot->mode = mode;
    pid = fixture_start(own, plot);
    assert_true(fixture_reaches(&plot->published, *last + 20));
    return pid;
}

static void private_frames_stay_private_after_a_wider_mode(void **state)
{
    (void)state;
    need_root();
    uint64_t last;
    struct plot *plot = plot_new(0600);
    pid_t pid = owner_started(plot);
    const int private = ipc_shm(plot->name);
    pid = owner_restarted(plot, pid, 0644, &last);
    assert_int_not_equal(ipc_shm(plot->name), private);
    assert_int_equal(fixture_join(fixture_start(visit_as_stranger, plot)), WATCHES);
    owner_ended(plot, pid);
}

/** Locks a frame and keeps it until requested to stop. */
static int lock_as_member(void *argument)
{
    struct plot *plot = argument;
    become(MEMBER);
    tri_reader *reader = solid_reader(plot->name, TRI_MODE_LATEST, 0);
    struct tri_frame frame = { 0 };
    CHECK(tri_reader_acquire(reader, &frame, FIXTURE_PATIENCE_S * 1000) == TRI_OK);
    CHECK(tri_frame_is_locked(&frame));
    plot->begun++;
    while (!plot->stop)
        fixture_sleep_ms(1);
    solid_leave(&reader, &frame);
    return 0;
}

static void restart_with_a_narrower_mode_leaves_no_view_and_no_lock(void **state)
{
    (void)state;
    need_root();
    uint64_t last;
    struct plot *plot = plot_new(0664);
    pid_t pid = owner_started(plot);
    const pid_t stranger = fixture_start(watch_until_denied, plot);
    assert_true(fixture_reaches(&plot->seen, 1));
    const pid_t member[] = { fixture_start(lock_as_member, plot),
                             fixture_start(lock_as_member, plot) };
    assert_true(fixture_reaches(&plot->begun, 2));
    pid = owner_restarted(plot, pid, 0640, &last);
    assert_int_equal(fixture_join(stranger), 0);
    assert_in_range(plot->seen, 1, last); // nothing new
    const int sem_id = ipc_sem(plot->name);
    for (int lock = 0; lock < 128; lock++) // intact, with the writer's content
        assert_int_equal(semctl(sem_id, 67 + lock, GETVAL) % 16384, 0);
    plot->stop = 1;
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(fixture_join(member[i]), 0);
    owner_ended(plot, pid);
}

#define REFUSED(call) CHECK((call) == -1 && (errno == EACCES || errno == EPERM))

/** With read permission: every call that would change something. The kernel refuses each. */
static int try_everything(void *argument)
{
    const struct plot *plot = argument;
    become(MEMBER);
    const int shm_id = shmget(ipc_key(plot->name), 0, 0);
    const int sem_id = semget(ipc_key(plot->name), 0, 0);
    CHECK(shm_id >= 0 && sem_id >= 0);

    CHECK(shmat(shm_id, NULL, 0) == (void *)-1 && errno == EACCES);
    uint8_t *at = shmat(shm_id, NULL, SHM_RDONLY);
    CHECK(at != (void *)-1);
    REFUSED(mprotect(at, 4096, PROT_READ | PROT_WRITE));
    REFUSED(madvise(at, 4096, MADV_REMOVE));
    const int mem = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
    CHECK(mem < 0 || pwrite(mem, "x", 1, (off_t)(uintptr_t)at) < 0);
    struct shmid_ds shm;
    CHECK(shmctl(shm_id, IPC_STAT, &shm) == 0);
    const struct iovec here = { .iov_base = at, .iov_len = 1 };
    REFUSED(process_vm_writev(shm.shm_cpid, &here, 1, &here, 1, 0));
    shm.shm_perm.mode = 0666;
    REFUSED(shmctl(shm_id, IPC_SET, &shm));
    REFUSED(shmctl(shm_id, IPC_RMID, NULL));
    REFUSED(shmctl(shm_id, SHM_LOCK, NULL));
    REFUSED(shmctl(shm_id, SHM_UNLOCK, NULL));

    struct semid_ds sem;
    CHECK(semctl(sem_id, 0, IPC_STAT, &sem) == 0);
    const int count = (int)sem.sem_nsems;
    for (int i = 0; i < count; i++) {
        struct sembuf more = { .sem_num = (unsigned short)i, .sem_op = 1, .sem_flg = IPC_NOWAIT };
        struct sembuf less = { .sem_num = (unsigned short)i, .sem_op = -1, .sem_flg = IPC_NOWAIT };
        REFUSED(semop(sem_id, &more, 1));
        REFUSED(semop(sem_id, &less, 1));
        REFUSED(semctl(sem_id, i, SETVAL, 0));
    }
    static unsigned short values[1024];
    REFUSED(semctl(sem_id, 0, SETALL, values));
    REFUSED(semctl(sem_id, 0, IPC_SET, &sem));
    REFUSED(semctl(sem_id, 0, IPC_RMID));
    shmdt(at);
    return 0;
}

static void read_permission_changes_nothing(void **state)
{
    (void)state;
    need_root();
    struct plot *plot = plot_new(0640);
    const pid_t pid = owner_started(plot);
    assert_int_equal(fixture_join(fixture_start(try_everything, plot)), 0);
    assert_int_equal(fixture_join(fixture_start(visit_as_member, plot)), WATCHES);
    owner_ended(plot, pid);
}

/** Calls in a loop everything that read permission allows on the writer's objects. */
static int storm(void *argument)
{
    const struct plot *plot = argument;
    become(MEMBER);
    const int shm_id = shmget(ipc_key(plot->name), 0, 0);
    const int sem_id = semget(ipc_key(plot->name), 0, 0);
    static unsigned short values[1024];
    struct sembuf zeros[64];
    for (unsigned short i = 0; i < 64; i++)
        zeros[i] = (struct sembuf){ .sem_num = (unsigned short)(3 + i) };
    const struct timespec brief = { .tv_nsec = 1000 };
    while (!plot->stop) {
        struct shmid_ds shm;
        semctl(sem_id, 0, GETALL, values);
        semtimedop(sem_id, zeros, 64, &brief); // waits on all gates at once
        semtimedop(sem_id, zeros, 1, &brief);
        semctl(sem_id, 3, GETZCNT);
        shmctl(shm_id, IPC_STAT, &shm);
        void *at = shmat(shm_id, NULL, SHM_RDONLY);
        if (at != (void *)-1) {
            madvise(at, 4096, MADV_PAGEOUT);
            mlock(at, 4096);
            shmdt(at);
        }
    }
    return 0;
}

static int burn(void *argument)
{
    const struct plot *plot = argument;
    while (!plot->stop)
        continue;
    return 0;
}

/** Returns the average time of the writer's two calls, beside four processes that do `what`. */
static double cost_beside(int (*what)(void *))
{
    struct plot *plot = plot_new(0640);
    const pid_t pid = owner_started(plot);
    pid_t crowd[4];
    for (unsigned i = 0; i < 4; i++)
        crowd[i] = fixture_start(what, plot);
    fixture_sleep_ms(50);
    const uint64_t spent = plot->spent_ns;
    const uint64_t published = plot->published;
    assert_true(
        fixture_reaches(&plot->published, published + 500)); // otherwise a wait would never end
    const double cost =
        (double)(plot->spent_ns - spent) / (double)(plot->published - published) / 1000;
    owner_ended(plot, pid);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(fixture_join(crowd[i]), 0);
    return cost;
}

static void no_storm_of_calls_stops_or_slows_the_writer(void **state)
{
    (void)state;
    need_root();
    const double alone = cost_beside(burn);
    const double stormed = cost_beside(storm);
    print_message("# a frame costs the writer %.1f us beside four busy processes, %.1f us beside "
                  "four that storm its objects\n",
                  alone, stormed);
}

/** Frames that a reader of the group got from two writers, one after the other. */
struct watch {
    struct plot *plot;
    uint64_t restarts; // to be read
    _Atomic uint64_t watched;
    _Atomic uint64_t held;
};

static int watch_until_it_holds(void *argument)
{
    struct watch *watch = argument;
    become(MEMBER);
    tri_reader *reader;
    CHECK(tri_reader_open(&reader, &(struct tri_reader_options){ .name = watch->plot->name }) ==
          TRI_OK);
    struct tri_frame frame = { 0 };
    while (watch->held == 0) {
        const enum tri_err err = tri_reader_acquire(reader, &frame, FIXTURE_PATIENCE_S * 1000);
        CHECK(err == TRI_OK || err == TRI_ERR_NO_WRITER);
        if (err == TRI_OK && tri_frame_is_locked(&frame))
            watch->held++;
        else if (err == TRI_OK)
            CHECK(++watch->watched < 20000); // one a millisecond
    }
    struct tri_reader_stats counts;
    tri_reader_get_stats(reader, &counts);
    CHECK(counts.can_lock && counts.restarts == watch->restarts);
    tri_reader_release(reader, &frame);
    tri_reader_close(&reader);
    return 0;
}

static void refusal_of_one_writer_does_not_bind_the_next(void **state)
{
    (void)state;
    need_root();
    struct watch *watch = fixture_share(sizeof(*watch));
    watch->plot = plot_new(0640);
    watch->restarts = 1;
    const pid_t first = owner_started(watch->plot);
    const pid_t reader = fixture_start(watch_until_it_holds, watch);
    assert_true(fixture_reaches(&watch->watched, 10));
    assert_int_equal(watch->held, 0);

    fixture_kill(first);
    watch->plot->mode = 0660;
    const pid_t second = owner_started(watch->plot);
    assert_int_equal(fixture_join(reader), 0);
    owner_ended(watch->plot, second);
}

static int begin_a_frame_and_wait(void *argument)
{
    struct plot *plot = argument;
    const struct tri_video video = PICTURE;
    struct tri_draft draft;
    CHECK(tri_writer_begin(open_own(plot), &video, &draft) == TRI_OK);
    plot->begun = 1;
    while (!plot->stop)
        fixture_sleep_ms(1);
    return 0;
}

static void refusal_before_the_first_frame_does_not_bind_the_next_writer(void **state)
{
    (void)state;
    need_root();
    struct watch *watch = fixture_share(sizeof(*watch));
    watch->plot = plot_new(0640);
    const pid_t first = fixture_start(begin_a_frame_and_wait, watch->plot);
    assert_true(fixture_reaches(&watch->plot->begun, 1));
    const pid_t reader = fixture_start(watch_until_it_holds, watch);
    struct tri_stream stream = { 0 };
    for (int ms = 0; stream.waiting == 0; ms++) { // the next frame, which it could not lock
        assert_true(ms < FIXTURE_PATIENCE_S * 1000);
        assert_int_equal(tri_stream_find(watch->plot->name, &stream), TRI_OK);
        fixture_sleep_ms(1);
    }

    fixture_kill(first);
    watch->plot->mode = 0660;
    const pid_t second = owner_started(watch->plot);
    assert_int_equal(fixture_join(reader), 0);
    owner_ended(watch->plot, second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(mode_decides_which_users_lock_read_or_are_denied),
        fixture_test(stream_that_is_being_created_is_not_denied),
        fixture_test(stream_that_others_could_write_to_is_refused),
        fixture_test(restart_with_a_narrower_mode_leaves_no_view_and_no_lock),
        fixture_test(private_frames_stay_private_after_a_wider_mode),
        fixture_test(read_permission_changes_nothing),
        fixture_test(no_storm_of_calls_stops_or_slows_the_writer),
        fixture_test(refusal_of_one_writer_does_not_bind_the_next),
        fixture_test(refusal_before_the_first_frame_does_not_bind_the_next_writer),
    };
    return cmocka_run_group_tests_name("users", tests, NULL, NULL);
}
