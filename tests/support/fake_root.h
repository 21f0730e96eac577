/* SPDX-License-Identifier: MIT */
/** A folder with copies of system files, for code that takes the root of the file system. */
#ifndef TESTS_FAKE_ROOT_H
#define TESTS_FAKE_ROOT_H

/** The folder of this case. */
extern char root[];

/** Writes a file below the root, and its folders. */
void root_put(const char *path, const char *text);

/** cmocka's setup and teardown. */
int root_begin(void **state);
int root_end(void **state);

/** A case with an empty root. */
#define root_test(function) cmocka_unit_test_setup_teardown(function, root_begin, root_end)

#endif
