/* SPDX-License-Identifier: MIT */
/* Interposed functions on files: paths and descriptors of devices are served here, others pass
 * through. */
#undef _FILE_OFFSET_BITS // open() and open64() are both defined here
#undef _FORTIFY_SOURCE
#define _LARGEFILE64_SOURCE
#include "handles.h"
#include "real.h"
#include "virtual_file.h"
#include "zero_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* glibc's fortified forms, which no header declares. */
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int folder, const char *path, int flags);
int __openat64_2(int folder, const char *path, int flags);
ssize_t __read_chk(int fd, void *to, size_t bytes, size_t room);

static bool has_mode(int flags)
{
    return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE;
}

/** A new descriptor of `handle`; the caller's reference is dropped. */
static int duplicate(struct handle *handle, int lowest, bool close_on_exec)
{
    int fd = REAL(fcntl)(handle->fd, close_on_exec ? F_DUPFD_CLOEXEC : F_DUPFD, lowest);
    if (fd >= 0 && !handles_add(fd, handle)) {
        REAL(close)(fd);
        fd = -1;
    }
    const int err = errno;
    handles_drop(handle);
    errno = err;
    return fd;
}

/** @return the descriptor, or -1 with errno set; -2, the path is not one of ours */
static int open_device(const char *path, int flags)
{
    char stream[TRI_NAME_MAX + 1];
    if (!is_given(path) || !devices_find(path, stream))
        return virtual_file_open(path);
    struct handle *const handle = device_open(stream, flags);
    if (!handle)
        return -1;
    handle->references = 1;
    return duplicate(handle, 0, flags & O_CLOEXEC);
}

#define OPEN(name, with_folder, without_folder) \
    const int fd = open_device(path, flags);    \
    if (fd != -2)                               \
        return fd;                              \
    mode_t mode = 0;                            \
    if (has_mode(flags)) {                      \
        va_list arguments;                      \
        va_start(arguments, flags);             \
        mode = va_arg(arguments, mode_t);       \
        va_end(arguments);                      \
    }                                           \
    return REAL(name)(with_folder without_folder path, flags, mode)
#define FOLDER folder,

EXPORT int open(const char *path, int flags, ...)
{
    OPEN(open, , );
}

EXPORT int open64(const char *path, int flags, ...)
{
    OPEN(open64, , );
}

EXPORT int openat(int folder, const char *path, int flags, ...)
{
    OPEN(openat, FOLDER, );
}

EXPORT int openat64(int folder, const char *path, int flags, ...)
{
    OPEN(openat64, FOLDER, );
}

EXPORT int __open_2(const char *path, int flags)
{
    const int fd = open_device(path, flags);
    return fd != -2 ? fd : REAL(__open_2)(path, flags);
}

EXPORT int __open64_2(const char *path, int flags)
{
    const int fd = open_device(path, flags);
    return fd != -2 ? fd : REAL(__open64_2)(path, flags);
}

EXPORT int __openat_2(int folder, const char *path, int flags)
{
    const int fd = open_device(path, flags);
    return fd != -2 ? fd : REAL(__openat_2)(folder, path, flags);
}

EXPORT int __openat64_2(int folder, const char *path, int flags)
{
    const int fd = open_device(path, flags);
    return fd != -2 ? fd : REAL(__openat64_2)(folder, path, flags);
}

EXPORT FILE *fopen(const char *path, const char *mode)
{
    const int fd = virtual_file_open(path);
    return fd != -2 ? fdopen(fd, "r") : REAL(fopen)(path, mode);
}

EXPORT FILE *fopen64(const char *path, const char *mode)
{
    const int fd = virtual_file_open(path);
    return fd != -2 ? fdopen(fd, "r") : REAL(fopen64)(path, mode);
}

EXPORT int close(int fd)
{
    handles_remove(fd);
    return REAL(close)(fd);
}

EXPORT int close_range(unsigned first, unsigned last, int flags)
{
    if (!((unsigned)flags & CLOSE_RANGE_CLOEXEC))
        handles_remove_range(first, last);
    return REAL(close_range)(first, last, flags);
}

EXPORT void closefrom(int first)
{
    handles_remove_range(first > 0 ? (unsigned)first : 0, UINT_MAX);
    REAL(closefrom)(first);
}

EXPORT int dup(int fd)
{
    struct handle *const handle = handles_take(fd);
    return handle ? duplicate(handle, 0, false) : REAL(dup)(fd);
}

/** dup2() and dup3(): `to` may be a device of ours that this closes. */
static int duplicate_to(int fd, int to, int flags)
{
    struct handle *const handle = handles_take(fd);
    if (fd != to)
        handles_remove(to);
    const int made = flags < 0 ? REAL(dup2)(fd, to) : REAL(dup3)(fd, to, flags);
    if (handle) {
        if (made >= 0 && fd != to)
            handles_add(made, handle);
        handles_drop(handle);
    }
    return made;
}

EXPORT int dup2(int fd, int to)
{
    return duplicate_to(fd, to, -1);
}

EXPORT int dup3(int fd, int to, int flags)
{
    return duplicate_to(fd, to, flags);
}

static int device_fcntl(struct handle *handle, int fd, int command, void *argument)
{
    switch (command) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
        return duplicate(handle, (int)(intptr_t)argument, command == F_DUPFD_CLOEXEC);
    case F_GETFL: {
        const int flags = O_RDWR | (handle->nonblocking ? O_NONBLOCK : 0);
        handles_drop(handle);
        return flags;
    }
    case F_SETFL:
        handle->nonblocking = (intptr_t)argument & O_NONBLOCK;
        handles_drop(handle);
        return 0;
    default:
        handles_drop(handle);
        return REAL(fcntl)(fd, command, argument);
    }
}

#define FCNTL(name)                                   \
    va_list arguments;                                \
    va_start(arguments, command);                     \
    void *const argument = va_arg(arguments, void *); \
    va_end(arguments);                                \
    struct handle *const handle = handles_take(fd);   \
    return handle ? device_fcntl(handle, fd, command, argument) : REAL(name)(fd, command, argument)

EXPORT int fcntl(int fd, int command, ...)
{
    FCNTL(fcntl);
}

EXPORT int fcntl64(int fd, int command, ...)
{
    FCNTL(fcntl64);
}

/** Requests of every file come first, as in the kernel. */
static int ioctl_of(struct handle *handle, int fd, unsigned long request, void *argument)
{
    int status = 0;
    if (request == FIOCLEX || request == FIONCLEX)
        status = REAL(ioctl)(fd, request, argument);
    else if (request == FIONBIO && argument)
        handle->nonblocking = *(const int *)argument;
    else
        status = device_ioctl(handle, request, argument);
    const int err = errno;
    handles_drop(handle);
    errno = err;
    return status;
}

EXPORT int ioctl(int fd, unsigned long request, ...)
{
    va_list arguments;
    va_start(arguments, request);
    void *const argument = va_arg(arguments, void *);
    va_end(arguments);
    struct handle *const handle = handles_take(fd);
    return handle ? ioctl_of(handle, fd, request, argument) : REAL(ioctl)(fd, request, argument);
}

static void *mmap_of(struct handle *handle, void *address, size_t length, int protection, int flags,
                     off64_t offset)
{
    void *const mapped = device_mmap(handle, address, length, protection, flags, (off_t)offset);
    const int err = errno;
    handles_drop(handle);
    errno = err;
    return mapped;
}

EXPORT void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
    struct handle *const handle = handles_take(fd);
    return handle ? mmap_of(handle, address, length, protection, flags, offset)
                  : REAL(mmap)(address, length, protection, flags, fd, offset);
}

EXPORT void *mmap64(void *address, size_t length, int protection, int flags, int fd, off64_t offset)
{
    struct handle *const handle = handles_take(fd);
    return handle ? mmap_of(handle, address, length, protection, flags, offset)
                  : REAL(mmap64)(address, length, protection, flags, fd, offset);
}

EXPORT int munmap(void *address, size_t length)
{
    zero_copy_unmap(address, length);
    return REAL(munmap)(address, length);
}

static ssize_t read_of(struct handle *handle, void *to, size_t bytes)
{
    const ssize_t done = device_read(handle, to, bytes);
    const int err = errno;
    handles_drop(handle);
    errno = err;
    return done;
}

EXPORT ssize_t read(int fd, void *to, size_t bytes)
{
    struct handle *const handle = handles_take(fd);
    return handle ? read_of(handle, to, bytes) : REAL(read)(fd, to, bytes);
}

EXPORT ssize_t __read_chk(int fd, void *to, size_t bytes, size_t room)
{
    struct handle *const handle = bytes <= room ? handles_take(fd) : NULL;
    return handle ? read_of(handle, to, bytes) : REAL(__read_chk)(fd, to, bytes, room);
}

/* libv4l2 makes its system calls through this function; some programs load it with dlopen(), so that
 * its own functions cannot be interposed. The kernel takes six arguments at most; surplus ones are not
 * used. */
EXPORT long syscall(long number, ...)
{
    long a[6];
    va_list arguments;
    va_start(arguments, number);
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(arguments, long);
    va_end(arguments);
    switch (number) {
#ifdef SYS_open
    case SYS_open:
        return open((const char *)a[0], (int)a[1], (mode_t)a[2]);
#endif
    case SYS_openat:
        return openat((int)a[0], (const char *)a[1], (int)a[2], (mode_t)a[3]);
    case SYS_close_range:
        return close_range((unsigned)a[0], (unsigned)a[1], (int)a[2]);
    case SYS_close:
        return close((int)a[0]);
    case SYS_ioctl:
        return ioctl((int)a[0], (unsigned long)a[1], (void *)a[2]);
    case SYS_read:
        return read((int)a[0], (void *)a[1], (size_t)a[2]);
#ifndef SYS_mmap2 // where there is one, SYS_mmap takes a pointer to its arguments, or is missing
    case SYS_mmap:
        return (long)mmap((void *)a[0], (size_t)a[1], (int)a[2], (int)a[3], (int)a[4], a[5]);
#endif
    case SYS_munmap:
        return munmap((void *)a[0], (size_t)a[1]);
    default:
        return REAL(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    }
}
