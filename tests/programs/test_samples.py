# SPDX-License-Identifier: MIT
"""The samples as users run them: compiled by the line at their top."""
import os
import re
import shlex
import shutil
import signal
import subprocess
import unittest

from programs import (BUILD, PATIENCE, SOURCE, ProgramTest, ipc_table, is_sanitized, tool,
                      wait_until)

SYSV_KEY = 0x73797376  # as in samples/sysv.h


class SampleTest(ProgramTest):
    def compile(self, folder, sample, **environment):
        """Compiles with the command printed in the comment of the sample."""
        text = (SOURCE / "samples" / f"{sample}.c").read_text(encoding="utf-8")
        command = re.search(r"^ \*   (cc .*?) &&", text, re.MULTILINE)[1]
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
        if is_sanitized():
            self.skipTest("a sanitized library wants sanitized programs, which these are not")
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

    def test_glib_sample_prints_the_rate_until_interrupted(self):
        # The sysroot of the installed library applies to GLib's folders as well.
        flags = subprocess.run([tool("pkg-config"), "--cflags-only-I", "glib-2.0"], check=True,
                               text=True, capture_output=True, timeout=PATIENCE).stdout.split()
        folders = ":".join(flag.removeprefix("-I") for flag in flags)
        sample = self.compile(self.here, "glib", **self.found, C_INCLUDE_PATH=folders)
        glib = self.start(sample, self.capture())
        self.read_lines(glib, 1)
        [line] = self.read_lines(glib, 1)
        self.assertGreater(int(re.fullmatch(r"(\d+) frames a second", line)[1]), 0)
        glib.send_signal(signal.SIGINT)
        self.assertEqual(glib.wait(PATIENCE), 0)

    def test_async_sample_prints_streams_that_come(self):
        sample = self.start(tool("python3"), SOURCE / "samples" / "async.py", env=os.environ | {
            "PYTHONPATH": str(SOURCE / "plugins" / "python"),
            "TRIPTYCH_LIBRARY": str(BUILD / "common" / "libtriptych.so.0")})
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
            self.skipTest("somebody runs samples/sysv-write on this machine")
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
