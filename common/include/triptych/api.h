/* SPDX-License-Identifier: MIT */
/** What leaves the shared library: everything marked TRI_API, nothing else. */
#ifndef TRIPTYCH_API_H
#define TRIPTYCH_API_H

/** Attributes and linkage of declarations. @{ */
#if defined(__GNUC__)
#define TRI_API                 __attribute__((visibility("default")))
#define TRI_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define TRI_API
#define TRI_PRINTF(text, first)
#endif
/** @} */

/** Words that options and statistics keep for later fields, so that their size stays. Zero as input,
 *  zero as output: docs/abi.md. */
#define TRI_RESERVED 8

/** Linkage of declarations: C, also in C++. @{ */
#ifdef __cplusplus
#define TRI_BEGIN extern "C" {
#define TRI_END   }
#else
#define TRI_BEGIN
#define TRI_END
#endif
/** @} */

#endif
