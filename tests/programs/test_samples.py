# SPDX-License-Identifier: MIT
"""The samples as users run them: compiled by the line at their top."""
import functools
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import unittest

from programs import BUILD, PATIENCE, SOURCE, ProgramTest, ipc_table, tool, wait_until
from screen import Screen

SYSV_KEY = 0x73797376  # as in samples/sysv.h


def introspected(what):
    done = subprocess.run([tool("meson"), "introspect", what, BUILD], check=True, capture_output=True)
    return json.loads(done.stdout)


@functools.lru_cache(maxsize=None)
def sanitized_compiler():
    """The compiler and the flags of a sanitized build, whose library wants sanitized programs; "" of
    any other."""
    [option] = [one for one in introspected("--buildoptions") if one["name"] == "b_sanitize"]
    if option["value"] == "none":
        return ""
    [library] = [one for one in introspected("--targets")
                 if (one["name"], one["type"]) == ("triptych", "shared library")]
    compiler = library["target_sources"][0]["compiler"][-1]
    return f"{compiler} -g -fsanitize={option['value']}"


def python_environment():
    """For Python with the module and the library of this build."""
    env = os.environ | {"PYTHONPATH": str(SOURCE / "plugins" / "python"),
                        "TRIPTYCH_LIBRARY": str(BUILD / "common" / "libtriptych.so.0")}
    compiler, *flags = sanitized_compiler().split() or [""]
    if any("address" in flag for flag in flags):  # the sanitizer must be loaded first
        names = ("libasan.so", "libstdc++.so")
        loaded = [subprocess.run([compiler, f"-print-file-name={name}"], check=True, text=True,
                                 capture_output=True).stdout.strip() for name in names]
        env |= {"LD_PRELOAD": " ".join(loaded), "PYTHONMALLOC": "malloc",
                "ASAN_OPTIONS": "detect_leaks=0:verify_asan_link_order=0"}
    return env


class SampleTest(ProgramTest):
    def compile(self, folder, sample, **environment):
        """Compiles with the command printed in the comment of the sample."""
        text = (SOURCE / "samples" / f"{sample}.c").read_text(encoding="utf-8")
        command = re.search(r"^ \*   (cc .*?) &&", text, re.MULTILINE)[1]
        if "pkg-config" in command and sanitized_compiler():
            command = command.replace("cc", sanitized_compiler(), 1)
        env = " ".join(f"{key}={shlex.quote(str(value))}" for key, value in environment.items())
        subprocess.run(["sh", "-c", f"export {env}; {command}" if env else command], cwd=folder,
                       check=True, timeout=PATIENCE * 4)
        return str(folder / sample)

    def read_lines(self, process, count):
        """Returns the next lines on stdout of a program that flushes each."""
        return [process.stdout.readline().decode().strip() for _ in range(count)]


class All(unittest.TestCase):
    def test_every_sample_is_run_by_a_test(self):
        # parts of samples, and the setup of tests/run
        others = {"meson.build", "packages", "sysv.h", "common.py", "setup.sh"}
        samples = {path.name for path in (SOURCE / "samples").rglob("*")
                   if path.is_file() and "__pycache__" not in path.parts} - others
        tests = "".join(path.read_text(encoding="utf-8")
                        for path in (SOURCE / "tests").rglob("test_*.py"))
        quoted = {name for name in samples
                  if f'"{name.removesuffix(".c")}"' in tests or f'/{name}"' in tests}
        self.assertEqual(samples - quoted, set())


class OnTheLibrary(SampleTest):
    def setUp(self):
        super().setUp()
        self.here = self.folder()
        root = self.here / "root"
        subprocess.run([tool("meson"), "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir",
                        root], check=True, timeout=PATIENCE * 4, stdout=subprocess.DEVNULL)
        [package] = root.rglob("triptych.pc")
        [library] = root.rglob("libtriptych.so")
        self.found = {"PKG_CONFIG_PATH": package.parent, "PKG_CONFIG_SYSROOT_DIR": root,
                      "LD_RUN_PATH": library.parent}
        for source in (SOURCE / "samples").glob("*.[ch]"):
            shutil.copy(source, self.here)

    def test_samples_compile_against_the_installed_library(self):
        name = self.stream()
        text = (self.here / "write.c").read_text(encoding="utf-8")
        # a unique name: the sample may be running on this machine
        (self.here / "write.c").write_text(text.replace('"sample"', f'"{name}"'), encoding="utf-8")
        write = self.compile(self.here, "write", **self.found)
        read = self.compile(self.here, "read", **self.found)

        reader = self.start(read, name)
        writer = self.start(write)
        while not (line := reader.stdout.readline().decode()).startswith("frame"):
            self.assertEqual(line.strip(), "waiting")
        number, brightness = re.fullmatch(r"frame (\d+): brightness ([\d.]+)\n", line).groups()
        self.assertEqual(float(brightness), (int(number) - 1) % 256)

        writer.send_signal(signal.SIGINT)
        self.assertEqual(writer.wait(PATIENCE), 0, writer.stderr.read())

    def capture(self):
        """A stream of 50 frames a second."""
        name = self.stream()
        capture = self.start("triptych-capture", "--quiet", "--name", name, "--size", "64x64", "--rate",
                             "50")
        self.wait_for_stream(name, capture)
        return name

    def test_epoll_sample_prints_frames_until_enter_is_pressed(self):
        epoll = self.start(self.compile(self.here, "epoll", **self.found), self.capture(),
                           stdin=subprocess.PIPE)
        numbers = [int(re.fullmatch(r"frame (\d+): \d+ us old", line)[1])
                   for line in self.read_lines(epoll, 10)]
        self.assertEqual(numbers, sorted(set(numbers)))
        epoll.stdin.write(b"\n")
        epoll.stdin.flush()
        self.assertEqual(epoll.wait(PATIENCE), 0)

    def compile_with(self, sample, package):
        """Compiles a sample that needs another library, too."""
        flags = subprocess.run([tool("pkg-config"), "--cflags-only-I", package], check=False,
                               text=True, capture_output=True, timeout=PATIENCE)
        if flags.returncode != 0:
            self.skipTest(f"{package} is not installed")
        # The sysroot of the installed library applies to that one's folders as well.
        folders = ":".join(flag.removeprefix("-I") for flag in flags.stdout.split())
        return self.compile(self.here, sample, **self.found, C_INCLUDE_PATH=folders)

    def assert_prints_the_rate_until_interrupted(self, sample):
        process = self.start(sample, self.capture())
        self.read_lines(process, 1)
        [line] = self.read_lines(process, 1)
        self.assertGreater(int(re.fullmatch(r"(\d+) frames a second", line)[1]), 0)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(PATIENCE), 0, process.stderr.read())

    def test_glib_sample_prints_the_rate_until_interrupted(self):
        self.assert_prints_the_rate_until_interrupted(self.compile_with("glib", "glib-2.0"))

    def test_libuv_sample_prints_the_rate_until_interrupted(self):
        self.assert_prints_the_rate_until_interrupted(self.compile_with("libuv", "libuv"))

    def test_sdl_sample_shows_frames_until_its_window_is_closed(self):
        screen = Screen(managed=True)
        self.addCleanup(screen.close)
        name = self.stream()
        capture = self.start("triptych-capture", "--quiet", "--name", name, "--format", "YUYV",
                             "pattern:smpte")
        self.wait_for_stream(name, capture)
        sdl = self.start(self.compile_with("sdl", "sdl2"), name,
                         env=screen.environment | {"SDL_RENDER_DRIVER": "software"})
        window = screen.window_of(sdl)
        window.picture_when(lambda picture: len({picture.at(x, 100) for x in range(0, 640, 10)}) > 6,
                            "seven bars")
        capture.send_signal(signal.SIGINT)
        self.assertEqual(capture.wait(PATIENCE), 0)
        window.press("alt+F4")
        self.assertEqual(sdl.wait(PATIENCE), 0, sdl.stderr.read())

    def test_async_sample_prints_streams_that_appear(self):
        sample = self.start(tool("python3"), SOURCE / "samples" / "async.py", env=python_environment())
        name = self.capture()
        while not (line := sample.stdout.readline().decode()).startswith(name):
            self.assertIn("frames a second", line)
        sample.send_signal(signal.SIGINT)
        self.assertEqual(sample.wait(PATIENCE), 0, sample.stderr.read())


class OnBareSystemV(SampleTest):
    """These share one key of the machine, so all of it is one test."""

    def objects(self):
        return [row for kind in ("shm", "sem") for row in ipc_table(kind) if row["key"] == SYSV_KEY]

    def test_samples_start_die_and_restart_in_any_order(self):
        if self.objects():
            self.skipTest("samples/sysv-write runs on this machine")
        here = self.folder()
        for source in (SOURCE / "samples").glob("sysv*.[ch]"):
            shutil.copy(source, here)
        write, read = self.compile(here, "sysv-write"), self.compile(here, "sysv-read")

        reader = self.start(read)
        writer = self.start(write)
        last = 0
        for _ in range(3):
            for line in self.read_lines(reader, 5):
                number, brightness = re.fullmatch(
                    r"frame (\d+): brightness (\d+), 0 pixels differ", line).groups()
                self.assertEqual(int(brightness), int(number) % 256)
                # a new reader starts with the frame that the dead writer left
                self.assertGreaterEqual(int(number), last)
                last = int(number)
            writer.kill()
            writer.wait()
            reader.kill()
            writer, reader = self.start(write), self.start(read)

        self.read_lines(reader, 1)  # both sides are up
        second = self.run_to_end(write)
        self.assert_refused(second, 1, "there is a writer already")

        reader.terminate()
        self.assertEqual(reader.wait(PATIENCE), 0)
        writer.terminate()
        self.assertEqual(writer.wait(PATIENCE), 0)
        wait_until(lambda: not self.objects(), "the kernel frees the last attachment")


if __name__ == "__main__":
    unittest.main()
