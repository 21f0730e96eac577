# SPDX-License-Identifier: MIT
"""triptych-dump: ends of a run, failures, and expectations."""
import os
import signal
import subprocess
import unittest

from stdin_writer import StdinWriter, noise
from programs import ProgramTest, last_json, wait_until, waits_in


class Ends(ProgramTest):
    """Ends of a run, and their status."""

    def test_dump_waits_for_a_stream_that_starts_later(self):
        name = self.stream()
        dump = self.start("triptych-dump", "--to", "raw", "--count", 1, name)
        writer = StdinWriter(self, name)
        writer.frame("GREY", (4, 2), [b"abcdefgh"])
        self.assertEqual(dump.communicate(timeout=60)[0], b"abcdefgh")
        self.assertEqual(dump.returncode, 0)
        writer.end()

    def test_wait_is_logged_once(self):
        name = self.stream()
        done = self.run_to_end("triptych-dump", "--json", "--timeout", "2.5", name)
        said = [line for line in done.stderr.splitlines() if "waiting" in line]
        self.assertEqual(len(said), 1, done.stderr)
        self.assertRegex(said[0], f"{name}: no such stream.*triptych-info")

    def test_existing_stream_is_not_reported_missing(self):
        name = self.stream()
        writer = StdinWriter(self, name)
        said = self._waits_for(name)
        self.assertIn("waiting for its first frame", said)
        writer.frame("GREY", (4, 2), [bytes(8)])
        writer.process.kill()
        writer.process.wait()
        self.assertIn("its writer has ended: waiting for another", self._waits_for(name))
        self.run_to_end("triptych-info", "remove", name)

    def _waits_for(self, name):
        return self.run_to_end("triptych-dump", "--json", "--timeout", "2", name).stderr

    def test_timeout_ends_the_wait_for_a_stream(self):
        done = self.run_to_end("triptych-dump", "--json", "--timeout", "0.3", self.stream())
        self.assert_refused(done, 1, "no frame within --timeout", "triptych-info")
        self.assertEqual(last_json(done.stdout)["frames"], 0)

    def test_run_with_expectations_does_not_wait_indefinitely(self):
        done = self.run_to_end("triptych-dump", "--tap", "--max-drops", 0, "--max-age-p99", 100,
                               self.stream())
        self.assert_refused(done, 1, "no frame within --timeout")
        self.assertEqual(done.stdout, "1..2\nnot ok 1 - --max-drops: no frame arrived\n"
                                      "not ok 2 - --max-age-p99: no frame arrived\n")

    def test_exit_on_end_ends_with_the_writer(self):
        name = self.stream()
        writer = StdinWriter(self, name)
        writer.frame("GREY", (4, 2), [b"abcdefgh"])
        dump = self.start("triptych-dump", "--exit-on-end", "--to", "raw", name)
        self.assertEqual(dump.stdout.read(8), b"abcdefgh")
        writer.end()
        self.assertEqual(dump.wait(60), 0)

    def test_returning_writer_is_followed(self):
        name = self.stream()
        dump = self.start("triptych-dump", "--to", "raw", "--count", 2, name)
        for picture in (b"abcdefgh", b"ijklmnop"):
            writer = StdinWriter(self, name)
            writer.frame("GREY", (4, 2), [picture])
            self.assertEqual(dump.stdout.read(8), picture)
            writer.end()
        self.assertEqual(dump.wait(60), 0)

    def test_sigint_ends_the_run_with_a_summary(self):
        name = self.stream()
        writer = StdinWriter(self, name)
        writer.frame("GREY", (4, 2), [b"abcdefgh"])
        path = self.folder() / "f.raw"
        dump = self.start("triptych-dump", "--json", "-o", path, name)
        wait_until(lambda: path.exists() and path.stat().st_size == 8, "the frame in the file")
        dump.send_signal(signal.SIGINT)
        out, err = dump.communicate(timeout=60)
        self.assertEqual(dump.returncode, 0, err)
        self.assertEqual(last_json(out.decode())["frames"], 1)
        writer.end()

    def _interrupted(self):
        """A run that was interrupted within a frame because its pipe was full."""
        name = self.stream()
        writer = StdinWriter(self, name)
        self.addCleanup(writer.end)
        writer.frame("GREY", (2048, 1024), [bytes(2 << 20)])
        dump = self.start("triptych-dump", "--to", "raw", "-o", "-", name)
        wait_until(lambda: waits_in(dump.pid, "pipe_write"), "the pipe being full")
        dump.send_signal(signal.SIGINT)
        return dump

    def test_sigint_completes_the_frame_in_the_pipe(self):
        dump = self._interrupted()
        self.assertEqual(len(dump.communicate(timeout=60)[0]), 2 << 20)
        self.assertEqual(dump.returncode, 0)

    def test_sigint_ends_the_run_while_the_pipe_is_full(self):
        self.assertEqual(self._interrupted().wait(60), 0)

    def test_signal_ends_the_wait_for_the_reader_of_a_fifo(self):
        name = self.stream()
        writer = StdinWriter(self, name)
        writer.frame("GREY", (4, 2), [b"abcdefgh"])
        fifo = self.folder() / "fifo.html"
        os.mkfifo(fifo)
        for args in (["--to", "y4m", "-o", fifo], ["--to", "png", "-o", fifo], ["--report", fifo]):
            with self.subTest(args=args):
                dump = self.start("triptych-dump", *args, name)
                wait_until(lambda: waits_in(dump.pid, "wait_for_partner"), "the wait")
                dump.send_signal(signal.SIGINT)
                self.assertEqual(dump.communicate(timeout=60)[1], b"")
                self.assertEqual(dump.returncode, 0)
        writer.end()

    def test_duration_counts_from_the_first_frame(self):
        name = self.stream()
        writer = StdinWriter(self, name)
        writer.frame("GREY", (4, 2), [b"abcdefgh"])
        done = self.run_to_end("triptych-dump", "--json", "--duration", "0.2", name)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreaterEqual(last_json(done.stdout)["duration_s"], 0.2)
        writer.end()


class Failures(ProgramTest):
    """Output that cannot be written, and options that are refused."""

    def _one_frame(self, format="GREY", size=(4, 2)):
        name = self.stream()
        writer = StdinWriter(self, name)
        writer.frame(format, size, noise(format, *size, 1))
        return name, writer

    def test_format_that_y4m_lacks_is_refused_with_the_command_that_works(self):
        path = self.folder() / "video.y4m"
        name, writer = self._one_frame("RGB3")
        done = self.run_to_end("triptych-dump", "-o", path, name)
        self.assert_refused(done, 1, "y4m has no RGB3", f"triptych-dump --to raw -o - {name}",
                            "-f rawvideo -pix_fmt rgb24 -video_size 4x2 -framerate 25/1 -i -")
        self.assertFalse(path.exists(), "an empty file was left")
        writer.end()

    def test_suggested_command_works(self):
        name, writer = self._one_frame("RGB3")
        folder = self.folder()
        done = self.run_to_end("triptych-dump", "-o", "-", name)
        command = done.stderr.split("use raw video: ")[1].strip()
        command = command.replace("--to raw", "--to raw --count 1")
        command = command.replace("triptych-dump", self.start("triptych-dump", "--help").args[0])
        subprocess.run(command.replace("OUTPUT", f"-v error {folder}/out.png"), shell=True,
                       check=True, timeout=120)
        self.assertTrue((folder / "out.png").exists())
        writer.end()

    def test_change_of_size_ends_y4m_after_a_whole_frame(self):
        path = self.folder() / "video.y4m"
        name, writer = self._one_frame()
        dump = self.start("triptych-dump", "-o", path, name)
        wait_until(lambda: path.exists() and path.stat().st_size > 8, "the first frame")
        writer.frame("GREY", (6, 2), [bytes(12)])
        out, err = dump.communicate(timeout=60)
        self.assertEqual(dump.returncode, 1)
        self.assertIn("changed from 4x2 GREY", err.decode())
        self.assertIn("to 6x2 GREY", err.decode())
        self.assertEqual(len(path.read_bytes().split(b"FRAME\n")), 2)
        writer.end()

    def test_full_disk_is_distinguished_from_other_failures(self):
        name, writer = self._one_frame()
        done = self.run_to_end("triptych-dump", "--to", "raw", "-o", "/dev/full", name)
        self.assert_refused(done, 1, "/dev/full: No space left on device", "--count")
        writer.end()

    def test_full_disk_ends_a_png_too(self):
        name, writer = self._one_frame()
        done = self.run_to_end("triptych-dump", "--to", "png", "-o", "/dev/full", name)
        self.assert_refused(done, 1, "/dev/full: No space left on device; free some space")
        writer.end()

    def test_summary_that_cannot_be_written_is_a_failure(self):
        name, writer = self._one_frame()
        with open("/dev/full", "wb") as full:
            done = self.run_to_end("triptych-dump", "--json", "--count", 1, name, stdout=full)
        self.assert_refused(done, 1, "No space left on device")
        writer.end()

    def test_closed_pipe_is_reported(self):
        name, writer = self._one_frame()
        dump = self.start("triptych-dump", "--to", "raw", "-o", "-", name)
        dump.stdout.read(8)
        dump.stdout.close()
        writer.frame("GREY", (4, 2), [bytes(8)])
        self.assertEqual(dump.wait(60), 1)
        self.assertIn("broken pipe: its reader has ended", dump.stderr.read().decode())
        writer.end()

    def test_non_blocking_pipe_gets_every_byte(self):
        name, writer = self._one_frame(size=(1024, 1024))
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        dump = self.start("triptych-dump", "--to", "raw", "-o", "-", "--count", 1, name,
                          stdout=writing)
        os.close(writing)
        wait_until(lambda: dump.poll() is not None or waits_in(dump.pid, "poll"), "the pipe being full")
        with os.fdopen(reading, "rb") as pipe:
            self.assertEqual(pipe.read(), noise("GREY", 1024, 1024, 1)[0])
        self.assertEqual(dump.wait(60), 0, dump.stderr.read().decode())
        writer.end()

    def test_file_that_cannot_be_opened_is_named(self):
        done = self.run_to_end("triptych-dump", "-o", "/nowhere/f.raw", self.stream())
        self.assert_refused(done, 1, "/nowhere/f.raw", "No such file or directory")

    def test_senseless_command_lines_are_refused(self):
        name = self.stream()
        for args, words in (
                (["--frobnicate"], ["--frobnicate"]),
                (["-o", "video.xyz", name], ["video.xyz", "--to"]),
                (["--to", "gif", name], ["--to", "gif", "y4m raw png"]),
                (["--count", "-3", name], ["--count", "whole number"]),
                (["--duration", "soon", name], ["--duration", "soon"]),
                (["-o", "one.png", "--count", "2", name], ["one.png", "%d"]),
                (["a/b"], ["a/b", "a-z"]),
                ([name, "other"], ["other"]),
                (["--tap", name], ["--tap", "--expect-fps"]),
                (["--tolerance", "3", "--max-drops", "0", name], ["--tolerance without --expect-fps"]),
                (["--expect-fps", "0", name], ["--expect-fps 0 expects nothing"]),
                (["--expect-fps", "fast", name], ["--expect-fps", "29.97"]),
                (["--max-age-p99", "soon", name], ["--max-age-p99", "milliseconds"]),
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
    """Requested statistics, and whether they meet expectations."""

    def _steady(self, count=5):
        name = self.stream()
        writer = StdinWriter(self, name)
        for seed in range(count):
            writer.frame("GREY", (4, 2), noise("GREY", 4, 2, seed))
        return name, writer

    def test_json_has_the_promised_keys(self):
        name, writer = self._steady()
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
        writer.end()

    def test_frames_on_stdout_send_statistics_to_stderr(self):
        name, writer = self._steady()
        done = self.run_to_end("triptych-dump", "--json", "--to", "raw", "-o", "-", "--mode",
                               "next", "--count", 5, name, text=False)
        self.assertEqual(len(done.stdout), 5 * 8)
        self.assertEqual(last_json(done.stderr.decode())["frames"], 5)
        writer.end()

    def test_missed_rate_fails_with_the_difference(self):
        name, writer = self._steady()
        done = self.run_to_end("triptych-dump", "--mode", "next", "--count", 5, "--expect-fps",
                               "0.001", name)
        self.assert_refused(done, 1, "--expect-fps", "more than the 0.001 expected", "5 %")
        writer.end()

    def test_rate_within_the_tolerance_passes(self):
        name, writer = self._steady()
        command = ["triptych-dump", "--json", "--mode", "next", "--count", 5]
        fps = last_json(self.run_to_end(*command, name).stdout)["fps"]
        done = self.run_to_end(*command, "--expect-fps", fps * 1.04, name)
        self.assertEqual(done.returncode, 0, done.stderr)
        writer.end()

    def test_summary_lists_expectations_and_results(self):
        name, writer = self._steady()
        done = self.run_to_end("triptych-dump", "--json", "--mode", "next", "--count", 5,
                               "--max-drops", 0, "--max-age-p95", 0, name)
        self.assertEqual(done.returncode, 1)
        self.assertEqual([(one["option"], one["met"]) for one in last_json(done.stdout)["expected"]],
                         [("--max-drops", True), ("--max-age-p95", False)])
        writer.end()

    def test_silent_stream_misses_its_rate(self):
        name, writer = self._steady()  # five frames at once, and then nothing for a second
        done = self.run_to_end("triptych-dump", "--json", "--mode", "next", "--duration", 1,
                               "--expect-fps", 100, name)
        self.assert_refused(done, 1, "--expect-fps", "less than the 100 expected")
        self.assertLess(last_json(done.stdout)["fps"], 5)
        writer.end()

    def test_rate_ends_with_the_last_frame_of_a_stream_that_ends(self):
        name = self.stream()
        dump = self.start("triptych-dump", "--json", "--mode", "next", "--exit-on-end",
                          "--expect-fps", 10, "--tolerance", 30, name)
        done = self.run_to_end("triptych-capture", "-q", "-n", name, "--wait-for-reader", "-r", 10,
                               "--count", 11, "--linger", 1.5, "-s", "16x16", "pattern:clock")
        self.assertEqual(done.returncode, 0, done.stderr)
        out, err = dump.communicate(timeout=60)
        self.assertEqual(dump.returncode, 0, out + err)

    def test_silence_before_the_death_of_the_writer_counts(self):
        name, writer = self._steady()  # five frames at once, and then nothing for a second
        dump = self.start("triptych-dump", "--json", "--stats", "--mode", "next", "--exit-on-end",
                          "--expect-fps", 100, name)
        dump.stdout.readline()
        writer.process.kill()
        out, err = dump.communicate(timeout=60)
        self.assertEqual(dump.returncode, 1, err)
        self.assertLess(last_json(out.decode())["fps"], 5)
        self.run_to_end("triptych-info", "remove", name)

    def test_drops_above_the_limit_fail_and_are_reported_by_cause(self):
        name = self.stream()
        writer = StdinWriter(self, name, slots=3)
        dump = self.start("triptych-dump", "--json", "--count", 2, "--max-drops", 3, name)
        writer.frame("GREY", (4, 2), [bytes(8)])
        wait_until(lambda: self._reads(dump, writer), "the dump reading")
        dump.send_signal(signal.SIGSTOP)
        for _ in range(10):
            writer.frame("GREY", (4, 2), [bytes(8)])
        dump.send_signal(signal.SIGCONT)
        out, err = dump.communicate(timeout=60)
        self.assertEqual(dump.returncode, 1)
        lost = last_json(out.decode())["dropped"]
        self.assertEqual(lost, {"driver": 0, "writer": 0, "reader": 9})
        self.assertIn("9 frames lost (0 driver + 0 writer + 9 reader), 6 more than the 3",
                      err.decode())
        writer.end()

    def test_stalls_above_the_limit_fail_with_their_length(self):
        for allowed, status in ((0, 1), (1, 0)):
            name = self.stream()
            self.start("triptych-capture", "-q", "-n", name, "-s", "64x48", "-r", 10, "-b", 16,
                       "--wait-for-reader", "--stall", "1000@4", "pattern:black")
            done = self.run_to_end("triptych-dump", "--mode", "next", "--count", 6,
                                   "--max-stalls", allowed, name)
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertEqual("--max-stalls: 1 stalls, 1000.000 ms in total, 1 more than the 0" in
                             done.stderr, status == 1, done.stderr)

    def _reads(self, dump, writer):
        """Whether the process has attached and sleeps until the next frame."""
        with open(f"/proc/{dump.pid}/maps") as maps, open(f"/proc/{dump.pid}/stat") as stat:
            return "/SYSV" in maps.read() and stat.read().rsplit(")", 1)[1].split()[0] == "S"

    def test_age_and_jitter_above_their_limits_fail(self):
        name, writer = self._steady()
        done = self.run_to_end("triptych-dump", "--mode", "next", "--count", 5, "--max-age-p99",
                               "0.000001", "--max-jitter-p99", "60000", name)
        self.assert_refused(done, 1, "--max-age-p99: 99th percentile of latencies is", "ms more")
        self.assertNotIn("--max-jitter-p99", done.stderr)
        writer.end()

    def test_tap_has_a_line_for_each_expectation(self):
        name, writer = self._steady()
        done = self.run_to_end("triptych-dump", "--tap", "--mode", "next", "--count", 5,
                               "--expect-fps", "0.001", "--max-drops", 0, name)
        self.assertEqual(done.returncode, 1)
        plan, first, second = done.stdout.splitlines()
        self.assertEqual(plan, "1..2")
        self.assertTrue(first.startswith("not ok 1 - --expect-fps: "), first)
        self.assertTrue(second.startswith("ok 2 - --max-drops: 0 frames lost"), second)
        writer.end()

    def test_stats_print_a_line_each_second_and_a_summary(self):
        name, writer = self._steady()
        done = self.run_to_end("triptych-dump", "--stats", "--mode", "next", "--duration", "1.5",
                               name)
        self.assertEqual(done.returncode, 0, done.stderr)
        line, *summary = done.stdout.splitlines()
        self.assertRegex(line, r"^ *[0-9.]+ fps, dropped: 0 driver \+ 0 writer \+ 0 reader, "
                                   r"age p50 [0-9.]+ [mu]s p99 [0-9.]+ [mu]s$")
        self.assertTrue(summary[0].startswith(f"{name}: 5 frames, "), summary)
        self.assertEqual(summary[1].split(), ["p50", "p95", "p99", "max"])
        writer.end()

    def test_run_without_drops_passes_a_limit_of_none(self):
        name, writer = self._steady()
        done = self.run_to_end("triptych-dump", "--mode", "next", "--count", 5, "--max-drops", 0,
                               name)
        self.assertEqual(done.returncode, 0, done.stderr)
        writer.end()


if __name__ == "__main__":
    unittest.main()
