/* SPDX-License-Identifier: MIT */
/** `TRI_SCOPED(reader) *r = NULL;` closes r on every way out of the block. GCC and Clang. */
#ifndef TRIPTYCH_SCOPED_H
#define TRIPTYCH_SCOPED_H

#define TRI_SCOPED(noun) __attribute__((cleanup(tri_##noun##_close))) tri_##noun

#endif
