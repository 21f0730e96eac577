/* SPDX-License-Identifier: MIT */
/* Names taken by another user: writers and readers refuse them. */
#include "other_users.h"

/** Ways to take a name: the objects, and their apparent owner. */
struct planting {
    struct plot plot;
    bool semaphores;
    bool segment;
    bool given_away;
    _Atomic uint64_t done;
    _Atomic uint64_t stop;
};

static int plant(void *argument)
{
    struct planting *p = argument;
    become(STRANGER);
    const key_t key = ipc_key(p->plot.name);
    const int sem_id = p->semaphores ? semget(key, 195, IPC_CREAT | IPC_EXCL | 0666) : -1;
    const int shm_id = p->segment ? shmget(key, 65536, IPC_CREAT | IPC_EXCL | 0666) : -1;
    CHECK((sem_id >= 0) == p->semaphores && (shm_id >= 0) == p->segment);
    if (p->given_away) {
        struct semid_ds sem = { .sem_perm = { .uid = OWNER, .gid = OWNER, .mode = 0666 } };
        struct shmid_ds shm = { .shm_perm = { .uid = OWNER, .gid = OWNER, .mode = 0666 } };
        CHECK(sem_id < 0 || semctl(sem_id, 0, IPC_SET, &sem) == 0);
        CHECK(shm_id < 0 || shmctl(shm_id, IPC_SET, &shm) == 0);
    }
    p->done = 1;
    CHECK(fixture_reaches(&p->stop, 1));
    CHECK(sem_id < 0 || semctl(sem_id, 0, IPC_RMID) == 0);
    CHECK(shm_id < 0 || shmctl(shm_id, IPC_RMID, NULL) == 0);
    return 0;
}

static int write_at_a_planted_name(void *argument)
{
    struct planting *p = argument;
    become(OWNER);
    const tri_log log = { .write = keep, .user = &p->plot, .level = TRI_LOG_WARN };
    tri_writer *writer;
    CHECK(tri_writer_open(&writer, &(struct tri_writer_options){ .name = p->plot.name,
                                                                 .log = &log }) == TRI_ERR_FOREIGN);
    CHECK(writer == NULL);
    return 0;
}

static void name_taken_by_another_user_is_refused_with_the_user(void **state)
{
    (void)state;
    need_root();
    for (unsigned i = 2; i < 8; i++) {
        struct planting *p = fixture_share(sizeof(*p));
        p->plot.name = fixture_stream();
        p->semaphores = i & 2;
        p->segment = i & 4;
        p->given_away = i & 1;
        const pid_t pid = fixture_start(plant, p);
        assert_true(fixture_reaches(&p->done, 1));

        assert_int_equal(fixture_join(fixture_start(write_at_a_planted_name, p)), 0);
        assert_non_null(strstr(p->plot.log, "61003"));
        assert_non_null(strstr(p->plot.log, p->plot.name));
        // Nothing of the refused writer remains beside it.
        assert_int_equal(ipc_sem(p->plot.name) >= 0, p->semaphores);
        assert_int_equal(ipc_shm(p->plot.name) >= 0, p->segment);
        p->stop = 1;
        assert_int_equal(fixture_join(pid), 0);
    }
}

static int read_at_a_planted_name(void *argument)
{
    struct planting *p = argument;
    become(OWNER);
    const tri_log log = { .write = keep, .user = &p->plot, .level = TRI_LOG_WARN };
    tri_reader *reader;
    CHECK(tri_reader_open(&reader, &(struct tri_reader_options){ .name = p->plot.name,
                                                                 .log = &log }) == TRI_OK);
    struct tri_frame frame = { 0 };
    CHECK(tri_reader_acquire(reader, &frame, 1000) == TRI_ERR_FOREIGN);
    tri_reader_close(&reader);
    return 0;
}

static int leave_semaphores_alone(void *argument)
{
    const struct planting *p = argument;
    become(OWNER);
    tri_writer *writer; // killed before its first frame: semaphores without a segment
    CHECK(tri_writer_open(&writer, &(struct tri_writer_options){ .name = p->plot.name }) == TRI_OK);
    return 0;
}

static void readers_refuse_a_segment_beside_foreign_semaphores(void **state)
{
    (void)state;
    need_root();
    for (unsigned given_away = 0; given_away < 2; given_away++) {
        struct planting *p = fixture_share(sizeof(*p));
        p->plot.name = fixture_stream();
        p->segment = true;
        p->given_away = given_away;
        assert_int_equal(fixture_join(fixture_start(leave_semaphores_alone, p)), 0);
        const pid_t pid = fixture_start(plant, p);
        assert_true(fixture_reaches(&p->done, 1));

        assert_int_equal(fixture_join(fixture_start(read_at_a_planted_name, p)), 0);
        assert_non_null(strstr(p->plot.log, "61003"));
        assert_non_null(strstr(p->plot.log, "61001"));
        p->stop = 1;
        assert_int_equal(fixture_join(pid), 0);
        ipc_remove_sem(p->plot.name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(name_taken_by_another_user_is_refused_with_the_user),
        fixture_test(readers_refuse_a_segment_beside_foreign_semaphores),
    };
    return cmocka_run_group_tests_name("planted", tests, NULL, NULL);
}
