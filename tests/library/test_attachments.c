/* SPDX-License-Identifier: MIT */
/* Which processes have a stream attached, and who keeps the memory of earlier segments. */
#include "fixture.h"
#include "solid_frames.h"

#include <sched.h>
#include <sys/resource.h>

#define PICTURE  solid_video(64, 48)
#define NOT_HERE 77 // by unshare(2): not a test that can run here

/** Counts how often a process is listed for a segment; *last is the last of these. */
static int count_listed(int shm_id, pid_t pid, struct tri_attachment *last)
{
    tri_attachment_list *list;
    assert_int_equal(tri_attachment_list_open(&list), TRI_OK);
    int count = 0;
    const struct tri_attachment *one;
    for (size_t i = 0; (one = tri_attachment_list_at(list, i)); i++) {
        if (one->shm_id == shm_id && one->pid == pid) {
            count++;
            *last = *one;
        }
    }
    tri_attachment_list_close(&list);
    assert_null(list);
    return count;
}

static int read_one_frame_and_wait(void *argument)
{
    struct meeting *meeting = argument;
    tri_reader *reader = solid_reader(meeting->name, TRI_MODE_LATEST, 0);
    tri_reader *second = solid_reader(meeting->name, TRI_MODE_LATEST, 0);
    struct tri_frame frame = { 0 };
    struct tri_frame other = { 0 };
    solid_expect(reader, &frame, 1);
    solid_expect(second, &other, 1);
    meeting->ready = 1;
    CHECK(fixture_reaches(&meeting->go, 1));
    solid_leave(&reader, &frame);
    solid_leave(&second, &other);
    return 0;
}

static void list_names_each_process_once_with_its_access(void **state)
{
    (void)state;
    struct meeting *meeting = meeting_new();
    const pid_t pid =
        fixture_start(read_one_frame_and_wait, meeting); // before it could inherit ours
    tri_writer *writer = solid_stream(meeting->name);
    assert_true(fixture_reaches(&meeting->ready, 1));
    struct tri_writer_stats stats;
    tri_writer_get_stats(writer, &stats);
    struct tri_stream stream;
    assert_int_equal(tri_stream_find(meeting->name, &stream), TRI_OK);

    struct tri_attachment found = { 0 };
    assert_int_equal(count_listed(stats.shm_id, getpid(), &found), 1);
    assert_true(found.can_write && found.count == 1);
    assert_int_equal(found.key, stream.key);
    assert_int_equal(count_listed(stats.shm_id, pid, &found), 1);
    assert_true(!found.can_write && found.count == 2);
    assert_string_equal(found.name, "test_attachment"); // the kernel keeps 15 bytes

    meeting->go = 1;
    assert_int_equal(fixture_join(pid), 0);
    assert_int_equal(count_listed(stats.shm_id, pid, &found), 0);
    tri_writer_close(&writer);
}

static int list_without_descriptors(void *argument)
{
    (void)argument;
    const int next = dup(STDIN_FILENO);
    CHECK(next >= 0 && close(next) == 0);
    struct rlimit limit;
    CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    for (int spare = 0; spare < 2; spare++) { // none for /proc, then none for its files
        limit.rlim_cur = (rlim_t)next + (rlim_t)spare;
        CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
        tri_attachment_list *list;
        CHECK(tri_attachment_list_open(&list) == TRI_ERR_NO_RESOURCES);
        CHECK(list == NULL);
    }
    return 0;
}

static void list_without_descriptors_is_refused_not_empty(void **state)
{
    (void)state;
    assert_int_equal(fixture_join(fixture_start(list_without_descriptors, NULL)), 0);
}

/** The identifiers of both namespaces begin at 0. */
static int publish_in_a_namespace(void *argument)
{
    struct meeting *meeting = argument;
    if (unshare(CLONE_NEWIPC) < 0) {
        meeting->ready = 1;
        return NOT_HERE;
    }
    tri_writer *writer = solid_stream(meeting->name);
    meeting->ready = 1;
    CHECK(fixture_reaches(&meeting->go, 1));
    tri_writer_close(&writer);
    return 0;
}

static void list_leaves_out_other_ipc_namespaces(void **state)
{
    (void)state;
    struct meeting *meeting = meeting_new();
    const pid_t pid = fixture_start(publish_in_a_namespace, meeting);
    assert_true(fixture_reaches(&meeting->ready, 1));
    tri_attachment_list *list;
    assert_int_equal(tri_attachment_list_open(&list), TRI_OK);
    const struct tri_attachment *one;
    for (size_t i = 0; (one = tri_attachment_list_at(list, i)); i++)
        assert_int_not_equal(one->pid, pid);
    tri_attachment_list_close(&list);
    meeting->go = 1;
    const int status = fixture_join(pid);
    if (status == NOT_HERE)
        skip_because("this process may not make namespaces");
    assert_int_equal(status, 0);
}

static void append(void *user, enum tri_log_level level, const char *part, const char *text)
{
    (void)level;
    (void)part;
    char *all = user;
    snprintf(all + strlen(all), 2048 - strlen(all), "%s\n", text);
}

/** A limit of one segment simulates a lack of memory. */
static int restart_while_a_reader_keeps_the_old_segment(void *argument)
{
    const struct meeting *meeting = argument;
    if (unshare(CLONE_NEWIPC) < 0)
        return NOT_HERE;
    FILE *limit = fopen("/proc/sys/kernel/shmmni", "we");
    if (!limit)
        return NOT_HERE;
    const bool written = fputs("1", limit) >= 0;
    CHECK(fclose(limit) == 0 && written);

    const struct tri_video video = PICTURE;
    tri_writer *writer = solid_stream(meeting->name);
    tri_reader *reader = solid_reader(meeting->name, TRI_MODE_LATEST, 0);
    struct tri_frame frame = { 0 };
    solid_expect(reader, &frame, 1);
    tri_writer_close(&writer);

    char said[2048] = "";
    const tri_log log = { .write = append, .user = said, .level = TRI_LOG_WARN };
    CHECK(tri_writer_open(
              &writer,
              &(struct tri_writer_options){ .name = meeting->name, .video = video, .log = &log }) ==
          TRI_ERR_NO_RESOURCES);
    char pid[32];
    snprintf(pid, sizeof(pid), "pid %d (", (int)getpid());
    CHECK(strstr(said, "kernel.shmmni 1") && strstr(said, pid));

    solid_leave(&reader, &frame);
    CHECK(tri_writer_open(&writer, &(struct tri_writer_options){ .name = meeting->name,
                                                                 .video = video }) == TRI_OK);
    tri_writer_close(&writer);
    return 0;
}

static void failing_start_names_the_readers_of_earlier_segments(void **state)
{
    (void)state;
    const int status =
        fixture_join(fixture_start(restart_while_a_reader_keeps_the_old_segment, meeting_new()));
    if (status == NOT_HERE)
        skip_because("this process may not make namespaces");
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(list_names_each_process_once_with_its_access),
        fixture_test(list_without_descriptors_is_refused_not_empty),
        fixture_test(list_leaves_out_other_ipc_namespaces),
        fixture_test(failing_start_names_the_readers_of_earlier_segments),
    };
    return cmocka_run_group_tests_name("attachments", tests, NULL, NULL);
}
