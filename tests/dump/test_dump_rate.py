# SPDX-License-Identifier: MIT
"""triptych-dump at a constant rate: frames are doubled and skipped so that the file lasts as long
as the captured time."""
import json
import random
import signal
import unittest

from stdin_writer import StdinWriter, noise
from programs import ProgramTest, last_json, tool

SIZE = (4, 2)
PIXELS = SIZE[0] * SIZE[1]
SECOND = 1_000_000_000
START = 5 * SECOND  # of the frames' own times, which need not match the clock
CONSTANT = ("--mode", "next", "--rate", "constant")


class Rate(ProgramTest):
    """Frames of one grey each, the first 1, with their own times."""

    def _publish(self, places, fps=(25, 1), rate=25, format="GREY"):
        """A stream whose frames were captured in these periods of `rate` frames a second."""
        name = self.stream()
        writer = StdinWriter(self, name, slots=max(16, min(64, len(places) + 3)))
        for grey, place in enumerate(places, 1):
            writer.frame(format, SIZE, [bytes([grey]) * PIXELS], fps=fps, pad=3,
                       capture_ns=START + round(place * SECOND / rate))
        return name, writer

    def _greys(self, frames):
        """Returns which frame each image of raw output is."""
        self.assertEqual(len(frames) % PIXELS, 0)
        pictures = [frames[at:at + PIXELS] for at in range(0, len(frames), PIXELS)]
        self.assertTrue(all(len(set(picture)) == 1 for picture in pictures))
        return [picture[0] for picture in pictures]

    def _dump(self, name, *args, **options):
        done = self.run_to_end("triptych-dump", *args, name, text=False, **options)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done

    PLACES = [0, 1, 2, 5, 5.2, 6]
    FRAMES = [1, 2, 3, 3, 3, 4, 6]  # two periods without a frame, and a frame without a period

    def test_pipe_has_the_frame_of_each_period(self):
        name, writer = self._publish(self.PLACES)
        done = self._dump(name, *CONSTANT, "--json", "--count", 7, "--to", "raw", "-o", "-")
        self.assertEqual(self._greys(done.stdout), self.FRAMES)
        summary = last_json(done.stderr.decode())
        self.assertEqual([summary[key] for key in ("frames", "filled", "skipped")], [6, 2, 1])
        self.assertIn("wrote 7 frames at a constant rate: 2 filled, 1 skipped",
                      done.stderr.decode())
        writer.end()

    def test_files_have_the_same_frames_as_pipes(self):
        name, writer = self._publish(self.PLACES)
        path = self.folder() / "video.y4m"
        self._dump(name, *CONSTANT, "--count", 7, "-o", path)
        header, *pictures = path.read_bytes().split(b"FRAME\n")
        self.assertIn(b" F25:1 ", header)
        self.assertEqual(self._greys(b"".join(pictures)), self.FRAMES)
        writer.end()

    def test_compressed_frames_are_doubled(self):
        name = self.stream()
        writer = StdinWriter(self, name)
        for place, picture in ((0, b"one"), (2, b"three")):
            writer.frame("MJPG", (64, 48), [picture], capture_ns=START + place * SECOND // 25)
        done = self._dump(name, *CONSTANT, "--count", 3, "--to", "raw", "-o", "-")
        self.assertEqual(done.stdout, b"oneonethree")
        writer.end()

    def test_unpacked_samples_are_doubled(self):
        name = self.stream()
        writer = StdinWriter(self, name)
        for place in (0, 2):
            writer.frame("NV12", (8, 4), noise("NV12", 8, 4, place),
                       capture_ns=START + place * SECOND // 25)
        done = self._dump(name, *CONSTANT, "--count", 3, "-o", "-")
        _, first, second, third = done.stdout.split(b"FRAME\n")
        self.assertEqual(first, second)
        self.assertNotEqual(second, third)
        writer.end()

    def test_rate_of_the_stream_writes_every_frame_once(self):
        name, writer = self._publish(self.PLACES)
        for words in ([], ["--rate", "true"], ["--rate", "vfr"]):
            done = self._dump(name, "--mode", "next", *words, "--count", 6, "--to", "raw", "-o", "-")
            self.assertEqual(self._greys(done.stdout), [1, 2, 3, 4, 5, 6])
        writer.end()

    def test_header_has_the_rate_of_the_option(self):
        name, writer = self._publish([0, 1, 2, 3])
        done = self._dump(name, "--mode", "next", "--fps", "50", "--count", 7, "-o", "-")
        header, *pictures = done.stdout.split(b"FRAME\n")
        self.assertIn(b" F50:1 ", header)
        self.assertEqual(self._greys(b"".join(pictures)), [1, 1, 2, 2, 3, 3, 4])
        writer.end()

    def test_duration_in_ffmpeg_equals_the_captured_time(self):
        chance = random.Random(5)
        # 50 a second, some lost, none in the second second; the last one after 4 s
        places = sorted({0, 100} | set(chance.sample([*range(1, 25), *range(50, 100)], 50)))
        name, writer = self._publish(places, fps=(25, 1), rate=25)
        path = self.folder() / "video.y4m"
        self._dump(name, *CONSTANT, "--exit-on-end", "--count", 101, "-o", path)
        probed = self.run_to_end(tool("ffprobe"), "-v", "error", "-count_frames", "-show_entries",
                               "stream=r_frame_rate,nb_read_frames,duration", "-of", "json", path)
        [video] = json.loads(probed.stdout)["streams"]
        self.assertEqual(video["r_frame_rate"], "25/1")
        self.assertEqual(int(video["nb_read_frames"]), 101)
        self.assertAlmostEqual(float(video["duration"]), 101 / 25, places=3)
        writer.end()

    def test_gap_of_an_hour_is_filled_for_ten_seconds_and_logged(self):
        name, writer = self._publish([0, 1, 3600 * 25, 3600 * 25 + 1])
        done = self._dump(name, *CONSTANT, "--count", 254, "--to", "raw", "-o", "-")
        self.assertEqual(self._greys(done.stdout), [1] + [2] * 251 + [3, 4])
        self.assertIn("no frame for 3600.0 s: the last frame fills 10 s",
                      done.stderr.decode())
        writer.end()

    def test_pipe_reader_gets_frames_while_the_writer_is_gone(self):
        name, writer = self._publish([0, 1])
        dump = self.start("triptych-dump", *CONSTANT, "--timeout", 30, "--to", "raw", "-o", "-",
                          name)
        self.assertEqual(self._greys(dump.stdout.read(2 * PIXELS)), [1, 2])
        writer.process.send_signal(signal.SIGKILL)
        self.assertEqual(self._greys(dump.stdout.read(30 * PIXELS)), [2] * 30)
        writer = StdinWriter(self, name)
        writer.frame("GREY", SIZE, [bytes([9]) * PIXELS])  # captured now: days after the others
        while self._greys(dump.stdout.read(PIXELS)) != [9]:
            pass
        dump.send_signal(signal.SIGINT)
        self.assertEqual(dump.wait(60), 0, dump.stderr.read().decode())
        writer.end()

    def test_stats_alone_report_doubled_and_skipped_frames(self):
        name, writer = self._publish(self.PLACES)
        done = self._dump(name, *CONSTANT, "--stats", "--duration", "1.5")
        line, *lines, rate = done.stdout.decode().splitlines()
        self.assertRegex(line, r", filled: \d+, skipped: 1$")
        self.assertTrue(any(line.startswith(f"{name}: 6 frames, ") for line in lines), lines)
        self.assertRegex(rate, r"^  constant rate: \d+ filled, 1 skipped$")
        writer.end()

    def test_stream_without_a_rate_requires_the_option(self):
        name, writer = self._publish([0, 1], fps=(0, 0))
        done = self.run_to_end("triptych-dump", *CONSTANT, "--to", "raw", "-o", "-", name)
        self.assert_refused(done, 1, "gives no frame rate", "--fps")
        writer.end()

    def test_senseless_rates_are_refused(self):
        for args, words in ((["--rate", "true", "--fps", "25"], ["--fps"]),
                            (["--fps", "0"], ["--fps 0", "N/D"]),
                            (["--rate", "slow"], ["slow", "true constant"]),
                            (["--rate", "constant", "-o", "%d.png"], ["--to"])):
            with self.subTest(args=args):
                done = self.run_to_end("triptych-dump", *args, self.stream())
                self.assert_refused(done, 2, *words)


if __name__ == "__main__":
    unittest.main()
