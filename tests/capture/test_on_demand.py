# SPDX-License-Identifier: MIT
"""--on-demand: the source is open only while the stream has readers."""
import json
import os
import pathlib
import re
import signal

from programs import is_sanitized, last_json, wait_until
from scripted_camera import ScriptedCameraTest

GREY = "mode GREY 64x48 50"
FAILED, MISUSED = 1, 2
OPENING = "opening it for a reader"
READERS = int(os.environ.get("TRIPTYCH_READERS", "20"))  # one after the other
LEAST_LEAK = 4  # KiB of each


class OnDemand(ScriptedCameraTest):
    def demanded(self, *args, device="v4l2:/dev/video0"):
        """A capture in standby: name, process, log."""
        name, process, log = self.capture("--on-demand=0", *args, device=device)
        self.wait_for(log, "standby: no readers")
        return name, process, log

    def reader(self, name):
        return self.start("triptych-dump", "--stats", "--mode", "next", name)

    def shown(self, name):
        """Returns triptych-info's description of a stream."""
        done = self.run_to_end("triptych-info", "--json", "show", name)
        self.assertEqual(done.returncode, 0, done.stderr)
        return last_json(done.stdout)

    def opens(self, process, path):
        """Whether the process has the file open."""
        folder = f"/proc/{process.pid}/fd"
        return any(os.readlink(f"{folder}/{fd}") == str(path) for fd in os.listdir(folder))

    def test_file_is_open_only_while_the_stream_is_read(self):
        path = self.folder() / "video.y4m"
        path.write_bytes(b"YUV4MPEG2 W4 H2 F50:1 Cmono\n" + (b"FRAME\n" + bytes(8)) * 50)
        name, process, _ = self.demanded("--loop", device=f"y4m:{path}")
        for _ in range(3):
            wait_until(lambda: not self.opens(process, path), "the file is closed")
            reader = self.reader(name)
            wait_until(lambda: self.opens(process, path), "the file is open")
            reader.terminate()
            reader.communicate(timeout=60)
        self.finish(process)

    def test_stream_in_standby_has_a_frame_that_shows_it(self):
        self.plug_in(GREY)
        name, process, _ = self.demanded()
        shown = self.shown(name)
        self.assertEqual((shown["state"], shown["newest"]["no_signal"]), ("standby", True))
        self.assertEqual((shown["picture"]["format"], shown["picture"]["width"]), ("GREY", 64))
        self.finish(process)

    def test_camera_is_described_without_starting_it(self):
        for io in ("userptr", "mmap", "read"):
            with self.subTest(io):
                self.plug_in([GREY, "caps +readwrite", "fail STREAMON EIO", "fail read EIO"])
                name, process, _ = self.demanded("--io", io)
                self.assertEqual(self.shown(name)["picture"]["width"], 64)
                self.finish(process)

    def test_reader_gets_frames_of_the_source_under_the_same_name(self):
        self.plug_in(GREY)
        name, process, log = self.demanded()
        for opened in range(1, 4):
            process.send_signal(signal.SIGSTOP)  # until the reader has the frames of the time before
            reader = self.start_reader(name, 20)
            while not json.loads(reader.stdout.readline())["no_signal"]:
                pass
            process.send_signal(signal.SIGCONT)
            frames = self.frames_of(reader)
            self.assertTrue(frames[0]["restart"])
            self.assertFalse(any(frame["no_signal"] for frame in frames))
            self.assertEqual((frames[-1]["dropped_writer"], frames[-1]["copies"]), (0, 0))
            self.wait_for_standby_number(log, opened + 1)
        self.finish(process)
        self.assertEqual(log().count(OPENING), 3)

    def wait_for_standby_number(self, log, count):
        wait_until(lambda: log().count("standby: no readers") == count, f"standby {count}")

    def test_readers_that_attach_while_the_source_opens_share_it(self):
        self.plug_in(GREY)
        name, process, log = self.demanded()
        readers = [self.reader(name) for _ in range(3)]
        self.wait_for_readers(name, 3)
        self.assertFalse(self.frames(name, 20)[-1]["no_signal"])
        for reader in readers:
            reader.terminate()
            reader.communicate(timeout=60)
            self.assertEqual(reader.returncode, 0)
        self.wait_for_standby_number(log, 2)
        self.finish(process)
        self.assertEqual(log().count(OPENING), 1)

    def test_reader_that_leaves_before_the_first_frame_ends_the_start(self):
        self.plug_in([GREY, "fail DQBUF EAGAIN"])
        name, process, log = self.demanded()
        for opened in range(1, 4):
            reader = self.reader(name)
            wait_until(lambda count=opened: log().count(OPENING) == count, "the source opens")
            reader.kill()
            reader.communicate(timeout=60)
            self.wait_for_standby_number(log, opened + 1)
        self.finish(process)

    def resources(self, process):
        """Open files, mapped segments and resident KiB of a process."""
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
        maps = pathlib.Path(f"/proc/{process.pid}/maps").read_text(encoding="utf-8")
        return (len(os.listdir(f"/proc/{process.pid}/fd")), maps.count("SYSV"),
                int(re.search(r"VmRSS:\s+(\d+)", status)[1]))

    def test_readers_that_open_and_close_leave_nothing_behind(self):
        self.plug_in(GREY)
        name, process, log = self.demanded()
        seen = []
        for opened in range(1, READERS + 1):
            self.frames(name, 12)  # more than the slots have
            self.wait_for_standby_number(log, opened + 1)
            seen.append(self.resources(process))
        self.finish(process)
        half = READERS // 2
        self.assertEqual({row[:2] for row in seen[half:]}, {seen[half][:2]})
        if not is_sanitized():  # which keeps freed memory for a while
            self.assertLess(seen[-1][2] - seen[half][2], LEAST_LEAK * half)

    def test_inspecting_a_stream_does_not_open_the_source(self):
        if is_sanitized():
            self.skipTest("a sanitized triptych-info stays attached as long as a reader")
        self.plug_in(GREY)
        name, process, log = self.demanded()
        for _ in range(10):
            self.shown(name)
            self.run_to_end("triptych-info", "list")
        self.finish(process)
        self.assertNotIn(OPENING, log())

    def test_source_lost_in_standby_is_retried_while_it_is_read(self):
        self.plug_in(GREY)
        name, process, log = self.demanded("--persistent")
        self.unplug()
        reader = self.reader(name)
        self.wait_for(log, "no signal; reopening it")
        wait_until(lambda: self.shown(name)["state"] == "live", "NO SIGNAL, not STANDBY")
        self.plug_in(GREY)
        self.wait_for(log, "signal is back after")
        reader.terminate()
        reader.communicate(timeout=60)
        self.wait_for_standby_number(log, 2)
        self.finish(process)

    def test_source_stays_open_for_the_requested_time(self):
        self.plug_in(GREY)
        name, process, log = self.capture("--on-demand=3600")
        self.wait_for(log, "standby: no readers")  # there has been no reader yet
        self.frames(name, 3)
        wait_until(lambda: self.shown(name)["readers"] == 0, "no readers")
        number = self.shown(name)["newest"]["number"]
        wait_until(lambda: self.shown(name)["newest"]["number"] > number + 5, "more frames")
        self.finish(process)
        self.assertEqual(log().count("standby"), 1)

    def test_source_that_cannot_be_reopened_is_refused(self):
        done = self.run_capture("-n", self.stream(), "--on-demand", "y4m:-")
        self.assert_refused(done, MISUSED, "--on-demand needs a regular file")
        done = self.run_capture("--on-demand=1", "--wait-for-reader")
        self.assert_refused(done, MISUSED, "--wait-for-reader")
        done = self.run_capture("--on-demand=soon")
        self.assert_refused(done, MISUSED, "--on-demand")


class Hooks(ScriptedCameraTest):
    def hooked(self, *args):
        """A capture whose commands write what happens into a file: name, process, file."""
        happened = self.folder() / "happened"
        happened.write_text("")
        command = f'echo {{}} $TRIPTYCH_STREAM >> {happened}; cat'  # stdin is empty
        name, process, _ = self.capture("--on-first-reader", command.format("first"),
                                        "--on-last-reader", command.format("last"), *args,
                                        "-s", "64x48", device="pattern:ball")
        self.wait_for_stream(name, process)
        return name, process, happened

    def test_commands_run_for_the_first_and_the_last_reader(self):
        for args in ((), ("--on-demand=0",)):
            with self.subTest(args=args):
                name, process, happened = self.hooked(*args)
                for times in range(1, 3):
                    readers = [self.start("triptych-dump", "--stats", name) for _ in range(2)]
                    self.wait_for_readers(name, 2)
                    text = f"first {name}\nlast {name}\n" * times
                    wait_until(lambda: happened.read_text() == text[:-len(name) - 6], "first")
                    for reader in readers:
                        reader.terminate()
                        reader.communicate(timeout=60)
                    wait_until(lambda: happened.read_text() == text, "last")
                self.finish(process)
                self.assertEqual(happened.read_text(), text)

    def test_end_of_the_stream_counts_as_the_last_reader(self):
        name, process, happened = self.hooked()
        self.start("triptych-dump", "--stats", name)
        wait_until(lambda: "first" in happened.read_text(), "a reader")
        self.finish(process)
        wait_until(lambda: "last" in happened.read_text(), "the command of the last reader")

    def test_commands_that_have_ended_are_reaped(self):
        name, process, happened = self.hooked()
        for times in range(1, 4):
            reader = self.start("triptych-dump", "--stats", name)
            wait_until(lambda: happened.read_text().count("first") == times, "first")
            reader.terminate()
            reader.communicate(timeout=60)
            wait_until(lambda: happened.read_text().count("last") == times, "last")
        children = f"/proc/{process.pid}/task/{process.pid}/children"
        wait_until(lambda: not open(children, encoding="ascii").read(), "no child is left")
        self.finish(process)


if __name__ == "__main__":
    import unittest
    unittest.main()
