/* SPDX-License-Identifier: MIT */
#include "reader_hooks.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHECK_NS INT64_C(40000000)
#define IDLE_NS  INT64_C(1000000000) // between checks while no frame comes

/** Starts a command with /dev/null as stdin and stderr as stdout: stdout is for data. */
static int start(const char *command)
{
    char shell[] = "sh";
    char option[] = "-c";
    char *text = strdup(command);
    char *const arguments[] = { shell, option, text, NULL };
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t defaults;
    pid_t pid;
    if (!text)
        return ENOMEM;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    sigaddset(&defaults, SIGXFSZ);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    const int error = posix_spawn(&pid, "/bin/sh", &files, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    free(text);
    return error;
}

static void set_has_readers(struct reader_hooks *hooks, bool has_readers)
{
    const char *command = has_readers ? hooks->first : hooks->last;
    hooks->has_readers = has_readers;
    if (!command)
        return;
    setenv("TRIPTYCH_STREAM", hooks->stream, 1);
    const int error = start(command);
    if (error)
        tri_log_write(hooks->log, TRI_LOG_ERROR, "capture", "cannot run '%s': %s", command,
                      strerror(error));
}

int64_t reader_hooks_next(const struct reader_hooks *hooks)
{
    if (!hooks->first && !hooks->last)
        return INT64_MAX;
    return hooks->checked_ns + (hooks->lost ? CHECK_NS : IDLE_NS);
}

void reader_hooks_check(struct reader_hooks *hooks, const struct publisher *publisher)
{
    const int64_t now_ns = tri_now_ns();
    if ((!hooks->first && !hooks->last) || now_ns - hooks->checked_ns < CHECK_NS)
        return;
    hooks->checked_ns = now_ns;
    while (waitpid(-1, NULL, WNOHANG) > 0) // commands that have ended
        ;
    const bool has_readers = publisher_has_readers(publisher);
    const bool lost = hooks->has_readers && !has_readers;
    if (lost ? hooks->lost : has_readers != hooks->has_readers)
        set_has_readers(hooks, has_readers);
    hooks->lost = lost && hooks->has_readers;
}

void reader_hooks_end(struct reader_hooks *hooks)
{
    if (hooks->has_readers)
        set_has_readers(hooks, false);
}
