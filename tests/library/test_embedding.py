# SPDX-License-Identifier: MIT
"""The library as a part of other projects: by pkg-config, as a meson subproject, with another libc."""
import json
import os
import pathlib
import subprocess
import unittest

from programs import BUILD, PATIENCE, SOURCE, ProgramTest, tool
from test_abi import PROGRAM, compile_c

PARENT = """
project('parent', 'c')
executable('parent', 'parent.c',
  dependencies: dependency('triptych', fallback: ['triptych', 'triptych_dep']))
"""
# what the library needs beyond libc, in /usr/include
BEYOND_LIBC = ("xxhash.h", "xxh3.h", "linux", "asm-generic")


class Embedding(ProgramTest):
    def expect_to_run(self, program, **environment):
        done = subprocess.run([program, self.stream()], text=True, capture_output=True,
                              timeout=PATIENCE, check=False, env=os.environ | environment)
        self.assertEqual((done.stdout, done.stderr, done.returncode), ("added: 0\n", "", 0))

    def test_subproject_configures_the_library_alone(self):
        parent = self.folder()
        (parent / "subprojects").mkdir()
        (parent / "subprojects/triptych").symlink_to(SOURCE)
        (parent / "meson.build").write_text(PARENT, encoding="utf-8")
        (parent / "parent.c").write_text(PROGRAM, encoding="utf-8")
        environment = os.environ | {"PKG_CONFIG_LIBDIR": self.only("libxxhash.pc")}
        done = subprocess.run([tool("meson"), "setup", parent / "build", parent], text=True,
                              capture_output=True, timeout=PATIENCE, check=False, env=environment)
        self.assertEqual(done.returncode, 0, done.stdout)
        subprocess.run([tool("ninja"), "-C", parent / "build"], check=True, timeout=PATIENCE * 2,
                       stdout=subprocess.DEVNULL)
        targets = subprocess.run([tool("meson"), "introspect", "--targets", parent / "build"],
                                 check=True, capture_output=True, timeout=PATIENCE).stdout
        self.assertEqual({target["name"] for target in json.loads(targets)}, {"parent", "triptych"})
        self.expect_to_run(parent / "build/parent")

    def only(self, *packages):
        """Returns a folder for PKG_CONFIG_LIBDIR with nothing but these files of the system."""
        folder = self.folder()
        path = subprocess.run([tool("pkg-config"), "--variable", "pc_path", "pkg-config"], text=True,
                              check=True, capture_output=True, timeout=PATIENCE).stdout.strip()
        for package in packages:
            found = [pathlib.Path(part, package) for part in path.split(":")
                     if pathlib.Path(part, package).exists()]
            if not found:
                self.skipTest(f"{package} is not installed")
            (folder / package).symlink_to(found[0])
        return str(folder)

    def test_pkg_config_needs_no_other_package(self):
        for mode in ([], ["--static"]):
            done = subprocess.run([tool("pkg-config"), "--cflags", "--libs", *mode, "triptych"],
                                  text=True, capture_output=True, timeout=PATIENCE, check=False,
                                  env=os.environ | {"PKG_CONFIG_LIBDIR": str(BUILD / "meson-private")})
            self.assertEqual((done.stderr, done.returncode), ("", 0))
            self.assertIn("-ltriptych", done.stdout.split())

    def test_library_runs_on_musl(self):
        folder = self.folder()
        headers = folder / "headers"
        headers.mkdir()
        multiarch = next(pathlib.Path("/usr/include").glob("*-linux-gnu/asm"), None)
        for header in (*(pathlib.Path("/usr/include", name) for name in BEYOND_LIBC), multiarch):
            if header and header.exists():
                (headers / header.name).symlink_to(header)
        compile_c("-xc", "-", "-xc", *sorted((SOURCE / "common/src").glob("*.c")), "-Wall", "-Wextra",
                  "-Werror", "-I", SOURCE / "common/include", "-I", BUILD / "common/include",
                  "-isystem", headers, "-static", "-o", folder / "program",
                  input=PROGRAM.encode(), compiler="musl-gcc")
        self.expect_to_run(folder / "program")


if __name__ == "__main__":
    unittest.main()
