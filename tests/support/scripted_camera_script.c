/* SPDX-License-Identifier: MIT */
#include "scripted_camera.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct word {
    const char *word;
    uint32_t value;
};

static const struct word calls[] = {
#define CALL(name)                    \
    {                                 \
#name, _IOC_NR(VIDIOC_##name) \
    }
    CALL(QUERYCAP),
    CALL(ENUM_FMT),
    CALL(G_FMT),
    CALL(S_FMT),
    CALL(TRY_FMT),
    CALL(REQBUFS),
    CALL(QUERYBUF),
    CALL(QBUF),
    CALL(DQBUF),
    CALL(STREAMON),
    CALL(G_PARM),
    CALL(S_PARM),
    CALL(S_INPUT),
    CALL(ENUMINPUT),
    CALL(QUERY_EXT_CTRL),
    CALL(S_STD),
    CALL(ENUMSTD),
    CALL(G_EXT_CTRLS),
    CALL(S_EXT_CTRLS),
    CALL(ENUM_FRAMESIZES),
    CALL(ENUM_FRAMEINTERVALS),
    { "open", SCRIPT_OPEN },
    { "read", SCRIPT_READ },
    { 0 },
#undef CALL
};

static const struct word errors[] = {
    { "EINVAL", EINVAL },
    { "EIO", EIO },
    { "ENOSPC", ENOSPC },
    { "EACCES", EACCES },
    { "EBUSY", EBUSY },
    { "ENODEV", ENODEV },
    { "ENOMEM", ENOMEM },
    { "EPIPE", EPIPE },
    { "ENOLINK", ENOLINK },
    { "EAGAIN", EAGAIN },
    { "ENOTTY", ENOTTY },
    { "ERANGE", ERANGE },
    { 0 },
};

static const struct word caps[] = {
    { "capture", V4L2_CAP_VIDEO_CAPTURE },
    { "streaming", V4L2_CAP_STREAMING },
    { "readwrite", V4L2_CAP_READWRITE },
    { "io_mc", 0x20000000 }, // V4L2_CAP_IO_MC, which older headers lack
    { "output", V4L2_CAP_VIDEO_OUTPUT },
    { 0 },
};

static const struct word fields[] = {
    { "none", V4L2_FIELD_NONE },           { "top", V4L2_FIELD_TOP },
    { "bottom", V4L2_FIELD_BOTTOM },       { "interlaced", V4L2_FIELD_INTERLACED },
    { "alternate", V4L2_FIELD_ALTERNATE }, { 0 },
};

static const struct word memories[] = {
    { "mmap", V4L2_MEMORY_MMAP },
    { "userptr", V4L2_MEMORY_USERPTR },
    { 0 },
};

static const struct {
    const char *word;
    size_t offset;
} frame_keys[] = {
#define KEY(name)                                  \
    {                                              \
#name, offsetof(struct script_frame, name) \
    }
    KEY(times), KEY(bytes), KEY(seq),   KEY(step),   KEY(age),
    KEY(still), KEY(flags), KEY(field), KEY(offset), KEY(index),
#undef KEY
};

static _Noreturn void refuse(const struct script *script, const char *what)
{
    fprintf(stderr, "scripted camera: %s: '%s' is not understood\n", script->path, what);
    abort();
}

static const struct word *find(const struct word *table, const char *word)
{
    for (; word && table->word; table++) {
        if (strcmp(table->word, word) == 0)
            return table;
    }
    return NULL;
}

static uint32_t value_of(const struct script *script, const struct word *table, const char *word)
{
    const struct word *found = find(table, word);
    if (!found)
        refuse(script, word ? word : "");
    return found->value;
}

static void read_caps(struct script *script, char *words)
{
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " ")) {
        const uint32_t cap = value_of(script, caps, word + 1);
        script->caps = word[0] == '+' ? script->caps | cap : script->caps & ~cap;
    }
}

/** The next word of a statement, or the first one of `words`. */
static char *next_word(const struct script *script, char *words)
{
    char *word = strtok(words, " ");
    if (!word)
        refuse(script, "a statement that is too short");
    return word;
}

static void read_mode(struct script *script, char *words)
{
    struct script_mode *mode = &script->mode[script->modes++ % SCRIPT_ROWS_MAX];
    const char *fourcc = next_word(script, words);
    char *size = next_word(script, NULL);
    const size_t length = strlen(fourcc);
    for (size_t i = 0; i < 4; i++)
        mode->fourcc |= (uint32_t)(i < length ? fourcc[i] : ' ') << 8 * i;
    mode->width = (uint32_t)strtoul(size, &size, 10);
    mode->height = *size == 'x' ? (uint32_t)strtoul(size + 1, NULL, 10) : 0;
    for (char *word = strtok(NULL, " "); word && mode->rates < 8; word = strtok(NULL, " "))
        mode->fps[mode->rates++] = strtod(word, NULL);
}

static void read_rule(struct script *script, char *words)
{
    struct script_rule *rule = &script->rule[script->rules++ % SCRIPT_ROWS_MAX];
    rule->left = -1;
    rule->call = value_of(script, calls, strtok(words, " "));
    rule->error = (int)value_of(script, errors, strtok(NULL, " "));
    for (char *word = strtok(NULL, " "); word; word = strtok(NULL, " ")) {
        if (find(memories, word))
            rule->memory = value_of(script, memories, word);
        else
            rule->left = strtoll(word, NULL, 0);
    }
}

static void read_control(struct script *script, char *words)
{
    struct script_control *control = &script->control[script->controls++ % SCRIPT_ROWS_MAX];
    control->id = (uint32_t)strtoul(next_word(script, words), NULL, 16);
    snprintf(control->name, sizeof(control->name), "%s", next_word(script, NULL));
    control->least = strtoll(next_word(script, NULL), NULL, 10);
    control->most = strtoll(next_word(script, NULL), NULL, 10);
    control->value = strtoll(next_word(script, NULL), NULL, 10);
    const char *flags = strtok(NULL, " ");
    control->flags = flags ? (uint32_t)strtoul(flags, NULL, 16) : 0;
}

static void read_input(struct script *script, char *words)
{
    struct script_input *input = &script->input[script->inputs++ % SCRIPT_ROWS_MAX];
    input->status = (uint32_t)strtoul(next_word(script, words), NULL, 16);
    snprintf(input->name, sizeof(input->name), "%s", next_word(script, NULL));
}

static void read_standard(struct script *script, char *words)
{
    struct script_standard *standard = &script->standard[script->standards++ % SCRIPT_ROWS_MAX];
    standard->id = strtoull(next_word(script, words), NULL, 16);
    standard->fps = strtod(next_word(script, NULL), NULL);
    snprintf(standard->name, sizeof(standard->name), "%s", next_word(script, NULL));
}

static void read_aspect(struct script *script, char *words)
{
    char *end;
    script->aspect.numerator = (uint32_t)strtoul(words, &end, 10);
    script->aspect.denominator = *end == '/' ? (uint32_t)strtoul(end + 1, NULL, 10) : 0;
}

static void read_field(struct script *script, char *words)
{
    script->field = value_of(script, fields, words);
}

static void read_pitch(struct script *script, char *words)
{
    script->pitch = strtoll(words, NULL, 0);
}

static void read_image(struct script *script, char *words)
{
    script->image = strtoll(words, NULL, 0);
}

static void read_card(struct script *script, char *words)
{
    snprintf(script->card, sizeof(script->card), "%.31s", words);
}

static void read_driver(struct script *script, char *words)
{
    snprintf(script->driver, sizeof(script->driver), "%.31s", words);
}

static void read_bus(struct script *script, char *words)
{
    snprintf(script->bus, sizeof(script->bus), "%.31s", words);
}

static void read_frame(struct script *script, char *words)
{
    struct script_frame *frame = &script->frame[script->frames++ % SCRIPT_ROWS_MAX];
    *frame = (struct script_frame){ .times = 1, .bytes = -1, .seq = -1, .step = 1, .index = -1 };
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " ")) {
        char *value = word + strcspn(word, "=");
        size_t key = 0;
        if (*value)
            *value++ = '\0';
        if (strcmp(word, "file") == 0) {
            snprintf(frame->file, sizeof(frame->file), "%s", value);
            continue;
        }
        while (key < sizeof(frame_keys) / sizeof(frame_keys[0]) &&
               strcmp(frame_keys[key].word, word) != 0)
            key++;
        if (key == sizeof(frame_keys) / sizeof(frame_keys[0]))
            refuse(script, word);
        const int64_t number =
            find(fields, value) ? find(fields, value)->value : strtoll(value, NULL, 0);
        memcpy((char *)frame + frame_keys[key].offset, &number, sizeof(number));
    }
}

static const struct {
    const char *word;
    void (*read)(struct script *script, char *words);
} statements[] = {
    { "card", read_card },       { "driver", read_driver }, { "bus", read_bus },
    { "caps", read_caps },       { "mode", read_mode },     { "pitch", read_pitch },
    { "image", read_image },     { "field", read_field },   { "fail", read_rule },
    { "control", read_control }, { "input", read_input },   { "standard", read_standard },
    { "aspect", read_aspect },   { "frame", read_frame },
};

static void read_line(struct script *script, char *line)
{
    char *words = line + strcspn(line, " ");
    if (*words)
        *words++ = '\0';
    for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
        if (strcmp(statements[i].word, line) == 0) {
            statements[i].read(script, words);
            return;
        }
    }
    refuse(script, line);
}

bool script_read(struct script *script, const char *path)
{
    FILE *file = fopen(path, "re");
    char line[512];
    *script = (struct script){ .caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING,
                               .card = "Scripted",
                               .driver = "scripted",
                               .bus = "usb-1",
                               .field = V4L2_FIELD_NONE,
                               .pitch = -1,
                               .image = -1 };
    if (!file)
        return false;
    snprintf(script->path, sizeof(script->path), "%s", path);
    while (fgets(line, sizeof(line), file)) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0])
            read_line(script, line);
    }
    fclose(file);
    if (script->modes == 0)
        read_mode(script, (char[]){ "YUYV 64x48 30" });
    if (script->frames == 0)
        read_frame(script, (char[]){ "times=0" });
    return true;
}

bool script_fails(struct script *script, uint32_t call, uint32_t memory)
{
    for (unsigned i = 0; i < script->rules; i++) {
        struct script_rule *rule = &script->rule[i];
        if (rule->call != call || rule->left == 0 || (rule->memory && memory != rule->memory))
            continue;
        rule->left -= rule->left > 0;
        script->gone |= rule->error == ENODEV;
        errno = rule->error;
        return true;
    }
    return false;
}
