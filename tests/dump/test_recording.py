# SPDX-License-Identifier: MIT
"""Files that triptych-dump writes: existing content stays until the first frame is recorded."""
import os
import signal
import unittest

from stdin_writer import StdinWriter
from programs import ProgramTest, built, last_json, tool, wait_until

OLD = b"an old recording, and a long one: " * 1000
FRAME = bytes(8)


class Before(ProgramTest):
    """The output file, before and after the first frame."""

    def setUp(self):
        super().setUp()
        self.video = self.folder() / "video.y4m"

    def assert_recorded(self, path):
        """Asserts that the file has one frame and nothing of its previous content."""
        self.assertTrue(path.read_bytes().startswith(b"YUV4MPEG2 W4 H2 "))
        self.assertTrue(path.read_bytes().endswith(b"FRAME\n" + FRAME))

    def record(self, path, *args):
        name = self.stream()
        writer = StdinWriter(self, name)
        writer.frame("GREY", (4, 2), [FRAME])
        done = self.run_to_end("triptych-dump", "-o", path, "--count", 1, *args, name)
        writer.end()
        return done

    def record_nothing(self, path):
        done = self.run_to_end("triptych-dump", "-o", path, "--timeout", "0.1", self.stream())
        self.assertEqual(done.returncode, 1)

    def test_old_file_stays_when_no_frame_comes(self):
        self.video.write_bytes(OLD)
        self.record_nothing(self.video)
        self.assertEqual(self.video.read_bytes(), OLD)

    def test_old_file_stays_when_a_signal_comes_first(self):
        self.video.write_bytes(OLD)
        dump = self.start("triptych-dump", "-o", self.video, self.stream())
        wait_until(lambda: str(self.video) in self.open_files(dump), "the file is open")
        dump.send_signal(signal.SIGINT)
        self.assertEqual(dump.wait(60), 0)
        self.assertEqual(self.video.read_bytes(), OLD)

    def open_files(self, process):
        folder = f"/proc/{process.pid}/fd"
        return [os.readlink(f"{folder}/{number}") for number in os.listdir(folder)]

    def test_old_file_is_replaced_by_a_shorter_one(self):
        self.video.write_bytes(OLD)
        self.assertEqual(self.record(self.video).returncode, 0)
        self.assert_recorded(self.video)

    def test_new_file_is_removed_when_no_frame_comes(self):
        self.record_nothing(self.video)
        self.assertFalse(self.video.exists())

    def test_symbolic_link_stays_one(self):
        link = self.video.with_name("link.y4m")
        link.symlink_to(self.video)
        self.record_nothing(link)
        self.assertFalse(self.video.exists())
        self.assertEqual(self.record(link).returncode, 0)
        self.assert_recorded(self.video)
        self.record_nothing(link)
        self.assert_recorded(self.video)
        self.assertTrue(link.is_symlink())

    def test_file_that_is_captured_is_refused(self):
        self.video.write_bytes(b"YUV4MPEG2 W4 H2 F50:1 Cmono\n" + (b"FRAME\n" + FRAME) * 3)
        before = self.video.read_bytes()
        source = self.stream()
        writer = self.start("triptych-capture", "--loop", "-n", source, f"y4m:{self.video}")
        self.wait_for_stream(source, writer)
        done = self.run_to_end("triptych-dump", "-o", self.video, "--count", 1, source)
        self.assert_refused(done, 1, "in use", "choose another file")
        self.assertEqual(self.video.read_bytes(), before)

    def test_file_that_another_dump_writes_is_refused(self):
        name = self.stream()
        writer = StdinWriter(self, name)
        writer.frame("GREY", (4, 2), [FRAME])
        dump = self.start("triptych-dump", "-o", self.video, name)
        wait_until(lambda: self.video.exists() and self.video.stat().st_size, "a frame is recorded")
        self.assert_refused(self.record(self.video), 1, "in use")
        dump.send_signal(signal.SIGINT)
        self.assertEqual(dump.wait(60), 0)
        self.assert_recorded(self.video)
        writer.end()

    def test_recording_loads_no_library_for_conversion(self):
        name = self.stream()
        writer = StdinWriter(self, name)
        writer.frame("GREY", (4, 2), [FRAME])
        dump = self.start("triptych-dump", "-o", self.video, name)
        wait_until(lambda: self.video.exists() and self.video.stat().st_size, "a frame is recorded")
        with open(f"/proc/{dump.pid}/maps", encoding="utf-8") as maps:
            self.assertNotRegex(maps.read(), "libswscale|libavutil|libX11")
        writer.end()

    def test_stats_are_printed_while_recording(self):
        done = self.record(self.video, "--stats", "--json")
        self.assertEqual(last_json(done.stdout)["frames"], 1)
        self.assert_recorded(self.video)
        self.assertIn("1 frame", self.record(self.video, "--stats").stdout)
        done = self.record("-", "--stats", "--json")
        self.assertEqual(last_json(done.stderr)["frames"], 1)
        self.assertTrue(done.stdout.startswith("YUV4MPEG2 "))


class Pngs(ProgramTest):
    """Single pictures."""

    def jpeg(self, color):
        return self.run_to_end(tool("ffmpeg"), "-v", "error", "-f", "lavfi", "-i",
                               f"color={color}:s=64x48", "-frames:v", 1, "-f", "mjpeg", "-",
                               text=False).stdout

    def test_series_continues_after_a_broken_jpeg(self):
        folder, name = self.folder(), self.stream()
        writer = StdinWriter(self, name)
        good = self.jpeg("red")
        for picture in (good, b"\xff\xd8 cut short", b"noise", good):
            writer.frame("MJPG", (64, 48), [picture])
        done = self.run_to_end("triptych-dump", "--mode", "next", "--count", 2, "--json", "-o",
                               folder / "%d.png", name)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sorted(os.listdir(folder)), ["1.png", "2.png"])
        self.assertEqual(last_json(done.stdout)["undecodable"], 2)
        self.assertEqual(done.stderr.count("skipped: cannot decode"), 1)
        self.assertNotIn("segment", done.stderr)
        writer.end()

    def test_stream_of_broken_jpegs_is_not_reported_silent(self):
        folder, name = self.folder(), self.stream()
        writer = StdinWriter(self, name)
        writer.frame("MJPG", (64, 48), [b"noise"])
        done = self.run_to_end("triptych-dump", "--timeout", 2, "-o", folder / "shot.png", name)
        self.assert_refused(done, 1, "no frame could be decoded", "--to raw")
        self.assertNotIn("waiting for its first frame", done.stderr)
        self.assertEqual(os.listdir(folder), [])
        writer.end()

    def shoot(self, path, before="true"):
        """Writes one image, after a shell command whose $$ is triptych-dump's pid."""
        name = self.stream()
        writer = StdinWriter(self, name)
        writer.frame("GREY", (4, 2), [FRAME])
        done = self.run_to_end("/bin/sh", "-c", f'{before}; exec "$@"', "sh",
                               built("triptych-dump"), "-o", path, name)
        writer.end()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(path.read_bytes().startswith(b"\x89PNG"))

    def test_temporary_file_follows_no_link(self):
        folder = self.folder()
        victim = folder / "victim"
        victim.write_bytes(OLD)
        shot = folder / "shot.png"
        traps = " ".join(f"{shot}.$$.{end}" for end in ("part", "0.part", "1.part"))
        self.shoot(shot, f"for trap in {traps}; do ln -s {victim} $trap; done")
        self.assertEqual(victim.read_bytes(), OLD)
        self.assertFalse(shot.is_symlink())

    def test_picture_behind_a_link_is_replaced_and_the_link_stays(self):
        folder = self.folder()
        link = folder / "link.png"
        link.symlink_to(folder / "shot.png")
        self.shoot(link)
        self.shoot(link)
        self.assertTrue(link.is_symlink())
        self.assertEqual(sorted(os.listdir(folder)), ["link.png", "shot.png"])


if __name__ == "__main__":
    unittest.main()
