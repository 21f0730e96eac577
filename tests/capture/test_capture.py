# SPDX-License-Identifier: MIT
"""triptych-capture as a program: refusals, ends, messages."""
import os
import re
import signal
import subprocess
import unittest

from pixels import read
from programs import ProgramTest, built, end, ipc_of, last_json, tool, wait_until

DONE, FAILED, NOT_UNDERSTOOD = 0, 1, 2
SHM_LOCKED = 0o2000  # linux/shm.h, among the mode bits in /proc/sysvipc/shm


class Capture(ProgramTest):
    def refused(self, status, words, *args, **options):
        self.assert_refused(self.run_to_end("triptych-capture", *args, **options), status, *words)

    def streaming(self, *args, **options):
        """Starts a capture and waits for a frame. Returns its name and its process."""
        name = self.stream()
        writer = self.start("triptych-capture", "-q", "-n", name, *args, **options)
        self.wait_for_stream(name, writer)
        return name, writer

    def read(self, name, *args):
        """Returns triptych-dump's summary of a stream."""
        done = self.run_to_end("triptych-dump", "--stats", "--json", "--timeout", 60, *args, name)
        self.assertEqual(done.returncode, DONE, done.stderr)
        return last_json(done.stdout)


class BadCommandLine(Capture):
    def test_every_mistake_on_the_command_line_is_named_and_explained(self):
        table = [
            (["--no-such-flag"], ["no-such-flag"]),
            (["-n", "Not A Name"], ["--name", "a-z"]),
            (["-n", "x" * 32], ["--name", "31"]),
            (["-n", ""], ["--name"]),
            (["-s", "640"], ["--size", "WIDTHxHEIGHT"]),
            (["-s", "0x480"], ["--size", "1x1"]),
            (["-s", "640x99999999999999999999"], ["--size", "16384"]),
            (["-s", "-4x4"], ["--size"]),
            (["--resolution", "640x"], ["--resolution"]),
            (["-f", "ABCD"], ["--format", "YUYV"]),
            (["--pixelformat", ""], ["--pixelformat"]),
            (["-r", "fast"], ["--rate", "N/D"]),
            (["-r", "30/0"], ["--rate"]),
            (["-b", "2"], ["3 to 64"]),
            (["-b", "65"], ["3 to 64"]),
            (["--io", "dma"], ["--io", "userptr"]),
            (["-m", "0666"], ["--mode", "all users"]),
            (["-m", "9"], ["--mode", "octal"]),
            (["-m", "0"], ["--mode", "octal"]),
            (["-g", "no-such-group-here"], ["no such group"]),
            (["--count", "many"], ["--count"]),
            (["--reclaim", "4294967.296"], ["--reclaim", "4000000 seconds"]),
            (["--take-back", "0.0001"], ["--reclaim", "0.001"]),
            (["--buffers", "5", "--buffers-max", "4"], ["--buffers-max 4", "--buffers"]),
            (["--jitter", "some"], ["--jitter", "milliseconds"]),
            (["--device-timeout", "soon"], ["--device-timeout"]),
            (["-c", "brightness=1", "pattern:smpte"], ["controls"]),
            (["--list-formats", "pattern:smpte"], ["list"]),
            (["pattern:nothing"], ["nothing", "zone-plate"]),
            (["pattern:solid"], ["RRGGBB"]),
            (["pattern:solid=12345g"], ["RRGGBB"]),
            (["tape:0"], ["tape:0", "pattern:NAME"]),
            (["pattern:smpte", "pattern:ball"], ["one source", "pattern:ball"]),
            (["-d", "/dev/video0", "pattern:ball"], ["one source"]),
            (["y4m:"], ["y4m:FILE"]),
            (["raw:"], ["--size", "--format", "--rate"]),
            (["raw:-", "-s", "4x4"], ["--format"]),
            (["raw:-", "-s", "4x4", "-f", "MJPG"], ["compressed"]),
        ]
        for args, words in table:
            with self.subTest(args=args):
                name = [] if "-n" in args else ["-n", self.stream()]
                self.refused(NOT_UNDERSTOOD, words, *name, *args)

    def test_help_and_version_go_to_stdout_and_succeed(self):
        for flag, words in (("--help", ["pattern:NAME", "zone-plate", "[cam0]", "Exit status"]),
                            ("--version", ["triptych-capture"])):
            done = self.run_to_end("triptych-capture", flag)
            self.assertEqual((done.returncode, done.stderr), (DONE, ""))
            for word in words:
                self.assertIn(word, done.stdout)


class BadSurroundings(Capture):
    def test_second_writer_is_refused_with_the_pid_of_the_first(self):
        name, writer = self.streaming("-s", "64x48")
        self.refused(FAILED, [name, str(writer.pid)], "-n", name)

    def test_missing_device_is_named(self):
        self.refused(FAILED, ["/dev/video-none"], "-n", self.stream(), "-d", "/dev/video-none")

    def test_missing_file_is_named(self):
        for kind in ("y4m", "raw"):
            self.refused(FAILED, ["/no/such/video", "No such file"], "-n", self.stream(),
                         "-s", "4x4", "-f", "GREY", f"{kind}:/no/such/video")

    def test_control_characters_of_a_name_are_escaped(self):
        done = self.run_to_end("triptych-capture", "-n", self.stream(), "y4m:no\nsuch\33[31m\177video")
        self.assertEqual(done.returncode, FAILED)
        self.assertIn("no?such?[31m?video: cannot open", done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_folder_is_refused_as_a_video_file(self):
        self.refused(FAILED, ["directory"], "-n", self.stream(), f"y4m:{self.folder()}")

    def test_exhausted_segments_name_the_limit(self):
        unshare = tool("unshare")
        if subprocess.run([unshare, "--ipc", "true"], capture_output=True).returncode:
            self.skipTest("no IPC namespace of its own for this user")
        script = 'echo 0 > /proc/sys/kernel/shmmni && exec "$@"'
        done = self.run_to_end(unshare, "--ipc", "sh", "-c", script, "sh",
                               built("triptych-capture"), "-n", "cam0")
        self.assert_refused(done, FAILED, "shmmni")

    def test_summary_that_cannot_be_written_is_a_failure(self):
        with open("/dev/full", "w") as full:
            done = self.run_to_end("triptych-capture", "-n", self.stream(), "-s", "64x48", "--json",
                                   "--count", 2, stdout=full)
        self.assert_refused(done, FAILED, "summary", "No space left")


class Ends(Capture):
    def stops_cleanly(self, name, writer, number):
        writer.send_signal(number)
        _, said = writer.communicate(timeout=60)
        self.assertEqual(writer.returncode, DONE, said.decode())
        self.assertEqual(ipc_of(name), ([], []))

    def test_each_signal_ends_capture_without_leftovers(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(signal=number.name):
                self.stops_cleanly(*self.streaming("-s", "64x48"), number)

    def test_slow_rate_does_not_delay_the_end(self):
        self.stops_cleanly(*self.streaming("-s", "64x48", "-r", "1/100"), signal.SIGTERM)

    def test_duration_ends_the_run(self):
        done = self.run_to_end("triptych-capture", "-qn", self.stream(), "--json", "--duration",
                               "0.2", "pattern:ball")
        self.assertEqual(done.returncode, DONE, done.stderr)
        self.assertGreaterEqual(last_json(done.stdout)["duration_s"], 0.2)

    def test_unpaced_stream_ends_too(self):
        self.stops_cleanly(*self.streaming("-s", "64x48", "-r", "0"), signal.SIGINT)

    def test_capture_ends_while_it_waits_for_a_reader(self):
        self.stops_cleanly(*self.streaming("-s", "64x48", "--wait-for-reader"), signal.SIGTERM)

    def test_capture_ends_while_a_pipe_is_silent(self):
        for begun in (b"", b"YUV4MP", b"YUV4MPEG2 W8 H8\n", b"YUV4MPEG2 W8 H8\nFRAME\n12345678"):
            with self.subTest(begun=begun):
                name = self.stream()
                writer = self.start("triptych-capture", "-n", name, "y4m:-", stdin=subprocess.PIPE)
                writer.stdin.write(begun)
                writer.stdin.flush()
                if b"\n" in begun:
                    self.wait_for_stream(name, writer)
                else:
                    wait_until(lambda: self.catches(writer.pid, signal.SIGTERM), "a handler")
                writer.send_signal(signal.SIGTERM)
                self.assertEqual(writer.wait(60), DONE)
                end(writer)

    @staticmethod
    def catches(pid, number):
        with open(f"/proc/{pid}/status") as status:
            caught = next(line for line in status if line.startswith("SigCgt"))
        return int(caught.split()[1], 16) >> (number - 1) & 1

    def test_capture_ends_while_stopped_readers_hold_every_slot(self):
        name, writer = self.streaming("-s", "64x48", "-r", "200")
        readers = [self.start("triptych-dump", "--stats", "--json", name) for _ in range(6)]
        self.wait_for_readers(name, 6)
        for reader in readers:
            reader.send_signal(signal.SIGSTOP)
        self.stops_cleanly(name, writer, signal.SIGTERM)


class Streams(Capture):
    def summary(self, *args):
        done = self.run_to_end("triptych-capture", "-q", "-n", self.stream(), "--json", *args)
        self.assertEqual(done.returncode, DONE, done.stderr)
        return last_json(done.stdout)

    def test_summary_has_every_promised_key(self):
        summary = self.summary("-s", "64x48", "-r", "0", "--count", 10)
        for key in ("name frames fps torn_retried copies format width height dropped.driver "
                    "dropped.writer dropped.reader age_us.p50 age_us.p99 interval_us.p50 "
                    "interval_us.p99").split():
            part = summary
            for word in key.split("."):
                self.assertIn(word, part)
                part = part[word]
        self.assertEqual((summary["frames"], summary["format"], summary["width"]), (10, "YUYV", 64))

    def test_every_format_is_streamed_at_any_size(self):
        help_text = self.run_to_end("triptych-capture", "-f", "?").stderr
        formats = re.findall(r"\b\w{3,4}\b", help_text.split("formats are")[1].split("\n")[0])
        formats = [format for format in formats if format not in ("H264", "HEVC")]  # no encoder
        self.assertGreaterEqual(len(formats), 19)
        for format in formats:
            for size in ("1x1", "101x75"):
                with self.subTest(format=format, size=size):
                    summary = self.summary("-s", size, "-f", format, "-r", "0", "--count", 4)
                    self.assertEqual((summary["frames"], summary["format"].strip()), (4, format))

    def test_aliases_mean_the_same(self):
        for args in (["--resolution", "64x48", "--pixelformat", "YUY2"],
                     ["--video-size", "64x48", "-f", "yuyv422"]):
            summary = self.summary(*args, "-r", "0", "--count", 1)
            self.assertEqual((summary["width"], summary["format"]), (64, "YUYV"))

    def test_frames_are_never_early(self):
        summary = self.summary("-s", "64x48", "-r", "50", "--count", 26)
        self.assertGreaterEqual(summary["duration_s"], 25 / 50)

    def test_each_pattern_is_streamed(self):
        listed = self.run_to_end("triptych-capture", "--help").stdout
        patterns = re.findall(r"^    ([a-z0-9-]+) ", listed, re.MULTILINE)
        self.assertIn("clock", patterns)
        for pattern in patterns:
            with self.subTest(pattern=pattern):
                arg = "=336699" if pattern == "solid" else ""
                summary = self.summary("-s", "64x48", "-r", "0", "--count", 5,
                                       f"pattern:{pattern}{arg}")
                self.assertEqual(summary["frames"], 5)

    def test_reader_finds_the_announced_stream(self):
        name, _ = self.streaming("-s", "100x50", "-f", "NV12", "-r", "100")
        seen = self.read(name, "--count", 3)
        self.assertEqual((seen["format"], seen["width"], seen["height"]), ("NV12", 100, 50))

    def test_memory_is_locked_on_request(self):
        name, _ = self.streaming("-s", "64x48", "-r", "100", "--lock")
        self.read(name, "--count", 3)  # capture locks memory before the first frame
        shm, _ = ipc_of(name)
        self.assertEqual(int(str(shm[0]["perms"]), 8) & SHM_LOCKED, SHM_LOCKED)

    def test_capture_runs_without_the_huge_pages_it_requested(self):
        name = self.stream()
        done = self.run_to_end("triptych-capture", "-v", "-n", name, "-s", "64x48", "-r", "0",
                               "--huge-pages", "--count", 3)
        self.assertEqual(done.returncode, DONE, done.stderr)
        with open("/proc/sys/vm/nr_hugepages", encoding="ascii") as reserved:
            if int(reserved.read()) == 0:
                self.assertIn("no reserved huge pages", done.stderr)

    def test_nothing_is_published_before_the_first_reader(self):
        name, writer = self.streaming("-s", "64x48", "-r", "0", "--wait-for-reader",
                                      "--count", 5, "-b", 8)
        done = self.run_to_end("triptych-dump", "--mode", "next", "--count", 5, "--stats", "--json",
                               name)
        self.assertEqual(last_json(done.stdout)["frames"], 5, done.stderr)
        self.assertEqual(writer.wait(60), DONE)


class NoSignal(Capture):
    def test_persistent_stream_shows_no_signal_until_its_camera_appears(self):
        name, writer = self.streaming("--persistent", "-d", "/dev/video-none", "-s", "320x240",
                                      "-f", "RGB3", "-r", "50")
        shot = self.folder() / "shot.png"
        done = self.run_to_end("triptych-dump", "--count", 1, "-o", shot, name)
        self.assertEqual(done.returncode, DONE, done.stderr)
        picture = read(shot)
        self.assertEqual(picture.at(2, 2), (18, 22, 44))
        self.assertGreater(picture.share_of(lambda r, g, b: r > 200 and g > 200), 0.02)
        writer.terminate()
        self.assertEqual(writer.wait(60), DONE)


if __name__ == "__main__":
    unittest.main()
