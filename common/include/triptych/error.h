/* SPDX-License-Identifier: MIT */
/** Error codes and their texts, both from one list. */
#ifndef TRIPTYCH_ERROR_H
#define TRIPTYCH_ERROR_H

#include <triptych/api.h>

TRI_BEGIN

/** Zero is success, failures are negative. ABI: append only. */
// clang-format off
#define TRI_ERRORS(X)                                                            \
    X(TRI_OK, 0, "success")                                                      \
    X(TRI_ERR_TIMEOUT, -1, "nothing new within the time limit")                  \
    X(TRI_ERR_INTERRUPTED, -2, "the wait was interrupted")                       \
    X(TRI_ERR_NO_WRITER, -3, "the stream has lost its writer")                   \
    X(TRI_ERR_BUSY, -4, "already in use")                                        \
    X(TRI_ERR_INVALID, -5, "an argument is out of range")                        \
    X(TRI_ERR_VERSION, -6, "made by another version of triptych")                \
    X(TRI_ERR_SYSTEM, -7, "the system refused, see errno")                       \
    X(TRI_ERR_NO_STREAM, -8, "there is no stream of that name")                  \
    X(TRI_ERR_DENIED, -9, "permission denied")                                   \
    X(TRI_ERR_FOREIGN, -10, "another user's object has this name")               \
    X(TRI_ERR_COLLISION, -11, "another name has the same System V key")          \
    X(TRI_ERR_CORRUPT, -12, "the segment's contents are not valid")              \
    X(TRI_ERR_NO_RESOURCES, -13, "no memory or no System V resources left")      \
    X(TRI_ERR_TORN, -14, "the frame was overwritten during use")                 \
    X(TRI_ERR_NO_SLOT, -15, "readers lock every slot: the frame was dropped")    \
    X(TRI_ERR_TOO_SMALL, -16, "the buffer is smaller than the frame")            \
    X(TRI_ERR_MOVED, -17, "the stream has moved to another segment")                \
    X(TRI_ERR_FORKED, -18, "opened before fork(): open it again in this process")
// clang-format on

/** Errors, from TRI_ERRORS. */
enum tri_err {
#define X(name, value, text) name = value,
    TRI_ERRORS(X)
#undef X
};

/** Returns the text for `err`, lower case, without a full stop; "unknown error" for other values. Never
 *  NULL. Ownership: static, never freed. Threads: any. Cost: no system call. */
TRI_API const char *tri_strerror(enum tri_err err);

TRI_END

#endif
