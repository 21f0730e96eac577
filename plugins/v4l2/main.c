/* SPDX-License-Identifier: MIT */
/* Runs a program with the preload library, and assigns device numbers to streams. */
#include "device_nodes.h"

#include "common/program/cli.h"

#include <triptych/stream.h>

#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIBRARY     "libtriptych-v4l2.so"
#define NUMBERS_MAX 64 // /dev/video0 to 63 are assigned

struct config {
    bool list;
    bool zero_copy;
    struct device_name device[DEVICES_MAX];
    uint32_t devices;
};

static bool set_device(const struct cli_option *option, void *target, const char *value, char *why,
                       size_t why_bytes)
{
    struct config *const config = target;
    struct device_name parsed[DEVICES_MAX];
    (void)option;
    if (config->devices == DEVICES_MAX || devices_parse(value, parsed) != 1) {
        snprintf(
            why, why_bytes,
            "a device is NUMBER=STREAM, such as 0=cam0, NUMBER from 0 to %d; at most %d of them",
            DEVICE_NUMBER_MAX, DEVICES_MAX);
        return false;
    }
    for (uint32_t i = 0; i < config->devices; i++)
        if (config->device[i].number == parsed[0].number) {
            snprintf(why, why_bytes,
                     "/dev/video%u is '%s' already; give each stream its own number",
                     parsed[0].number, config->device[i].stream);
            return false;
        }
    config->device[config->devices++] = parsed[0];
    return true;
}

static const struct cli_option options[] = {
    { 'd', "device", "N=NAME", NULL, "show stream NAME as /dev/videoN; may be repeated", set_device,
      0, NULL, NULL },
    { 'z', "zero-copy", NULL, NULL, "map buffers read-only: they are the stream's slots",
      cli_set_true, offsetof(struct config, zero_copy), NULL, NULL },
    { 'l', "list", NULL, NULL, "list the streams and their devices, run nothing", cli_set_true,
      offsetof(struct config, list), NULL, NULL },
    { .name = NULL },
};

static const struct cli_program program = {
    .name = "triptych-v4l2",
    .synopsis = "[OPTION]... PROGRAM [ARGUMENT]...",
    .purpose = "Run an unmodified V4L2 program that sees streams as cameras, without root or a "
               "kernel module.",
    .operands =
        "  Each stream is /dev/triptych/NAME. Without --device, streams also get the lowest\n"
        "  /dev/videoN that no camera has.",
    .options = options,
    .notes =
        "Programs that are setuid, statically linked, or open files outside libc do not see the\n"
        "devices. Programs that do not use libc's directory functions find them by path only.",
    .example = "triptych-v4l2 --device 0=cam0 ffmpeg -f v4l2 -i /dev/video0 out.mkv",
    .runs_command = true,
};

static bool is_taken(const struct config *config, unsigned number)
{
    char path[sizeof("/dev/video") + 11];
    for (uint32_t i = 0; i < config->devices; i++)
        if (config->device[i].number == number)
            return true;
    snprintf(path, sizeof(path), "/dev/video%u", number);
    return access(path, F_OK) == 0;
}

/** Gives each readable stream the lowest free number. */
static enum tri_err assign(struct config *config)
{
    tri_stream_list *list;
    const enum tri_err err = tri_stream_list_open(&list);
    if (err != TRI_OK)
        return err;
    unsigned number = 0;
    for (size_t i = 0; i < tri_stream_list_count(list); i++) {
        const struct tri_stream *const stream = tri_stream_list_at(list, i);
        if (!stream->has_frame)
            continue;
        while (number < NUMBERS_MAX && is_taken(config, number))
            number++;
        if (number == NUMBERS_MAX || config->devices == DEVICES_MAX)
            break;
        struct device_name *const device = &config->device[config->devices++];
        device->number = number;
        memcpy(device->stream, stream->name, sizeof(device->stream));
    }
    tri_stream_list_close(&list);
    return TRI_OK;
}

/** Warns of devices that the program cannot open yet. */
static void check_streams(const struct config *config, const tri_log *log)
{
    if (config->devices == 0)
        tri_log_write(log, TRI_LOG_WARN, "v4l2",
                      "no stream that you may read has a frame: there are no devices; start "
                      "triptych-capture first");
    for (uint32_t i = 0; i < config->devices; i++) {
        struct tri_stream stream;
        const char *const name = config->device[i].stream;
        const enum tri_err err = tri_stream_find(name, &stream);
        if (err != TRI_OK)
            tri_log_write(log, TRI_LOG_WARN, "v4l2",
                          "%s: %s; /dev/video%u cannot be opened before there is one", name,
                          tri_strerror(err), config->device[i].number);
        else if (stream.state == TRI_STREAM_UNREADABLE)
            tri_log_write(log, TRI_LOG_WARN, "v4l2",
                          "%s: %s; start its writer with --mode 0644, or --group", name,
                          tri_strerror(TRI_ERR_DENIED));
    }
}

/** Finds a program as execvp() does. */
static FILE *open_program(const char *name)
{
    const char *next = strchr(name, '/') ? NULL : getenv("PATH");
    if (!next)
        return fopen(name, "re");
    while (*next) {
        char path[PATH_MAX];
        const int length = (int)strcspn(next, ":");
        snprintf(path, sizeof(path), "%.*s/%s", length, next, name);
        if (access(path, X_OK) == 0)
            return fopen(path, "re");
        next += length + (next[length] == ':');
    }
    return NULL;
}

/** Returns why the loader will not preload a library into a program; NULL if it will. */
static const char *obstacle(FILE *file)
{
    struct stat status;
    ElfW(Ehdr) header;
    if (fstat(fileno(file), &status) == 0 && status.st_mode & (S_ISUID | S_ISGID))
        return "is setuid; put triptych-v4l2 behind it, as in: sudo triptych-v4l2 PROGRAM";
    if (fread(&header, sizeof(header), 1, file) != 1 ||
        memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
        return NULL; // a script, or something that execvp() refuses
    if (header.e_ident[EI_CLASS] != (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32))
        return sizeof(void *) == 8 ? "is a 32-bit program; run a 64-bit one"
                                   : "is a 64-bit program; run a 32-bit one";
    if (fseek(file, (long)header.e_phoff, SEEK_SET) != 0)
        return NULL;
    for (unsigned i = 0; i < header.e_phnum; i++) {
        ElfW(Phdr) segment;
        if (fread(&segment, sizeof(segment), 1, file) != 1 || segment.p_type == PT_INTERP)
            return NULL;
    }
    return "is statically linked; read the stream another way";
}

/** Warns if the program will not see the devices. */
static void check_program(const char *name, const tri_log *log)
{
    FILE *const file = open_program(name);
    if (!file)
        return;
    const char *const why = obstacle(file);
    fclose(file);
    if (why)
        tri_log_write(log, TRI_LOG_WARN, "v4l2", "%s does not see the devices: it %s", name, why);
}

static void print_devices(const struct config *config)
{
    for (uint32_t i = 0; i < config->devices; i++)
        printf("/dev/video%-3u " DEVICES_FOLDER "/%s\n", config->device[i].number,
               config->device[i].stream);
}

/** Sets the variable that the preload library reads. */
static bool export_devices(const struct config *config)
{
    char text[DEVICES_MAX * (TRI_NAME_MAX + 5) + 1] = "";
    size_t at = 0;
    for (uint32_t i = 0; i < config->devices; i++)
        at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%u=%s", i ? ":" : "",
                               config->device[i].number, config->device[i].stream);
    if (config->zero_copy && setenv(ZERO_COPY_VARIABLE, "1", 1) != 0)
        return false;
    return setenv(DEVICES_VARIABLE, text, 1) == 0;
}

/** Finds the preload library: beside this program in a build folder, else where it is installed. */
static void find_library(char path[PATH_MAX])
{
    const ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - sizeof("/" LIBRARY));
    if (length > 0) {
        path[length] = '\0';
        char *const slash = strrchr(path, '/');
        strcpy(slash + 1, LIBRARY);
        if (access(path, R_OK) == 0)
            return;
    }
    snprintf(path, PATH_MAX, "%s", INSTALLED_LIBRARY);
}

static bool preload(const tri_log *log)
{
    char library[PATH_MAX];
    char value[2 * PATH_MAX];
    find_library(library);
    if (access(library, R_OK) != 0) {
        tri_log_write(log, TRI_LOG_ERROR, "v4l2", "%s: %s; install triptych's V4L2 part", library,
                      strerror(errno));
        return false;
    }
    const char *const others = getenv("LD_PRELOAD");
    const int length = snprintf(value, sizeof(value), "%s%s%s", others ? others : "",
                                others && *others ? ":" : "", library);
    if (length >= (int)sizeof(value)) {
        tri_log_write(log, TRI_LOG_ERROR, "v4l2", "LD_PRELOAD is too long: %d bytes; shorten it",
                      length);
        return false;
    }
    return setenv("LD_PRELOAD", value, 1) == 0;
}

int main(int argc, char **argv)
{
    struct config config = { 0 };
    struct cli_common common = { 0 };
    int first;
    const int status = cli_parse(&program, argc, argv, &config, &common, &first);
    if (status >= 0)
        return status;
    const tri_log log = cli_log(&common);
    const enum tri_err err = config.devices ? TRI_OK : assign(&config);
    if (err != TRI_OK) {
        tri_log_write(&log, TRI_LOG_ERROR, "v4l2", "cannot list the streams: %s",
                      tri_strerror(err));
        return CLI_FAILED;
    }
    check_streams(&config, &log);
    if (config.list) {
        print_devices(&config);
        return cli_printed(&log) ? CLI_DONE : CLI_FAILED;
    }
    if (first == argc)
        return cli_refuse(&program, "no program is given");
    if (!preload(&log) || !export_devices(&config))
        return CLI_FAILED;
    check_program(argv[first], &log);
    execvp(argv[first], argv + first);
    tri_log_write(&log, TRI_LOG_ERROR, "v4l2", "%s: %s", argv[first], strerror(errno));
    return errno == ENOENT ? 127 : 126; // as a shell does
}
