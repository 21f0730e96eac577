# SPDX-License-Identifier: MIT
"""triptych-dump: the frames that went in come out, or a message says why not."""
import itertools
import os
import random
import signal
import subprocess
import time
import unittest

from feed import Feed, noise, plane_sizes
from programs import ProgramTest, last_json, tool, wait_until

Y4M = {  # format: what y4m makes of it, and its tag for limited range
    "YU12": ("420", "420mpeg2"), "YV12": ("420", "420mpeg2"), "NV12": ("420", "420mpeg2"),
    "NV21": ("420", "420mpeg2"), "P010": ("420", "420p10"), "422P": ("422", "422"),
    "NV16": ("422", "422"), "YUYV": ("422", "422"), "UYVY": ("422", "422"), "YVYU": ("422", "422"),
    "GREY": ("mono", "mono"), "Y16": ("mono", "mono16"),
}
ODD = (33, 17)


def planar(format, size, planes):
    """What a y4m frame must hold: the same samples as planes Y, U, V; written without the tool's
    own tricks, from the definitions of the formats."""
    width, height = size
    if format in ("YU12", "422P", "GREY", "Y16"):
        return b"".join(planes)
    if format == "YV12":
        return planes[0] + planes[2] + planes[1]
    if format in ("NV12", "NV16"):
        return planes[0] + planes[1][0::2] + planes[1][1::2]
    if format == "NV21":
        return planes[0] + planes[1][1::2] + planes[1][0::2]
    if format == "P010":
        words = [[int.from_bytes(plane[i:i + 2], "little") >> 6 for i in range(0, len(plane), 2)]
                 for plane in planes]
        return b"".join(word.to_bytes(2, "little")
                        for plane in (words[0], words[1][0::2], words[1][1::2]) for word in plane)
    y, u, v = {"YUYV": (0, 1, 3), "UYVY": (1, 0, 2), "YVYU": (0, 3, 1)}[format]
    row_bytes, rows = plane_sizes(format, width, height)[0]
    lines = [planes[0][i * row_bytes:(i + 1) * row_bytes] for i in range(rows)]
    return (b"".join(line[y::2][:width] for line in lines)
            + b"".join(line[u::4] for line in lines) + b"".join(line[v::4] for line in lines))


def waits_in(process, where):
    """Whether the process sleeps in that function of the kernel."""
    with open(f"/proc/{process.pid}/wchan", encoding="ascii") as wchan:
        return where in wchan.read()


class Frames(ProgramTest):
    """What is written is what was published."""

    def _fed(self, format, size=ODD, count=3, **rest):
        name = self.stream()
        feed = Feed(self, name)
        frames = [noise(format, *size, seed) for seed in range(count)]
        for planes in frames:
            feed.frame(format, size, planes, **rest)
        return name, frames, feed

    def test_y4m_holds_every_sample_of_every_format_it_knows(self):
        for format, (_, tag) in Y4M.items():
            with self.subTest(format=format):
                name, frames, feed = self._fed(format, range="lim-range", pad=7)
                done = self.run_to_end("triptych-dump", "--mode", "next", "--count", 3, "-o", "-",
                                       name, text=False)
                head = (f"YUV4MPEG2 W33 H17 F25:1 Ip A1:1 C{tag} XCOLORRANGE=LIMITED\n").encode()
                body = b"".join(b"FRAME\n" + planar(format, ODD, planes) for planes in frames)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(done.stdout, head + body)
                feed.end()

    def test_y4m_says_full_range(self):
        name, _, feed = self._fed("YU12", range="full-range")
        done = self.run_to_end("triptych-dump", "--count", 1, "-o", "-", name, text=False)
        self.assertTrue(done.stdout.splitlines()[0].endswith(b"C420jpeg XCOLORRANGE=FULL"))
        feed.end()

    def test_y4m_is_read_by_ffmpeg_sample_for_sample(self):
        ffmpeg = tool("ffmpeg")
        for format, pixels in (("YUYV", "yuv422p"), ("NV12", "yuv420p"), ("GREY", "gray"),
                               ("Y16", "gray16le"), ("P010", "yuv420p10le")):
            with self.subTest(format=format):
                path = self.folder() / "film.y4m"
                name, frames, feed = self._fed(format, range="lim-range")
                self.run_to_end("triptych-dump", "--mode", "next", "--count", 3, "-o", path, name)
                read = self.run_to_end(ffmpeg, "-v", "error", "-i", path, "-f", "rawvideo",
                                       "-pix_fmt", pixels, "-", text=False)
                self.assertEqual(read.stderr, b"")
                self.assertEqual(read.stdout,
                                 b"".join(planar(format, ODD, planes) for planes in frames))
                feed.end()

    def test_raw_holds_rows_without_padding_and_planes_in_order(self):
        for format in ("YUYV", "NV12", "YV12", "422P", "P010", "RGB3", "RGBP", "AR24", "Y16"):
            with self.subTest(format=format):
                path = self.folder() / "frames.raw"
                name, frames, feed = self._fed(format, pad=5)
                done = self.run_to_end("triptych-dump", "--mode", "next", "--count", 3, "-o", path,
                                       name)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(path.read_bytes(), b"".join(map(b"".join, frames)))
                feed.end()

    def test_raw_mjpg_is_an_mjpeg_stream(self):
        name = self.stream()
        feed = Feed(self, name)
        pictures = [self._jpeg(color) for color in ("red", "green", "blue")]
        for picture in pictures:
            feed.frame("MJPG", (64, 48), [picture])
        path = self.folder() / "film.mjpeg"
        self.run_to_end("triptych-dump", "--mode", "next", "--count", 3, "-o", path, name)
        self.assertEqual(path.read_bytes(), b"".join(pictures))
        feed.end()

    def _jpeg(self, color):
        done = self.run_to_end(tool("ffmpeg"), "-v", "error", "-f", "lavfi", "-i",
                               f"color={color}:s=64x48", "-frames:v", 1, "-f", "mjpeg", "-",
                               text=False)
        return done.stdout

    def test_png_files_are_numbered_and_show_the_colour(self):
        folder = self.folder()
        name = self.stream()
        feed = Feed(self, name)
        colors = [(255, 0, 0), (0, 255, 0), (9, 99, 199)]
        for color in colors:
            feed.frame("RGB3", ODD, [bytes(color) * (ODD[0] * ODD[1])])
        done = self.run_to_end("triptych-dump", "--mode", "next", "--count", 3, "-o",
                               folder / "shot-%03d.png", name)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sorted(os.listdir(folder)),
                         ["shot-001.png", "shot-002.png", "shot-003.png"])
        for number, color in enumerate(colors, 1):
            read = self.run_to_end(tool("ffmpeg"), "-v", "error", "-i",
                                   folder / f"shot-{number:03}.png", "-f", "rawvideo", "-pix_fmt",
                                   "rgb24", "-", text=False)
            self.assertEqual(read.stdout, bytes(color) * (ODD[0] * ODD[1]))
        feed.end()

    def test_a_png_without_a_number_in_its_name_is_one_frame(self):
        path = self.folder() / "shot.png"
        name, _, feed = self._fed("YUYV")
        self.assertEqual(self.run_to_end("triptych-dump", "-o", path, name).returncode, 0)
        self.assertTrue(path.read_bytes().startswith(b"\x89PNG"))
        feed.end()

    def test_latest_takes_the_newest_frame(self):
        name, frames, feed = self._fed("GREY")
        done = self.run_to_end("triptych-dump", "--to", "raw", "--count", 1, name, text=False)
        self.assertEqual(done.stdout, frames[-1][0])
        feed.end()


class Torn(ProgramTest):
    """A reader that may not hold slots, stopped again and again while it copies."""

    SIZE = (2048, 1024)

    def test_no_torn_frame_is_written_however_slow_the_reader(self):
        if os.geteuid() != 0:
            self.skipTest("only root can be another user")
        for _ in range(10):  # until one was torn on its way, or the test would prove nothing
            if self._stop_and_go() > 0:
                return
        self.fail("no frame was overwritten while it was copied: nothing was proved")

    def _stop_and_go(self):
        """Stops a dump at random instants while frames of one colour each pass by. Looks at every
        frame that it wrote, and returns how many it found overwritten before it wrote them."""
        name = self.stream()
        feed = Feed(self, name, slots=3)
        pixels = self.SIZE[0] * self.SIZE[1]
        colors = itertools.cycle(range(256))

        def publish():
            feed.frame("YUYV", self.SIZE, [bytes([next(colors)]) * (2 * pixels)])

        publish()
        path = self.folder() / "frames.y4m"
        with open(path, "wb") as file:
            # of the group, so that it may read, but not of the user, so that it may not hold
            dump = self.start("triptych-dump", "--json", "--to", "y4m", "-o", "-", name,
                              user="nobody", group=os.getegid(), extra_groups=[], stdout=file)
        for _ in range(30):
            publish()
            time.sleep(random.uniform(0, 0.01))  # most likely somewhere in the copy
            dump.send_signal(signal.SIGSTOP)
            for _ in range(4):
                publish()
            dump.send_signal(signal.SIGCONT)
        dump.send_signal(signal.SIGINT)
        self.assertEqual(dump.wait(60), 0)
        summary = last_json(dump.stderr.read().decode())
        feed.end()

        with open(path, "rb") as file:
            file.readline()
            for number in range(summary["frames"]):
                self.assertEqual(file.readline(), b"FRAME\n")
                frame = file.read(2 * pixels)
                self.assertTrue(frame == frame[:1] * (2 * pixels), f"frame {number} is torn")
            self.assertEqual(file.read(1), b"", "a part of a frame was left in the file")
        return summary["torn_retried"]


class Ends(ProgramTest):
    """When it ends, and with which status."""

    def test_it_waits_for_a_stream_that_comes_later(self):
        name = self.stream()
        dump = self.start("triptych-dump", "--to", "raw", "--count", 1, name)
        feed = Feed(self, name)
        feed.frame("GREY", (4, 2), [b"abcdefgh"])
        self.assertEqual(dump.communicate(timeout=60)[0], b"abcdefgh")
        self.assertEqual(dump.returncode, 0)
        feed.end()

    def test_timeout_ends_the_wait_for_a_stream(self):
        done = self.run_to_end("triptych-dump", "--json", "--timeout", "0.3", self.stream())
        self.assert_refused(done, 1, "no frame within --timeout", "triptych-info")
        self.assertEqual(last_json(done.stdout)["frames"], 0)

    def test_exit_on_end_ends_with_the_writer(self):
        name = self.stream()
        feed = Feed(self, name)
        feed.frame("GREY", (4, 2), [b"abcdefgh"])
        dump = self.start("triptych-dump", "--exit-on-end", "--to", "raw", name)
        self.assertEqual(dump.stdout.read(8), b"abcdefgh")
        feed.end()
        self.assertEqual(dump.wait(60), 0)

    def test_a_returning_writer_is_followed(self):
        name = self.stream()
        dump = self.start("triptych-dump", "--to", "raw", "--count", 2, name)
        for picture in (b"abcdefgh", b"ijklmnop"):
            feed = Feed(self, name)
            feed.frame("GREY", (4, 2), [picture])
            self.assertEqual(dump.stdout.read(8), picture)
            feed.end()
        self.assertEqual(dump.wait(60), 0)

    def test_sigint_ends_it_cleanly_with_a_summary(self):
        name = self.stream()
        feed = Feed(self, name)
        feed.frame("GREY", (4, 2), [b"abcdefgh"])
        path = self.folder() / "f.raw"
        dump = self.start("triptych-dump", "--json", "-o", path, name)
        wait_until(lambda: path.exists() and path.stat().st_size == 8, "the frame in the file")
        dump.send_signal(signal.SIGINT)
        out, err = dump.communicate(timeout=60)
        self.assertEqual(dump.returncode, 0, err)
        self.assertEqual(last_json(out.decode())["frames"], 1)
        feed.end()

    def test_sigint_lets_the_frame_be_finished_for_a_reader_of_the_pipe(self):
        name = self.stream()
        feed = Feed(self, name)
        feed.frame("GREY", (1024, 1024), [bytes(1 << 20)])
        dump = self.start("triptych-dump", "--to", "raw", "-o", "-", name)
        wait_until(lambda: waits_in(dump, "pipe_write"), "the pipe being full")
        dump.send_signal(signal.SIGINT)
        self.assertEqual(len(dump.communicate(timeout=60)[0]), 1 << 20)
        self.assertEqual(dump.returncode, 0)
        feed.end()

    def test_sigint_ends_it_though_nobody_reads_the_pipe(self):
        name = self.stream()
        feed = Feed(self, name)
        feed.frame("GREY", (1024, 1024), [bytes(1 << 20)])
        dump = self.start("triptych-dump", "--to", "raw", "-o", "-", name)
        wait_until(lambda: waits_in(dump, "pipe_write"), "the pipe being full")
        dump.send_signal(signal.SIGINT)
        self.assertEqual(dump.wait(60), 0)
        feed.end()

    def test_duration_counts_from_the_first_frame(self):
        name = self.stream()
        feed = Feed(self, name)
        feed.frame("GREY", (4, 2), [b"abcdefgh"])
        done = self.run_to_end("triptych-dump", "--json", "--duration", "0.2", name)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreaterEqual(last_json(done.stdout)["duration_s"], 0.2)
        feed.end()


class Failures(ProgramTest):
    """What cannot be written, and what is not understood."""

    def _one_frame(self, format="GREY", size=(4, 2)):
        name = self.stream()
        feed = Feed(self, name)
        feed.frame(format, size, noise(format, *size, 1))
        return name, feed

    def test_a_format_that_y4m_lacks_is_refused_with_the_command_that_works(self):
        path = self.folder() / "film.y4m"
        name, feed = self._one_frame("RGB3")
        done = self.run_to_end("triptych-dump", "-o", path, name)
        self.assert_refused(done, 1, "y4m has no RGB3", f"triptych-dump --to raw -o - {name}",
                            "-f rawvideo -pix_fmt rgb24 -video_size 4x2 -framerate 25/1 -i -")
        self.assertFalse(path.exists(), "an empty file was left")
        feed.end()

    def test_the_command_it_suggests_works(self):
        name, feed = self._one_frame("RGB3")
        folder = self.folder()
        done = self.run_to_end("triptych-dump", "-o", "-", name)
        command = done.stderr.split("hand it on raw: ")[1].strip()
        command = command.replace("--to raw", "--to raw --count 1")
        command = command.replace("triptych-dump", self.start("triptych-dump", "--help").args[0])
        subprocess.run(command.replace("OUTPUT", f"-v error {folder}/out.png"), shell=True,
                       check=True, timeout=120)
        self.assertTrue((folder / "out.png").exists())
        feed.end()

    def test_a_change_of_size_ends_y4m_whole_and_says_so(self):
        path = self.folder() / "film.y4m"
        name, feed = self._one_frame()
        dump = self.start("triptych-dump", "-o", path, name)
        wait_until(lambda: path.exists() and path.stat().st_size > 8, "the first frame")
        feed.frame("GREY", (6, 2), [bytes(12)])
        out, err = dump.communicate(timeout=60)
        self.assertEqual(dump.returncode, 1)
        self.assertIn("changed from 4x2 GREY", err.decode())
        self.assertIn("to 6x2 GREY", err.decode())
        self.assertEqual(len(path.read_bytes().split(b"FRAME\n")), 2)
        feed.end()

    def test_a_full_disk_is_told_from_other_failures(self):
        name, feed = self._one_frame()
        done = self.run_to_end("triptych-dump", "--to", "raw", "-o", "/dev/full", name)
        self.assert_refused(done, 1, "/dev/full: No space left on device", "--count")
        feed.end()

    def test_a_full_disk_ends_a_png_too(self):
        name, feed = self._one_frame()
        done = self.run_to_end("triptych-dump", "--to", "png", "-o", "/dev/full", name)
        self.assert_refused(done, 1, "/dev/full: No space left on device")
        feed.end()

    def test_a_summary_that_cannot_be_written_is_a_failure(self):
        name, feed = self._one_frame()
        with open("/dev/full", "wb") as full:
            done = self.run_to_end("triptych-dump", "--json", "--count", 1, name, stdout=full)
        self.assert_refused(done, 1, "No space left on device")
        feed.end()

    def test_a_pipe_reader_that_goes_away_is_named(self):
        name, feed = self._one_frame()
        dump = self.start("triptych-dump", "--to", "raw", "-o", "-", name)
        dump.stdout.read(8)
        dump.stdout.close()
        feed.frame("GREY", (4, 2), [bytes(8)])
        self.assertEqual(dump.wait(60), 1)
        self.assertIn("the reader of the pipe went away", dump.stderr.read().decode())
        feed.end()

    def test_a_file_that_cannot_be_opened_is_named(self):
        done = self.run_to_end("triptych-dump", "-o", "/nowhere/f.raw", self.stream())
        self.assert_refused(done, 1, "/nowhere/f.raw", "No such file or directory")

    def test_command_lines_that_make_no_sense_are_not_understood(self):
        name = self.stream()
        for args, words in (
                (["--frobnicate"], ["--frobnicate"]),
                (["-o", "film.xyz", name], ["film.xyz", "--to"]),
                (["--to", "gif", name], ["--to", "gif", "y4m raw png"]),
                (["--count", "-3", name], ["--count", "whole number"]),
                (["--duration", "soon", name], ["--duration", "soon"]),
                (["--stats", "-o", "x.y4m", name], ["--stats"]),
                (["-o", "one.png", "--count", "2", name], ["one.png", "%d"]),
                (["UPPER"], ["UPPER", "a-z"]),
                ([name, "other"], ["other"]),
                (["--tap", name], ["--tap", "--expect-fps"]),
                (["--mode"], ["--mode", "argument"])):
            with self.subTest(args=args):
                done = self.run_to_end("triptych-dump", *args)
                self.assert_refused(done, 2, *words, "Try 'triptych-dump --help'.")
                self.assertEqual(done.stdout, "")

    def test_help_is_on_stdout_and_shows_defaults(self):
        done = self.run_to_end("triptych-dump", "--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for words in ("Usage: triptych-dump", "--tolerance PCT", "[5]", "[latest]", "Example:"):
            self.assertIn(words, done.stdout)
        self.assertLessEqual(max(map(len, done.stdout.splitlines())), 100)


class Expectations(ProgramTest):
    """Figures that were asked for, and whether they are as expected."""

    def _steady(self, count=5):
        name = self.stream()
        feed = Feed(self, name)
        for seed in range(count):
            feed.frame("GREY", (4, 2), noise("GREY", 4, 2, seed))
        return name, feed

    def test_json_has_the_promised_keys(self):
        name, feed = self._steady()
        done = self.run_to_end("triptych-dump", "--json", "--mode", "next", "--count", 5, name)
        summary = last_json(done.stdout)
        self.assertLessEqual(
            {"name", "frames", "fps", "dropped", "torn_retried", "copies", "age_us", "interval_us",
             "format", "width", "height"}, set(summary))
        self.assertEqual(set(summary["dropped"]), {"driver", "writer", "reader"})
        self.assertLessEqual({"p50", "p99"}, set(summary["age_us"]) & set(summary["interval_us"]))
        self.assertEqual([summary[key] for key in ("name", "frames", "format", "width", "height")],
                         [name, 5, "GREY", 4, 2])
        self.assertEqual(summary["dropped"]["reader"], 0)
        feed.end()

    def test_with_frames_on_stdout_the_figures_go_to_stderr(self):
        name, feed = self._steady()
        done = self.run_to_end("triptych-dump", "--json", "--to", "raw", "-o", "-", "--mode",
                               "next", "--count", 5, name, text=False)
        self.assertEqual(len(done.stdout), 5 * 8)
        self.assertEqual(last_json(done.stderr.decode())["frames"], 5)
        feed.end()

    def test_a_rate_that_is_missed_fails_and_says_by_how_much(self):
        name, feed = self._steady()
        done = self.run_to_end("triptych-dump", "--mode", "next", "--count", 5, "--expect-fps",
                               "0.001", name)
        self.assert_refused(done, 1, "--expect-fps", "more than the 0.001 expected", "5 %")
        feed.end()

    def test_a_rate_within_the_tolerance_passes(self):
        name, feed = self._steady()
        command = ["triptych-dump", "--json", "--mode", "next", "--count", 5]
        fps = last_json(self.run_to_end(*command, name).stdout)["fps"]
        done = self.run_to_end(*command, "--expect-fps", fps * 1.04, name)
        self.assertEqual(done.returncode, 0, done.stderr)
        feed.end()

    def test_drops_above_the_limit_fail_and_are_told_apart(self):
        name = self.stream()
        feed = Feed(self, name, slots=3)
        dump = self.start("triptych-dump", "--json", "--count", 2, "--max-drops", 3, name)
        feed.frame("GREY", (4, 2), [bytes(8)])
        wait_until(lambda: self._reads(dump, feed), "the dump reading")
        dump.send_signal(signal.SIGSTOP)
        for _ in range(10):
            feed.frame("GREY", (4, 2), [bytes(8)])
        dump.send_signal(signal.SIGCONT)
        out, err = dump.communicate(timeout=60)
        self.assertEqual(dump.returncode, 1)
        lost = last_json(out.decode())["dropped"]
        self.assertEqual(lost, {"driver": 0, "writer": 0, "reader": 9})
        self.assertIn("9 frames were lost (0 driver + 0 writer + 9 reader), 6 more than the 3",
                      err.decode())
        feed.end()

    def _reads(self, dump, feed):
        """Whether the process has attached and sleeps until the next frame."""
        with open(f"/proc/{dump.pid}/maps") as maps, open(f"/proc/{dump.pid}/stat") as stat:
            return "/SYSV" in maps.read() and stat.read().rsplit(")", 1)[1].split()[0] == "S"

    def test_age_and_jitter_above_their_limits_fail(self):
        name, feed = self._steady()
        done = self.run_to_end("triptych-dump", "--mode", "next", "--count", 5, "--max-age-p99",
                               "0.000001", "--max-jitter-p99", "60000", name)
        self.assert_refused(done, 1, "--max-age-p99: the 99th percentile of ages is", "ms more")
        self.assertNotIn("--max-jitter-p99", done.stderr)
        feed.end()

    def test_tap_has_a_line_for_each_expectation(self):
        name, feed = self._steady()
        done = self.run_to_end("triptych-dump", "--tap", "--mode", "next", "--count", 5,
                               "--expect-fps", "0.001", "--max-drops", 0, name)
        self.assertEqual(done.returncode, 1)
        plan, first, second = done.stdout.splitlines()
        self.assertEqual(plan, "1..2")
        self.assertTrue(first.startswith("not ok 1 - --expect-fps: "), first)
        self.assertTrue(second.startswith("ok 2 - --max-drops: 0 frames were lost"), second)
        feed.end()

    def test_stats_print_a_line_of_figures_each_second_and_a_last_one(self):
        name, feed = self._steady()
        done = self.run_to_end("triptych-dump", "--stats", "--mode", "next", "--duration", "1.5",
                               name)
        self.assertEqual(done.returncode, 0, done.stderr)
        *lines, summary = done.stdout.splitlines()
        self.assertRegex(lines[0], r"^ *[0-9.]+ fps, dropped: 0 driver \+ 0 writer \+ 0 reader, "
                                   r"age p50 [0-9.]+ [mu]s p99 [0-9.]+ [mu]s$")
        self.assertTrue(summary.startswith(f"{name}: 5 frames, "), summary)
        feed.end()

    def test_no_drops_allowed_and_none_made_passes(self):
        name, feed = self._steady()
        done = self.run_to_end("triptych-dump", "--mode", "next", "--count", 5, "--max-drops", 0,
                               name)
        self.assertEqual(done.returncode, 0, done.stderr)
        feed.end()


if __name__ == "__main__":
    unittest.main()
