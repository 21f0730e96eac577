/* SPDX-License-Identifier: MIT */
/** Attributes of declarations. The shared library exports what TRI_API marks, and nothing else. */
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

/** Words that options and statistics reserve for later fields, so that their size does not change.
 *  Zero as input, zero as output: docs/abi.md. */
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
