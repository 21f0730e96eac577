/* SPDX-License-Identifier: MIT */
#include "stepper.h"

#include "fixture.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define SYSCALL_STOP (SIGTRAP | 0x80) // by PTRACE_O_TRACESYSGOOD

/** Runs the process to its next stop. @return false if it ended. */
static bool run_to_stop(pid_t pid, int signal, int *status)
{
    assert_int_equal(ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(uintptr_t)signal), 0);
    assert_int_equal(waitpid(pid, status, 0), pid);
    return WIFSTOPPED(*status);
}

static pid_t start_traced(int (*body)(void *argument), void *argument)
{
    fflush(NULL);
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
            _exit(1);
        raise(SIGSTOP);
        _exit(body(argument));
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
    const uintptr_t options = PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL;
    assert_int_equal(ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)options), 0);
    return pid;
}

static struct __ptrace_syscall_info call_of(pid_t pid)
{
    struct __ptrace_syscall_info info = { 0 };
    const uintptr_t bytes = sizeof(info);
    assert_true(ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)bytes, &info) > 0);
    return info;
}

/** Whether a process can be killed at this call. A sanitizer makes hundreds of its own: then only
 *  System V calls are steps, the ones that change what others find. */
static bool is_step(long call)
{
#ifdef __SANITIZE_ADDRESS__
    const bool all = false;
#else
    const bool all = true;
#endif
    return all || step_is_system_v(call);
}

bool step_kill(int (*body)(void *argument), void *argument, unsigned index, enum step_when when,
               struct step *step)
{
    const pid_t pid = start_traced(body, argument);
    *step = (struct step){ .pid = pid };
    unsigned calls = 0;
    int status = 0;
    int signal = 0;
    while (run_to_stop(pid, signal, &status)) {
        signal = WSTOPSIG(status) == SYSCALL_STOP ? 0 : WSTOPSIG(status);
        if (signal != 0)
            continue; // delivered
        const struct __ptrace_syscall_info info = call_of(pid);
        const bool entry = info.op == PTRACE_SYSCALL_INFO_ENTRY;
        if (entry) {
            step->call = (long)info.entry.nr;
            calls += is_step(step->call);
        }
        if (calls == index + 1 && is_step(step->call) && entry == (when == STEP_BEFORE)) {
            kill(pid, SIGKILL); // at an entry the call is then skipped
            assert_int_equal(waitpid(pid, &status, 0), pid);
            assert_true(WIFSIGNALED(status));
            return true;
        }
    }
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    return false;
}

bool step_is_system_v(long call)
{
    switch (call) {
    case SYS_shmget:
    case SYS_shmat:
    case SYS_shmctl:
    case SYS_shmdt:
    case SYS_semget:
    case SYS_semctl:
#ifdef SYS_semop // some 32-bit processors have the last one only
    case SYS_semop:
    case SYS_semtimedop:
#endif
#ifdef SYS_semtimedop_time64
    case SYS_semtimedop_time64:
#endif
        return true;
    default:
        return false;
    }
}
