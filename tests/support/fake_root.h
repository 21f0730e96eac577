/* SPDX-License-Identifier: MIT */
/** A folder with files like those of a system, for what takes "where the system's files are". */
#ifndef TESTS_FAKE_ROOT_H
#define TESTS_FAKE_ROOT_H

/** The folder of this case. */
extern char root[];

/** Writes a file below the root, and the folders on its way. */
void root_put(const char *path, const char *text);

/** cmocka's setup and teardown. */
int root_begin(void **state);
int root_end(void **state);

/** A case with an empty root. */
#define root_test(function) cmocka_unit_test_setup_teardown(function, root_begin, root_end)

#endif
