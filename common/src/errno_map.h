/* SPDX-License-Identifier: MIT */
/** Maps errno to error codes. */
#ifndef TRI_ERRNO_MAP_H
#define TRI_ERRNO_MAP_H

#include <triptych/error.h>

/** Inside the library: the System V object is gone. No public call returns it. */
#define TRI_ERR_REMOVED ((enum tri_err) - 100)

/** The error code of a failed System V call on an object that existed before. */
enum tri_err tri_err_of_errno(int error);

#endif
