/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include "ipc.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#define STREAMS_MAX 32
#define PIDS_MAX    256
#define SHARES_MAX  16
#define POLL_MS     1

static struct {
    char stream[STREAMS_MAX][32];
    unsigned streams;
    pid_t pid[PIDS_MAX];
    unsigned pids;
    struct {
        void *at;
        size_t bytes;
    } share[SHARES_MAX];
    unsigned shares;
    unsigned named; // streams of all tests so far
} created;

void fixture_sleep_ms(int ms)
{
    struct timespec span = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };
    while (nanosleep(&span, &span) < 0 && errno == EINTR)
        continue;
}

const char *fixture_stream(void)
{
    assert_true(created.streams < STREAMS_MAX);
    char *name = created.stream[created.streams++];
    snprintf(name, sizeof(created.stream[0]), "T%d.%u", (int)getpid(), ++created.named);
    return name;
}

void *fixture_share(size_t bytes)
{
    assert_true(created.shares < SHARES_MAX);
    void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(at, MAP_FAILED);
    created.share[created.shares].at = at;
    created.share[created.shares++].bytes = bytes;
    return at;
}

struct meeting *meeting_new(void)
{
    struct meeting *meeting = fixture_share(sizeof(*meeting));
    meeting->name = fixture_stream();
    return meeting;
}

pid_t fixture_start(int (*body)(void *argument), void *argument)
{
    assert_true(created.pids < PIDS_MAX);
    fflush(NULL); // otherwise buffered output would be written twice
    const pid_t parent = getpid();
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(1);
        const int status = body(argument);
        fflush(NULL);
        _exit(status);
    }
    created.pid[created.pids++] = pid;
    return pid;
}

static void forget(pid_t pid)
{
    for (unsigned i = 0; i < created.pids; i++) {
        if (created.pid[i] == pid)
            created.pid[i] = created.pid[--created.pids];
    }
}

int fixture_join(pid_t pid)
{
    for (int ms = 0; ms < FIXTURE_PATIENCE_S * 1000; ms += POLL_MS) {
        int status;
        if (waitpid(pid, &status, WNOHANG) == pid) {
            forget(pid);
            return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        }
        fixture_sleep_ms(POLL_MS);
    }
    fail_msg("process %d does not end", (int)pid);
    return -1;
}

void fixture_kill(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    forget(pid);
}

void fixture_freeze(pid_t pid)
{
    kill(pid, SIGSTOP);
    int status;
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    assert_true(WIFSTOPPED(status));
}

void fixture_thaw(pid_t pid)
{
    kill(pid, SIGCONT);
}

bool fixture_reaches(const _Atomic uint64_t *count, uint64_t least)
{
    for (int ms = 0; ms < FIXTURE_PATIENCE_S * 1000; ms += POLL_MS) {
        if (atomic_load(count) >= least)
            return true;
        fixture_sleep_ms(POLL_MS);
    }
    return false;
}

int64_t fixture_cpu_ns(pid_t pid)
{
    clockid_t clock;
    struct timespec used = { 0 };
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
        return -1;
    return (int64_t)used.tv_sec * 1000000000 + used.tv_nsec;
}

int fixture_end(void **state)
{
    (void)state;
    while (created.pids > 0)
        fixture_kill(created.pid[0]);
    for (unsigned i = 0; i < created.shares; i++)
        munmap(created.share[i].at, created.share[i].bytes);

    int left = 0;
    for (unsigned i = 0; i < created.streams; i++) {
        if (ipc_objects(created.stream[i]) == 0)
            continue;
        print_error("%s: System V objects were left behind\n", created.stream[i]);
        ipc_wipe(created.stream[i]);
        left = -1;
    }
    created.streams = created.shares = 0;
    return left;
}

unsigned fixture_entries(const char *folder)
{
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    unsigned count = 0;
    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}
