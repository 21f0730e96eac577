/* SPDX-License-Identifier: MIT */
/**
 * A V4L2 capture device out of a text file, preloaded into a program: /dev/videoN exists while
 * $SCRIPTED_CAMERAS/videoN does, and answers by that file as of its opening. Each call can be
 * made to fail, and each frame to be what no good driver gives.
 *
 *   card|driver|bus TEXT                          what it calls itself
 *   caps +WORD|-WORD...                           capture streaming readwrite io_mc output
 *   mode FOURCC WxH [FPS]...                      what it lists; the first one is in force at first
 *   pitch|image N, field WORD                     S_FMT's bytesperline, sizeimage, field
 *   fail CALL ERRNO [userptr|mmap] [N]            an ioctl, open or read; N times only; after ENODEV
 *                                                 all fail, until it is opened again
 *   control ID NAME LEAST MOST VALUE [FLAGS]
 *   input STATUS NAME
 *   standard ID FPS NAME
 *   aspect N/D                                    CROPCAP's
 *   frame KEY=VALUE...                            the keys are those of struct script_frame
 *
 * Frames go through the `frame` lines round and round. Every byte of a row is the number of its line in
 * the picture, the padding is 0xee.
 */
#ifndef SUPPORT_SCRIPTED_CAMERA_H
#define SUPPORT_SCRIPTED_CAMERA_H

#include <linux/videodev2.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define SCRIPT_ROWS_MAX 64 // lines of one kind

/** Calls beside the ioctls, which count by their V4L2 number. */
enum { SCRIPT_OPEN = 1000, SCRIPT_READ };

struct script_mode {
    uint32_t fourcc;
    uint32_t width;
    uint32_t height;
    double fps[8];
    int rates;
};

struct script_rule {
    uint32_t call;
    int error;
    uint32_t memory; // V4L2_MEMORY_*; 0: any
    int64_t left;    // times; -1: always
};

struct script_control {
    uint32_t id;
    uint32_t flags;
    char name[32];
    int64_t least;
    int64_t most;
    int64_t value;
};

struct script_input {
    uint32_t status;
    char name[32];
};

struct script_standard {
    uint64_t id;
    double fps;
    char name[24];
};

/** Deviations of a frame from a good driver's. */
struct script_frame {
    int64_t times;  // in a row; 0: without end
    int64_t bytes;  // bytesused
    int64_t seq;    // sequence
    int64_t step;   // of the sequence from the frame before; 1
    int64_t age;    // milliseconds of its time; negative: from the future
    int64_t still;  // 1: its time is that of the first frame
    int64_t flags;  // of the buffer
    int64_t field;  // V4L2_FIELD_*
    int64_t offset; // bytes before the picture
    int64_t index;  // of the buffer
    char file[256]; // the content is a JPEG
};

struct script {
    char path[512];
    char card[32];
    char driver[32];
    char bus[32];
    uint32_t caps;
    bool gone; // a call has failed with ENODEV
    uint32_t field;
    int64_t pitch; // -1: correct
    int64_t image;
    struct v4l2_fract aspect;
    struct script_mode mode[SCRIPT_ROWS_MAX];
    struct script_rule rule[SCRIPT_ROWS_MAX];
    struct script_control control[SCRIPT_ROWS_MAX];
    struct script_input input[SCRIPT_ROWS_MAX];
    struct script_standard standard[SCRIPT_ROWS_MAX];
    struct script_frame frame[SCRIPT_ROWS_MAX];
    unsigned modes;
    unsigned rules;
    unsigned controls;
    unsigned inputs;
    unsigned standards;
    unsigned frames;
};

/** Reads a script. An error ends the program. @return false: there is none */
bool script_read(struct script *script, const char *path);

/** Answers to ioctls of that kind. @return 0, or -1 with errno set */
int script_capabilities(const struct script *script, struct v4l2_capability *cap);
int script_list_formats(const struct script *script, struct v4l2_fmtdesc *listed);
int script_list_sizes(const struct script *script, struct v4l2_frmsizeenum *size);
int script_list_rates(const struct script *script, struct v4l2_frmivalenum *rate);
int script_list_inputs(const struct script *script, struct v4l2_input *input);
int script_list_standards(const struct script *script, struct v4l2_standard *standard);
int script_list_controls(const struct script *script, struct v4l2_query_ext_ctrl *query);

/** The interval at that many frames a second. */
struct v4l2_fract script_interval(double fps);

/** Whether `call` fails now; errno then has the error. */
bool script_fails(struct script *script, uint32_t call, uint32_t memory);

#endif
