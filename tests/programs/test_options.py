# SPDX-License-Identifier: MIT
"""meson's options: a disabled part disables nothing else, and the summary lists it."""
import functools
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from programs import PATIENCE, SOURCE, tool

# Option: the summary line that changes to NO, and the prefix of its targets' names.
LEFT_OUT = {
    "gstreamer": ("GStreamer plugin", ("gsttriptych", "triptych-gst", "gst_", "test_gst", "pipe")),
    "obs": ("OBS plugin", ("triptych", "test_obs")),
    "python": ("Python module", ()),
    "convert": ("triptych-convert", ("triptych-convert", "convert", "test_fit", "test_rate_limit",
                                     "man-triptych-convert")),
    "man": ("Manual pages", ("man-",)),
    "screen": ("screens", ("screen", "x-painter")),
    "v4l2": ("cameras", ("camera", "scripted_camera", "test_device")),
}


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          timeout=PATIENCE * 8, check=False, **options)
    if done.returncode:
        raise AssertionError(f"{command}: {done.stdout[-3000:]}{done.stderr}")
    return done.stdout


def set_up(folder, *options, environment=None):
    """Configures a build. Returns the summary's values, and the targets as (name, type)."""
    said = run(tool("meson"), "setup", folder, SOURCE, *options,
               env=os.environ | (environment or {}))
    summary = dict(re.findall(r"^    (\S.*?) *: (YES|NO)$", said, re.MULTILINE))
    targets = json.loads((folder / "meson-info/intro-targets.json").read_text())
    return summary, {(target["name"], target["type"]) for target in targets}


class Options(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="triptych-test-"))
        self.addCleanup(shutil.rmtree, self.folder)

    @staticmethod
    @functools.lru_cache
    def _whole():
        folder = pathlib.Path(tempfile.mkdtemp(prefix="triptych-test-"))
        try:
            return set_up(folder)
        finally:
            shutil.rmtree(folder)

    def _assert_only_gone(self, option, summary, targets):
        line, beginnings = LEFT_OUT[option]
        had, all_targets = self._whole()
        if had[line] == "NO":
            self.skipTest(f"no {line} on this machine anyway")
        self.assertEqual(summary, had | {line: "NO"})
        self.assertEqual(targets - all_targets, set())
        gone = {name for name, _ in all_targets - targets}
        self.assertEqual({name for name in gone if not name.startswith(beginnings)}, set())
        self.assertEqual(bool(gone), bool(beginnings))

    def test_option_disables_only_its_part(self):
        for option in LEFT_OUT:
            with self.subTest(option=option):
                self._assert_only_gone(
                    option, *set_up(self.folder / option, f"-D{option}=disabled"))

    def test_missing_package_disables_only_its_part(self):
        paths = run(tool("pkg-config"), "--variable=pc_path", "pkg-config").strip().split(":")
        for option, package in (("gstreamer", "gstreamer-video-1.0"), ("v4l2", "libv4lconvert")):
            with self.subTest(package=package):
                others = self.folder / package
                others.mkdir()
                for path in [path for folder in paths for path in pathlib.Path(folder).glob("*.pc")]:
                    if path.stem != package and not (others / path.name).exists():
                        (others / path.name).symlink_to(path)
                self._assert_only_gone(option, *set_up(
                    self.folder / option, environment={"PKG_CONFIG_LIBDIR": str(others)}))

    def test_library_alone_needs_a_compiler_libc_and_xxhash(self):
        build, packages = self.folder / "alone", self.folder / "one-package"
        packages.mkdir()
        found = run(tool("pkg-config"), "--variable=pcfiledir", "libxxhash").strip()
        (packages / "libxxhash.pc").symlink_to(pathlib.Path(found) / "libxxhash.pc")
        _, targets = set_up(build, "--auto-features=disabled", "--werror",
                            environment={"PKG_CONFIG_LIBDIR": str(packages)})
        self.assertEqual({name for name, _ in targets if not name.startswith("sample-")},
                         {"triptych"})
        run(tool("ninja"), "-C", build)
        listed = run(tool("ninja"), "-C", build, "-t", "deps")
        headers = {line.strip() for line in listed.splitlines() if line.startswith("    /")}
        headers = {path for path in headers if not path.startswith(str(SOURCE))}
        self.assertIn("/usr/include/string.h", headers)
        owners = run(tool("dpkg-query"), "--search", *sorted(headers))
        ours = r"libc6-dev|linux-libc-dev|libgcc-|libclang-|libxxhash-dev"
        self.assertEqual({line for line in owners.splitlines() if not re.match(ours, line)}, set())
        needed = run(tool("readelf"), "--dynamic", build / "common/libtriptych.so")
        self.assertEqual(set(re.findall(r"NEEDED.*\[(.*)\]", needed)) - {"ld-linux-x86-64.so.2"},
                         {"libc.so.6"})

    def test_build_without_optional_parts_passes_its_tests(self):
        build = self.folder / "least"
        summary, _ = set_up(build, "--auto-features=disabled", "-Dcapture=enabled",
                            "-Dtests=enabled", "-Dsamples=false", "--werror")
        self.assertEqual({part for part, there in summary.items() if there == "YES"},
                         {"triptych-capture", "Test suite"})
        run(tool("ninja"), "-C", build)
        run(tool("meson"), "test", "-C", build, "--no-rebuild", "--suite", "unit")
        refused = subprocess.run([build / "capture/triptych-capture", "v4l2:/dev/video0"],
                                 capture_output=True, text=True, timeout=PATIENCE, check=False)
        self.assertEqual(refused.returncode, 2, refused.stderr)
        self.assertIn("built without camera support: install libv4l-dev", refused.stderr)


if __name__ == "__main__":
    unittest.main()
