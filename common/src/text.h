/* SPDX-License-Identifier: MIT */
/** Texts from outside: names of files, devices and processes, and what stands in shared memory. */
#ifndef TRI_TEXT_H
#define TRI_TEXT_H

/** Makes `text` one line of UTF-8 that disturbs no terminal: bytes of control characters, and those
 *  that are no UTF-8, become question marks. */
void tri_text_clean(char *text);

#endif
