# SPDX-License-Identifier: MIT
"""clang-tidy and cppcheck over the compiled files, folder by folder."""

import concurrent.futures
import json
import os
import unittest

from sources import BUILD, FOLDERS, SOURCE, run


# declarations of GObject and OBS, which end without a semicolon
MACROS = [f"-D{name}=" for name in (
    "G_DECLARE_FINAL_TYPE(a,b,c,d,e)", "G_DEFINE_TYPE(a,b,c)", "G_DEFINE_ABSTRACT_TYPE(a,b,c)",
    "G_DEFINE_AUTOPTR_CLEANUP_FUNC(a,b)", "G_DEFINE_TYPE_WITH_CODE(a,b,c,d)",
    "G_GNUC_PRINTF(a,b)", "OBS_DECLARE_MODULE()")]


# The analyzer's limit of states per function. Its default of 225,000 takes twice as long.
DEPTH = tuple(f"--extra-arg={word}" for word in (
    "-Xclang", "-analyzer-config", "-Xclang", "max-nodes=50000"))


def compiled():
    """Sources of the build, from the top of the tree."""
    with open(BUILD / "compile_commands.json", encoding="utf-8") as database:
        entries = json.load(database)
    paths = {os.path.realpath(os.path.join(entry["directory"], entry["file"])) for entry in entries}
    inside = {os.path.relpath(path, SOURCE) for path in paths if path.endswith(".c")}
    return sorted(path for path in inside if path.startswith(FOLDERS))


def tidy(path):
    # clang does not know gcc's own warnings, which do not matter here
    return path, run("clang-tidy", "--quiet", "-p", str(BUILD), *DEPTH,
                     "--extra-arg=-Wno-unknown-warning-option", path)


class ClangTidy(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            cls.found = dict(pool.map(tidy, compiled()))


def finds_nothing_in(folder):
    def case(self):
        said = "".join(output for path, (output, status) in self.found.items()
                       if path.startswith(folder + "/") and status)
        # the notes show the path to it: clang-tidy -p BUILD FILE prints them
        errors = [line for line in said.splitlines() if ": error: " in line]
        if said:
            self.fail("\n".join(errors or [said]))
    return case


for name in FOLDERS:
    setattr(ClangTidy, f"test_clang_tidy_finds_nothing_in_{name}", finds_nothing_in(name))


class Cppcheck(unittest.TestCase):
    def test_cppcheck_finds_nothing(self):
        output, status = run(
            "cppcheck", "--quiet", f"-j{os.cpu_count()}", "--enable=warning,performance,portability",
            "--inline-suppr", "--error-exitcode=1", "--std=c11",
            "--suppressions-list=tests/lint/cppcheck.supp", "-Icommon/include", "-Icommon", "-I.",
            f"-I{BUILD / 'display/dump'}", f"-I{BUILD / 'capture'}",  # generated lists
            "-D__GNUC__", "-D_GNU_SOURCE", *MACROS, *compiled())
        self.assertEqual(status, 0, output)
