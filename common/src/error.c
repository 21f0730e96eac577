/* SPDX-License-Identifier: MIT */
#include "errno_map.h"

#include <errno.h>

const char *tri_strerror(enum tri_err err)
{
    switch (err) {
#define X(name, value, text) \
    case name:               \
        return text;
        TRI_ERRORS(X)
#undef X
    }
    return "unknown error";
}

enum tri_err tri_err_of_errno(int error)
{
    switch (error) {
    case EACCES:
    case EPERM:
        return TRI_ERR_DENIED;
    case ENOMEM:
    case ENOSPC:
    case E2BIG: // more semaphores in one call than kernel.sem allows
        return TRI_ERR_NO_RESOURCES;
    case EIDRM:
    case EINVAL: // an id that was removed and is not yet in use again
        return TRI_ERR_REMOVED;
    case EINTR:
        return TRI_ERR_INTERRUPTED;
    case EAGAIN:
        return TRI_ERR_BUSY;
    default:
        return TRI_ERR_SYSTEM;
    }
}
