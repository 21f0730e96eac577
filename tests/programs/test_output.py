# SPDX-License-Identifier: MIT
"""A stdout that fails: a full device, a closed pipe. Colours on a terminal."""
import os
import select
import unittest

from programs import PATIENCE, ProgramTest, built, tool

PIPE = "broken pipe: its reader has ended"
FULL = "No space left on device"


class Output(ProgramTest):
    def setUp(self):
        super().setUp()
        self.name = self.stream()
        writer = self.start("triptych-capture", "-q", "-n", self.name, "-s", "64x48", "-r", "50",
                            "pattern:black")
        self.wait_for_stream(self.name, writer)

    def assert_reported(self, program, *args):
        """Whichever way stdout fails, the program ends by itself with status 1 and a reason."""
        with open("/dev/full", "wb") as full:
            done = self.run_to_end(program, *args, stdout=full)
        self.assert_refused(done, 1, FULL)
        reading, writing = os.pipe()
        os.close(reading)
        with open(writing, "wb") as pipe:
            done = self.run_to_end(program, *args, stdout=pipe)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stderr, f"{PIPE}|Broken pipe")

    def test_info_reports_a_failing_stdout(self):
        for args in (["list"], ["show", self.name], ["list", "--json"],
                     ["show", "--json", self.name]):
            with self.subTest(args=args):
                self.assert_reported("triptych-info", *args)

    def test_info_clean_reports_a_failing_stdout(self):
        if os.geteuid() != 0:
            self.skipTest("an IPC namespace of its own needs root")
        info = built("triptych-info")
        script = (f"{built('triptych-capture')} -q -s 64x48 pattern:black & writer=$!; "
                  f"until {info} show >&2; do sleep 0.05; done 2>/dev/null; "
                  f"{info} clean --json; status=$?; kill $writer; wait $writer; exit $status")
        self.assert_reported(tool("unshare"), "--ipc", "/bin/sh", "-c", script)  # no other streams

    def test_info_watch_fails_on_a_full_disk(self):
        for args in (["watch", "-i", "0.05"], ["watch", "--json", "-i", "0.05"]):
            with self.subTest(args=args):
                self.assert_reported("triptych-info", *args)

    def test_help_reports_a_failing_stdout(self):
        for program in ("triptych-info", "triptych-capture", "triptych-dump"):
            with self.subTest(program=program), open("/dev/full", "wb") as full:
                self.assert_refused(self.run_to_end(program, "--help", stdout=full), 1, FULL)

    def test_summary_reports_a_failing_stdout(self):
        self.assert_reported("triptych-capture", "--json", "-n", self.stream(), "--count", 2, "-r", 0,
                         "pattern:black")
        self.assert_reported("triptych-dump", "--stats", "--json", "--count", 2, self.name)
        self.assert_reported("triptych-dump", "--stats", "--count", 2, self.name)
        self.assert_reported("triptych-dump", "--clock", "--count", 2, self.name)
        self.assert_reported("triptych-display", "--headless", "--json", "--count", 2, self.name)

    def test_closed_stdout_ends_an_endless_run(self):
        self.assert_reported("triptych-dump", "--stats", self.name)
        self.assert_reported("triptych-dump", "--stats", "--json", self.name)
        self.assert_reported("triptych-display", "--headless", self.name)

    def test_messages_never_reach_a_file_through_closed_descriptors(self):
        video = self.folder() / "video.y4m"
        self.run_to_end("/bin/sh", "-c", 'exec "$@" >&- 2>&-', "sh", built("triptych-dump"), "-v",
                        "--json", "--count", 2, "-o", video, self.name)
        sizes = [len(part) for part in video.read_bytes().split(b"FRAME\n")[1:]]
        self.assertEqual(sizes, [64 * 48 * 2] * 2)

    def test_dump_reports_a_failing_stdout(self):
        for form in ("raw", "y4m", "png"):
            with self.subTest(form=form):
                self.assert_reported("triptych-dump", "--to", form, "-o", "-", "--count", 1, self.name)

    def test_dump_reports_the_largest_file_size(self):
        path = self.folder() / "video.y4m"
        done = self.run_to_end(tool("prlimit"), "--fsize=20000", built("triptych-dump"), "-o", path,
                               self.name)
        self.assert_refused(done, 1, "File too large", "ulimit -f")


class Blocked(ProgramTest):
    """A full pipe: frames continue; a line during the run is lost, the last one is not."""

    def full_pipe(self):
        """The writing end of a full pipe."""
        reading, writing = os.pipe()
        self.addCleanup(os.close, reading)
        os.set_blocking(writing, False)
        for size in (4096, 1):
            try:
                while True:
                    os.write(writing, bytes(size))
            except BlockingIOError:
                pass
        os.set_blocking(writing, True)
        return writing

    def start_blocked(self, program, *args, **streams):
        process = self.start(program, *args, **streams)
        for its in streams.values():
            os.close(its)
        return process

    def assert_frames_come(self, name):
        done = self.run_to_end("triptych-dump", "-q", "--stats", "--count", 250, name)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_frames_continue_while_the_pipe_is_full(self):
        name = self.stream()
        self.start_blocked("triptych-capture", "-v", "-n", name, "-s", "64x48", "-r", "100",
                           "pattern:black", stderr=self.full_pipe())
        self.assert_frames_come(name)
        for program, *args in (("triptych-display", "--headless"), ("triptych-dump", "--stats"),
                               ("triptych-dump", "--stats", "--json")):
            with self.subTest(program=program, args=args):
                # stderr gets a message after all frames and before the summary on stdout.
                reader = self.start_blocked(program, *args, "--count", 250, "--expect-fps", "100000",
                                            name, stdout=self.full_pipe())
                self.assertTrue(select.select([reader.stderr], [], [], PATIENCE)[0])
                self.assertIn(b"error expect", reader.stderr.readline())
                reader.kill()  # it waits to print its summary

    def test_frames_continue_after_ctrl_s_on_the_terminal(self):
        name = self.stream()
        ours, its = os.openpty()
        self.addCleanup(os.close, ours)
        os.write(ours, b"\x13")
        self.start_blocked("triptych-capture", "-v", "-n", name, "-s", "64x48", "-r", "100",
                           "pattern:black", stderr=its)
        self.assert_frames_come(name)
        os.write(ours, b"\x11")
        said = b""
        while b" fps, " not in said:
            said += os.read(ours, 4096)


class Colours(ProgramTest):
    def said(self, **environment):
        """Messages of a failing program on its own terminal."""
        ours, its = os.openpty()
        self.addCleanup(os.close, ours)
        plain = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "TERM")}
        done = self.run_to_end("triptych-info", "show", self.stream(), stderr=its,
                               env=plain | environment)
        os.close(its)
        self.assertEqual(done.returncode, 1)
        text = os.read(ours, 4096).decode()
        self.assertIn("no such stream", text)
        return text

    def test_errors_are_coloured_on_terminals_unless_disabled(self):
        self.assertIn("\033[31m", self.said(TERM="xterm"))
        self.assertIn("\033[31m", self.said(TERM="xterm", NO_COLOR=""))
        for environment in ({"TERM": "xterm", "NO_COLOR": "1"}, {"TERM": "dumb"}, {}):
            self.assertNotIn("\033", self.said(**environment))


if __name__ == "__main__":
    unittest.main()
