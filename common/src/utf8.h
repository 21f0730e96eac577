/* SPDX-License-Identifier: MIT */
/** Untrusted text: names of files, devices and processes, and strings in shared memory. */
#ifndef TRI_UTF8_H
#define TRI_UTF8_H

/** Makes `text` one line of UTF-8 that is safe for a terminal: bytes of control characters, and those
 *  that are not UTF-8, become question marks. */
void tri_utf8_clean(char *text);

#endif
