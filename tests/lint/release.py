# SPDX-License-Identifier: MIT
"""What a release consists of agrees: docs/releasing.md lists the rest."""

import pathlib
import re
import shutil
import tempfile
import unittest

from sources import BUILD, SOURCE, files, run, text

# File, and the pattern whose group is the version; the first match counts.
PLACES = {
    "CHANGELOG.md": r"^## (\S+) - \d{4}-\d\d-\d\d$",
    "debian/changelog": r"^triptych \((\S+)\)",
    "docs/packaging/PKGBUILD": r"^pkgver=(\S+)$",
    "docs/packaging/triptych.spec": r"^Version: +(\S+)$",
    "docs/packaging/triptych.wrap": r"^directory = triptych-(\S+)$",
    "plugins/python/pyproject.toml": r'^version = "(\S+)"$',
    "plugins/python/triptych/_library.py": r'^VERSION = "(\S+)"',
}


def version(path, pattern):
    match = re.search(pattern, text(path), re.MULTILINE)
    return match and match[1]


VERSION = version("meson.build", r"^  version: '(\S+)',$")


class Release(unittest.TestCase):
    def test_files_with_a_version_have_the_one_of_meson(self):
        self.assertRegex(VERSION, r"^\d+\.\d+\.\d+$")
        self.assertEqual({path: version(path, pattern) for path, pattern in PLACES.items()},
                         dict.fromkeys(PLACES, VERSION))

    def test_wrap_file_names_one_version_only(self):
        named = re.findall(r"triptych-(\d\S*?)(?:\.tar\.xz)?$", text("docs/packaging/triptych.wrap"),
                           re.MULTILINE)
        self.assertEqual(set(named), {VERSION})

    def test_python_module_is_typed_throughout(self):
        modules = files("plugins/python/triptych/*.py")
        self.assertGreater(len(modules), 5)
        output, status = run("mypy", "--strict", "--cache-dir=/dev/null", *modules)
        self.assertEqual(status, 0, output)

    def test_wheel_of_the_python_module_finds_the_library(self):
        with tempfile.TemporaryDirectory(prefix="triptych-test-") as folder:
            # pip builds in the source folder and leaves its files there
            shutil.copytree(SOURCE / "plugins/python", f"{folder}/python")
            output, status = run("/usr/bin/python3", "-m", "pip", "wheel", "--quiet", "--no-deps",
                                 "--no-index", "--no-build-isolation", "--wheel-dir", folder,
                                 f"{folder}/python")
            self.assertEqual(status, 0, output)
            [wheel] = pathlib.Path(folder).glob("*.whl")
            program = "import triptych; print(triptych.__version__)"
            output, status = run("/usr/bin/python3", "-c", program,
                                 env={"PYTHONPATH": str(wheel),
                                      "TRIPTYCH_LIBRARY": str(BUILD / "common/libtriptych.so.0")})
            self.assertEqual((output.strip(), status), (VERSION, 0))
