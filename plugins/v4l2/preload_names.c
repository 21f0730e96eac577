/* SPDX-License-Identifier: MIT */
/* Names in the file system: stat(), access(), realpath() and directories show the devices. */
#undef _FILE_OFFSET_BITS
#undef _FORTIFY_SOURCE
#define _LARGEFILE64_SOURCE
#include "handles.h"
#include "real.h"

#include <triptych/stream.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define VIDEO_MAJOR  81 // Documentation/admin-guide/devices.txt of Linux
#define FOLDERS_OPEN 16
#define MODE         (S_IFCHR | 0666)

static bool exists(const char *path, unsigned *number)
{
    char stream[TRI_NAME_MAX + 1];
    struct tri_stream found;
    if (!is_given(path) || !devices_find(path, stream) || tri_stream_find(stream, &found) != TRI_OK)
        return false;
    *number = devices_number(stream);
    return true;
}

/** The path of an open directory, or with AT_FDCWD of the current one. */
static bool folder_path(int folder, char path[PATH_MAX])
{
    char link[sizeof("/proc/self/fd/") + 11] = "/proc/self/cwd";
    if (folder != AT_FDCWD)
        snprintf(link, sizeof(link), "/proc/self/fd/%d", folder);
    const ssize_t length = readlink(link, path, PATH_MAX - 1);
    path[length < 0 ? 0 : length] = '\0';
    return length > 0;
}

/** exists() of a path relative to a directory, as programs use them that walk through /dev. */
static bool exists_in(int folder, const char *path, unsigned *number)
{
    char device[sizeof("/dev/") + 255];
    char parent[PATH_MAX];
    if (!is_given(path) || strncmp(path, "video", 5) != 0)
        return exists(path, number);
    snprintf(device, sizeof(device), "/dev/%s", path);
    return folder_path(folder, parent) && strcmp(parent, "/dev") == 0 && exists(device, number);
}

#define DESCRIBE(status, number)                                                     \
    (*(status) = (__typeof__(*(status))){ .st_mode = MODE,                           \
                                          .st_nlink = 1,                             \
                                          .st_blksize = 4096,                        \
                                          .st_rdev = makedev(VIDEO_MAJOR, number) }, \
     0)

#define STAT(name, ...) \
    unsigned number;    \
    return exists(path, &number) ? DESCRIBE(status, number) : REAL(name)(__VA_ARGS__)

EXPORT int stat(const char *path, struct stat *status)
{
    STAT(stat, path, status);
}

EXPORT int stat64(const char *path, struct stat64 *status)
{
    STAT(stat64, path, status);
}

EXPORT int lstat(const char *path, struct stat *status)
{
    STAT(lstat, path, status);
}

EXPORT int lstat64(const char *path, struct stat64 *status)
{
    STAT(lstat64, path, status);
}

#define FSTAT(name, ...)                            \
    struct handle *const handle = handles_take(fd); \
    if (!handle)                                    \
        return REAL(name)(__VA_ARGS__);             \
    const unsigned number = device_number(handle);  \
    handles_drop(handle);                           \
    return DESCRIBE(status, number)

EXPORT int fstat(int fd, struct stat *status)
{
    FSTAT(fstat, fd, status);
}

EXPORT int fstat64(int fd, struct stat64 *status)
{
    FSTAT(fstat64, fd, status);
}

/* Functions that programs linked against glibc before 2.33 call. */
int __xstat(int version, const char *path, struct stat *status);
int __xstat64(int version, const char *path, struct stat64 *status);
int __lxstat(int version, const char *path, struct stat *status);
int __lxstat64(int version, const char *path, struct stat64 *status);
int __fxstat(int version, int fd, struct stat *status);
int __fxstat64(int version, int fd, struct stat64 *status);

EXPORT int __xstat(int version, const char *path, struct stat *status)
{
    STAT(__xstat, version, path, status);
}

EXPORT int __xstat64(int version, const char *path, struct stat64 *status)
{
    STAT(__xstat64, version, path, status);
}

EXPORT int __lxstat(int version, const char *path, struct stat *status)
{
    STAT(__lxstat, version, path, status);
}

EXPORT int __lxstat64(int version, const char *path, struct stat64 *status)
{
    STAT(__lxstat64, version, path, status);
}

EXPORT int __fxstat(int version, int fd, struct stat *status)
{
    FSTAT(__fxstat, version, fd, status);
}

EXPORT int __fxstat64(int version, int fd, struct stat64 *status)
{
    FSTAT(__fxstat64, version, fd, status);
}

/** Whether a call means the descriptor itself. Programs probe for statx() with a path of NULL. */
static bool means_descriptor(const char *path, int flags)
{
    return is_given(path) && !*path && flags & AT_EMPTY_PATH;
}

/* fstatat() of an empty path is fstat(). */
#define FSTATAT(name, fstat_name)                                      \
    unsigned number;                                                   \
    if (means_descriptor(path, flags))                                 \
        return fstat_name(folder, status);                             \
    return exists_in(folder, path, &number) ? DESCRIBE(status, number) \
                                            : REAL(name)(folder, path, status, flags)

EXPORT int fstatat(int folder, const char *path, struct stat *status, int flags)
{
    FSTATAT(fstatat, fstat);
}

EXPORT int fstatat64(int folder, const char *path, struct stat64 *status, int flags)
{
    FSTATAT(fstatat64, fstat64);
}

EXPORT int statx(int folder, const char *path, int flags, unsigned mask, struct statx *status)
{
    unsigned number = 0;
    struct handle *const handle = means_descriptor(path, flags) ? handles_take(folder) : NULL;
    if (handle) {
        number = device_number(handle);
        handles_drop(handle);
    } else if (!exists_in(folder, path, &number)) {
        return REAL(statx)(folder, path, flags, mask, status);
    }
    *status = (struct statx){ .stx_mask = STATX_TYPE | STATX_MODE | STATX_NLINK,
                              .stx_mode = MODE,
                              .stx_nlink = 1,
                              .stx_blksize = 4096,
                              .stx_rdev_major = VIDEO_MAJOR,
                              .stx_rdev_minor = number };
    return 0;
}

static int access_device(int mode)
{
    if (!(mode & X_OK))
        return 0;
    errno = EACCES;
    return -1;
}

EXPORT int access(const char *path, int mode)
{
    unsigned number;
    return exists(path, &number) ? access_device(mode) : REAL(access)(path, mode);
}

EXPORT int faccessat(int folder, const char *path, int mode, int flags)
{
    unsigned number;
    return exists_in(folder, path, &number) ? access_device(mode)
                                            : REAL(faccessat)(folder, path, mode, flags);
}

EXPORT int euidaccess(const char *path, int mode)
{
    unsigned number;
    return exists(path, &number) ? access_device(mode) : REAL(euidaccess)(path, mode);
}

char *__realpath_chk(const char *path, char *to, size_t room);

/** A device's path is itself; of its entry in /sys/class it is the one below /sys/devices. @return
 *  false, the path is not one of ours */
static bool resolve(const char *path, char to[PATH_MAX])
{
    static const char class[] = "/sys/class/video4linux/video";
    const char *end;
    unsigned long number;
    unsigned minor;
    if (exists(path, &minor)) {
        snprintf(to, PATH_MAX, "%s", path);
        return true;
    }
    if (!is_given(path) || strncmp(path, class, sizeof(class) - 1) != 0 ||
        !devices_parse_number(path + sizeof(class) - 1, &number, &end))
        return false;
    for (size_t i = 0; devices_at(i); i++)
        if (devices_at(i)->number == number) {
            snprintf(to, PATH_MAX, "/sys/devices/virtual/video4linux/video%lu%s", number, end);
            return true;
        }
    return false;
}

EXPORT char *realpath(const char *path, char *to)
{
    char resolved[PATH_MAX];
    if (!resolve(path, resolved))
        return REAL(realpath)(path, to);
    return to ? strcpy(to, resolved) : strdup(resolved);
}

EXPORT char *__realpath_chk(const char *path, char *to, size_t room)
{
    return room < PATH_MAX ? REAL(__realpath_chk)(path, to, room) : realpath(path, to);
}

EXPORT char *canonicalize_file_name(const char *path)
{
    return realpath(path, NULL);
}

/** A directory that also lists the devices. */
struct folder {
    DIR *real;
    bool only_devices; // the directory does not exist: `real` is another one
    size_t next;       // index for devices_at()
    struct dirent entry;
    struct dirent64 entry64;
};

static struct folder folders[FOLDERS_OPEN];
static pthread_mutex_t folders_lock = PTHREAD_MUTEX_INITIALIZER;

static bool lists_devices(const char *path)
{
    static const char *const paths[] = { "/dev", "/dev/", "/sys/class/video4linux",
                                         "/sys/class/video4linux/" };
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        if (is_given(path) && strcmp(path, paths[i]) == 0)
            return devices_at(0);
    return false;
}

static struct folder *find_folder(DIR *real)
{
    pthread_mutex_lock(&folders_lock);
    struct folder *found = NULL;
    for (size_t i = 0; !found && i < FOLDERS_OPEN; i++)
        if (folders[i].real == real)
            found = &folders[i];
    pthread_mutex_unlock(&folders_lock);
    return found;
}

static void add_folder(DIR *real, bool only_devices)
{
    pthread_mutex_lock(&folders_lock);
    for (size_t i = 0; i < FOLDERS_OPEN; i++)
        if (!folders[i].real) {
            folders[i] = (struct folder){ .real = real, .only_devices = only_devices };
            break;
        }
    pthread_mutex_unlock(&folders_lock);
}

EXPORT DIR *opendir(const char *path)
{
    DIR *real = REAL(opendir)(path);
    if (!lists_devices(path))
        return real;
    const bool missing = !real;
    if (missing && !(real = REAL(opendir)("/")))
        return NULL;
    add_folder(real, missing);
    return real;
}

/* Programs that walk through a tree, and C++'s directory_iterator, open a directory this way. */
EXPORT DIR *fdopendir(int fd)
{
    char path[PATH_MAX];
    DIR *const real = REAL(fdopendir)(fd);
    if (real && folder_path(fd, path) && lists_devices(path))
        add_folder(real, false);
    return real;
}

EXPORT void rewinddir(DIR *real)
{
    struct folder *const folder = find_folder(real);
    if (folder)
        folder->next = 0;
    REAL(rewinddir)(real);
}

EXPORT int closedir(DIR *real)
{
    struct folder *const folder = find_folder(real);
    if (folder)
        folder->real = NULL;
    return REAL(closedir)(real);
}

/* Real entries first, except those that a device of ours hides; then the devices. */
#define READDIR(name, field)                                                                 \
    struct folder *const folder = find_folder(real);                                         \
    if (!folder)                                                                             \
        return REAL(name)(real);                                                             \
    __typeof__(REAL(name)(real)) entry = NULL;                                               \
    while (!folder->only_devices && (entry = REAL(name)(real)))                              \
        if (!is_numbered(entry->d_name))                                                     \
            return entry;                                                                    \
    const struct device_name *const device = devices_at(folder->next);                       \
    if (!device)                                                                             \
        return NULL;                                                                         \
    folder->field = (__typeof__(folder->field)){ .d_ino = 1 + device->number,                \
                                                 .d_off = (long)folder->next,                \
                                                 .d_reclen = sizeof(folder->field),          \
                                                 .d_type = DT_CHR };                         \
    snprintf(folder->field.d_name, sizeof(folder->field.d_name), "video%u", device->number); \
    folder->next++;                                                                          \
    return &folder->field

static bool is_numbered(const char *name)
{
    char path[sizeof("/dev/") + 255];
    char stream[TRI_NAME_MAX + 1];
    snprintf(path, sizeof(path), "/dev/%s", name);
    return devices_find(path, stream);
}

EXPORT struct dirent *readdir(DIR *real)
{
    READDIR(readdir, entry);
}

EXPORT struct dirent64 *readdir64(DIR *real)
{
    READDIR(readdir64, entry64);
}
