# SPDX-License-Identifier: MIT
"""The library's interface: headers compile alone, and exported symbols have its prefix."""

import ctypes
import re
import unittest

from sources import BUILD, SOURCE, files, run

PUBLIC = "common/include/triptych/"
LIBRARY = BUILD / "common" / "libtriptych.so"
STRICT = ("-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only",
          f"-I{BUILD}/common/include", "-Icommon/include")
LANGUAGES = {"c11": ("gcc", "-std=c11", "-xc"), "c++17": ("g++", "-std=c++17", "-xc++"),
             "c11 of clang": ("clang", "-std=c11", "-xc"),
             "c++17 of clang": ("clang++", "-std=c++17", "-xc++")}

# Functions with results in static memory, shared by all threads, see attributes(7).
SHARED_ANSWERS = {"asctime", "ctime", "getgrent", "getgrgid", "getgrnam", "getpwent", "getpwnam",
                  "getpwuid", "gmtime", "localtime", "strtok", "ttyname"}


class Headers(unittest.TestCase):
    def compile_each_alone(self, language):
        refused = {}
        for header in files(PUBLIC + "*.h"):
            # for headers without a declaration: strict C requires one in each file
            program = f"#include <{header.removeprefix('common/include/')}>\nextern int declared;\n"
            output, status = run(*LANGUAGES[language], *STRICT, "-", input=program)
            if status:
                refused[header] = output
        if refused:
            self.fail("\n".join(refused.values()))

    def test_each_public_header_compiles_alone_as_c11(self):
        self.compile_each_alone("c11")
        self.compile_each_alone("c11 of clang")

    def test_each_public_header_compiles_alone_as_cpp17(self):
        self.compile_each_alone("c++17")
        self.compile_each_alone("c++17 of clang")

    def test_each_header_of_the_programs_includes_what_it_needs(self):
        refused = {}
        for header in files("common/*.h", "capture/*.h", "display/*.h"):
            places = ("-Icommon", "-Icommon/src", "-Icapture", "-Idisplay/viewer",
                      f"-I{SOURCE}", f"-I{BUILD / 'display/dump'}")
            output, status = run("gcc", "-std=gnu11", "-D_GNU_SOURCE", "-xc", *STRICT[-3:], *places,
                                 "-", input=f'#include "{header}"\n')
            if status:
                refused[header] = output
        if refused:
            self.fail("\n".join(refused.values()))


class Symbols(unittest.TestCase):
    def symbols(self, which):
        output, status = run("nm", "--dynamic", which, "--format=posix", str(LIBRARY))
        self.assertEqual(status, 0, output)
        symbols = [line.split() for line in output.splitlines()]
        # absolute symbols are the version nodes themselves
        return {symbol[0].split("@")[0] for symbol in symbols if symbol[1] != "A"}

    def exported(self):
        return self.symbols("--defined-only")

    def test_library_exports_public_names_only(self):
        self.assertEqual({name for name in self.exported() if not name.startswith("tri_")}, set())

    def test_exported_symbols_carry_the_version_node_of_the_map(self):
        output, status = run("readelf", "--wide", "--dyn-syms", str(LIBRARY))
        self.assertEqual(status, 0, output)
        defined = re.findall(r"(?:FUNC|OBJECT) +GLOBAL +DEFAULT +\d+ (tri_\S+)", output)
        self.assertNotEqual(defined, [])
        self.assertEqual([name for name in defined if not name.endswith("@@TRIPTYCH_0")], [])

    def test_library_reports_the_version_of_its_headers(self):
        library = ctypes.CDLL(str(LIBRARY))
        library.tri_version_string.restype = ctypes.c_char_p
        text = (BUILD / "common/include/triptych/version.h").read_text(encoding="utf-8")
        parts = [int(number) for number in re.findall(r"_M(?:AJOR|INOR|ICRO) +(\d+)\n", text)]
        self.assertEqual(library.tri_version_string().decode(), ".".join(map(str, parts)))
        self.assertEqual(library.tri_version(), parts[0] << 20 | parts[1] << 10 | parts[2])

    def test_library_calls_no_function_with_static_results(self):
        called = self.symbols("--undefined-only")
        self.assertIn("semop", called)
        self.assertEqual(called & SHARED_ANSWERS, set())

    def test_every_function_of_the_headers_is_exported(self):
        declared = set()
        for header in files(PUBLIC + "*.h*"):
            text = (SOURCE / header).read_text(encoding="utf-8")
            declared |= set(re.findall(r"TRI_API[^;(]*?\b(tri_\w+)\(", text))
        self.assertEqual(declared ^ self.exported(), set())

    def test_debian_symbols_file_lists_the_exported_functions(self):
        text = (SOURCE / "debian" / "libtriptych0.symbols").read_text(encoding="utf-8")
        listed = set(re.findall(r"^ (tri_\w+)@TRIPTYCH_0 ", text, re.MULTILINE))
        self.assertEqual(listed ^ self.exported(), set())
