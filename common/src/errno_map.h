/* SPDX-License-Identifier: MIT */
/** errno becomes an outcome at the border to the system. */
#ifndef TRI_ERRNO_MAP_H
#define TRI_ERRNO_MAP_H

#include <triptych/error.h>

/** The outcome for a failed System V call on an object that existed a moment ago. */
enum tri_err tri_err_of_errno(int error);

#endif
