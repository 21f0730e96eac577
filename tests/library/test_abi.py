# SPDX-License-Identifier: MIT
"""The binary interface: it is the one described in common/libtriptych.abi, and programs that were built
before run with a library that has grown.

`python3 tests/library/test_abi.py --describe` updates the description after an intended change."""
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from programs import BUILD, PATIENCE, SOURCE, ProgramTest, tool

GROWN = "uint64_t added; uint64_t reserved[TRI_RESERVED - 1];"

# Uses each structure that the library may let grow, and checks that nothing behind it is touched.
PROGRAM = r"""
#include <triptych/triptych.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition) \
    if (!(condition)) \
        return fprintf(stderr, "line %d: %s\n", __LINE__, #condition), 1

#define GUARDED(type, name) struct { type name; unsigned char guard[64]; } name; \
    memset(&name, 0, sizeof(name)); memset(name.guard, 0xa5, sizeof(name.guard))

static int untouched(const unsigned char *guard)
{
    for (int i = 0; i < 64; i++)
        if (guard[i] != 0xa5)
            return 0;
    return 1;
}

int main(int argc, char **argv)
{
    tri_writer *writer;
    tri_reader *reader;
    const struct tri_video video = { .fourcc = TRI_FOURCC_GREY, .width = 64, .height = 48 };
    GUARDED(struct tri_frame, frame);
    GUARDED(struct tri_draft, draft);
    GUARDED(struct tri_stream, stream);
    GUARDED(struct tri_reader_stats, read);
    GUARDED(struct tri_writer_stats, written);
    CHECK(argc == 2);
    CHECK(tri_writer_open(&writer, &(struct tri_writer_options){ .name = argv[1] }) == TRI_OK);
    CHECK(tri_reader_open(&reader, &(struct tri_reader_options){ .name = argv[1] }) == TRI_OK);
    CHECK(tri_writer_begin(writer, &video, &draft.draft) == TRI_OK);
    memset(draft.draft.data[0], 7, draft.draft.shape.bytes);
    CHECK(tri_writer_publish(writer, &draft.draft) == TRI_OK);
    CHECK(tri_reader_acquire(reader, &frame.frame, 0) == TRI_OK);
    CHECK(frame.frame.data[0][0] == 7 && frame.frame.info.number == 1);
    CHECK(tri_stream_find(argv[1], &stream.stream) == TRI_OK && stream.stream.published == 1);
    tri_reader_get_stats(reader, &read.read);
    tri_writer_get_stats(writer, &written.written);
    CHECK(read.read.frames == 1 && written.written.published == 1);
    CHECK(untouched(frame.guard) && untouched(draft.guard) && untouched(stream.guard));
    CHECK(untouched(read.guard) && untouched(written.guard));
    printf("added: %d\n", (int)read.read.reserved[0]);
    tri_reader_release(reader, &frame.frame);
    tri_reader_close(&reader);
    tri_writer_close(&writer);
    return 0;
}
"""


DESCRIPTION = SOURCE / "common/libtriptych.abi"


def compile_c(*arguments, compiler="cc", **options):
    subprocess.run([tool(compiler), "-std=gnu11", "-D_GNU_SOURCE", "-g", *arguments], check=True,
                   timeout=PATIENCE, **options)


def copy_common(folder):
    """Copies the library's sources with all its public headers. Returns the folder."""
    shutil.copytree(SOURCE / "common/include", folder / "include")
    shutil.copytree(SOURCE / "common/src", folder / "src")
    shutil.copy(BUILD / "common/include/triptych/version.h", folder / "include/triptych")
    return folder


def build_library(common, library):
    # relative paths, which the debugging information repeats
    compile_c("-shared", "-fPIC", "-fvisibility=hidden", "-pthread", "-Wl,-soname,libtriptych.so.0",
              f"-Wl,--version-script={SOURCE}/common/libtriptych.map",
              "-I", "include", *sorted(path.relative_to(common) for path in common.glob("src/*.c")),
              "-o", library, cwd=common)


def describe(folder):
    """Builds the library and returns the path of its description: exported calls, public types."""
    common = copy_common(folder / "common")
    library = folder / "libtriptych.so.0"
    build_library(common, library)
    description = folder / "libtriptych.abi"
    subprocess.run([tool("abidw"), "--headers-dir", common / "include/triptych", "--no-corpus-path",
                    "--exported-interfaces-only", "--drop-private-types", "--drop-undefined-syms",
                    "--no-comp-dir-path", "--no-show-locs", "--no-parameter-names", "--no-elf-needed",
                    "--type-id-style", "hash", "--out-file", description, library], check=True,
                   timeout=PATIENCE)
    return description


class Abi(ProgramTest):
    def grow(self, path, wanted, grown):
        text = path.read_text(encoding="utf-8")
        self.assertIn(wanted, text, path)
        path.write_text(text.replace(wanted, grown), encoding="utf-8")

    def test_interface_is_as_described(self):
        tool("abidiff")
        if platform.machine() != "x86_64":
            self.skipTest("the description is of x86_64")
        done = subprocess.run(["abidiff", DESCRIPTION, describe(self.folder())], text=True,
                              capture_output=True, timeout=PATIENCE, check=False)
        self.assertEqual((done.stdout, done.returncode), ("", 0), "after an intended change run "
                         "`python3 tests/library/test_abi.py --describe`, see docs/abi.md")

    def test_program_built_before_runs_with_a_library_of_one_field_more(self):
        folder = self.folder()
        program = folder / "program"
        compile_c("-xc", "-", "-I", SOURCE / "common/include", "-I", BUILD / "common/include",
                  "-L", BUILD / "common", "-ltriptych", "-o", program, input=PROGRAM.encode())

        later = copy_common(folder / "common")
        for header in ("reader.h", "writer.h", "stream.h", "frame.h"):
            path = later / "include/triptych" / header
            path.write_text(re.sub(r"uint64_t reserved\[TRI_RESERVED\];", GROWN,
                                   path.read_text(encoding="utf-8")), encoding="utf-8")
            self.assertIn(GROWN, path.read_text(encoding="utf-8"), header)
        # The new option has an effect, and the new statistic a value.
        self.grow(later / "src/reader.c", "tri_reader *r = malloc(sizeof(*r));",
                  "if (options->added) return TRI_ERR_BUSY; tri_reader *r = malloc(sizeof(*r));")
        self.grow(later / "src/reader.c", ".can_lock = r->can_lock",
                  ".can_lock = r->can_lock, .added = 7")
        build_library(later, folder / "libtriptych.so.0")

        done = subprocess.run([program, self.stream()], text=True, capture_output=True,
                              timeout=PATIENCE, check=False,
                              env=os.environ | {"LD_LIBRARY_PATH": str(folder)})
        self.assertEqual((done.stdout, done.stderr), ("added: 7\n", ""))
        self.assertEqual(done.returncode, 0)


if __name__ == "__main__" and sys.argv[1:] == ["--describe"]:
    with tempfile.TemporaryDirectory() as scratch:
        shutil.copy(describe(pathlib.Path(scratch)), DESCRIPTION)
