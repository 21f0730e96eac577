# SPDX-License-Identifier: MIT
"""triptych-convert: the frames of one stream in another, edited as requested, else unchanged."""
import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest

from programs import (BUILD, PATIENCE, SOURCE, ProgramTest, end, is_sanitized, last_json, tool,
                      wait_until)

sys.path.insert(0, str(SOURCE / "plugins/python"))
os.environ["TRIPTYCH_LIBRARY"] = str(BUILD / "common/libtriptych.so.0")

import triptych  # noqa: E402  after the path is set

DONE, FAILED, MISUSED = 0, 1, 2
NO_SIGNAL, STANDBY = 1, 16  # enum tri_frame_flags
SIZE = (64, 48)


def fill(draft, value):
    for plane in draft.planes:
        memory = plane.view()
        memory[:] = bytes([value]) * len(memory)


class Convert(ProgramTest):
    def convert(self, *args, source=None, to=None):
        """Starts a converter: names of both streams, its process."""
        source, to = source or self.stream(), to or self.stream()
        return source, to, self.start("triptych-convert", *args, source, to)

    def writer(self, name, format="GREY", size=SIZE, **options):
        writer = triptych.Writer(name, format, *size, fps=30, **options)
        self.addCleanup(writer.close)
        return writer

    def reader(self, name):
        reader = triptych.Reader(name)
        self.addCleanup(reader.close)
        return reader

    def next_frame(self, reader, accept=lambda frame: not frame.no_signal):
        """Waits for a frame that `accept` takes: one that is not of an outage."""
        def accepted():
            frame = reader.latest(PATIENCE)
            return accept(frame) and frame
        return wait_until(accepted, "such a frame")

    def publish(self, writer, value=1, **info):
        with writer.frame() as draft:
            fill(draft, value)
            draft.user = info.pop("user", b"")
            draft.capture_ns = info.pop("capture_ns", 0)
            for name, number in info.items():
                setattr(draft._c.info, name, number)

    def shown(self, name):
        """Returns triptych-info's description of a stream, None if there is none."""
        done = self.run_to_end("triptych-info", "--json", "show", name)
        return last_json(done.stdout) if done.returncode == DONE else None

    def wait_for_state(self, name, state):
        def reached():
            shown = self.shown(name)
            return shown and shown["state"] == state and shown
        return wait_until(reached, f"{name} is {state}")

    def capture(self, name, *args):
        """Starts a capture and waits for its first frame."""
        process = self.start("triptych-capture", "-q", "-n", name, *args)
        self.wait_for_stream(name, process)
        wait_until(lambda: (self.shown(name) or {}).get("newest"), "a frame")
        return process

    def finish(self, process, number=signal.SIGTERM):
        """Ends a program by a signal and returns its output."""
        process.send_signal(number)
        out, err = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, DONE, err)
        return out and out.decode()


class Frames(Convert):
    def test_times_sequence_and_user_data_are_those_of_the_source(self):
        source, to, process = self.convert("-f", "NV12", "-s", "32x24")
        writer = self.writer(source)
        reader = self.reader(to)
        for number in range(1, 21):
            captured = time.monotonic_ns() - 1000 * number
            user = f'{{"box": {number}}}'.encode()
            self.publish(writer, number, capture_ns=captured, driver_sequence=1000 + 3 * number,
                         user=user)
            frame = self.next_frame(reader)
            self.assertEqual((frame.capture_ns, frame.driver_sequence, frame.user),
                             (captured, 1000 + 3 * number, user))
            self.assertEqual((frame.format, frame.width, frame.height), ("NV12", 32, 24))
            del frame
        self.finish(process)

    def test_no_signal_and_standby_of_the_source_are_passed_on(self):
        source, to, process = self.convert("-s", "32x24")
        writer = self.writer(source)
        reader = self.reader(to)
        self.publish(writer)
        self.next_frame(reader)
        for flags in (NO_SIGNAL, NO_SIGNAL | STANDBY):
            self.publish(writer, flags=flags)
            frame = reader.next(PATIENCE)
            self.assertEqual(frame._c.info.flags & (NO_SIGNAL | STANDBY), flags)
            del frame
        self.finish(process)

    def test_losses_before_the_converter_count_in_its_stream(self):
        source, to, process = self.convert()
        writer = self.writer(source)
        reader = self.reader(to)
        self.publish(writer)
        first = self.next_frame(reader)
        before = (first.dropped_driver, first.dropped_writer)
        del first
        triptych._library.lib.tri_writer_add_drops(writer._handle, 3, 2)
        self.publish(writer)
        frame = self.next_frame(reader)
        self.assertEqual((frame.dropped_driver - before[0], frame.dropped_writer - before[1]),
                         (3, 2))
        del frame
        self.finish(process)

    def test_format_of_the_result_follows_the_source(self):
        source, to, process = self.convert("-f", "XR24")
        reader = self.reader(to)
        for size in (64, 48), (32, 24), (128, 96):
            writer = self.writer(source, "YUYV", size)
            self.publish(writer)
            frame = self.next_frame(reader)
            self.assertEqual((frame.format, frame.width, frame.height), ("XR24", *size))
            del frame
            writer.close()
        self.finish(process)

    def test_own_rotation_turns_frames_upright(self):
        source, to, process = self.convert("--rotate", "own")
        writer = self.writer(source, rotation=90)
        reader = self.reader(to)
        self.publish(writer)
        frame = self.next_frame(reader)
        self.assertEqual((frame.width, frame.height, frame.rotation), (48, 64, 0))
        del frame
        self.finish(process)

    def test_borders_are_black_and_the_picture_in_the_middle(self):
        source, to, process = self.convert("-s", "64x64", "--fit", "pad")
        writer = self.writer(source)
        reader = self.reader(to)
        self.publish(writer, 200)
        frame = self.next_frame(reader)
        rows = [bytes(frame.planes[0].view()[y * 64:y * 64 + 64]) for y in range(64)]
        self.assertEqual(rows, [bytes(64)] * 8 + [bytes([200]) * 64] * 48 + [bytes(64)] * 8)
        del frame
        self.finish(process)

    def test_limited_rate_leaves_frames_out_and_repeats_none(self):
        source, to, process = self.convert("-r", "10", "--json")
        writer = self.writer(source)
        reader = self.reader(to)
        began = time.monotonic_ns() - 4 * 10**9
        self.publish(writer, capture_ns=began)
        times = [self.next_frame(reader).capture_ns]
        for number in range(1, 91):  # three seconds at 30 frames a second
            self.publish(writer, capture_ns=began + number * 10**9 // 30, driver_sequence=number)
            if number % 3 == 0:
                times.append(self.next_frame(reader).capture_ns)
        self.assertEqual([round((at - began) / 1e8) for at in times], list(range(31)))
        summary = last_json(self.finish(process))
        self.assertEqual(summary["limited"] + summary["dropped"]["writer"], 60)


class Pixels(Convert):
    """Compared byte by byte with what ffmpeg makes of the same picture."""

    def ffmpeg(self, *args, input=None):
        done = subprocess.run([tool("ffmpeg"), "-v", "error", "-nostdin" if input is None else "-y",
                               *args, "-f", "rawvideo", "-"],
                              input=input, capture_output=True, check=True, timeout=PATIENCE)
        return done.stdout

    def converted(self, format, picture, *args):
        """The bytes of the picture after triptych-convert ARGS."""
        path = self.folder() / "picture"
        path.write_bytes(picture)
        source, to, process = self.convert("-q", *args)
        writer = self.capture(source, "--loop", "-f", format, "-s", "96x64", "-r", "30",
                              f"raw:{path}")
        self.next_frame(self.reader(to))
        out = self.folder() / "out"
        done = self.run_to_end("triptych-dump", "-q", "--count", 1, "--to", "raw", "-o", out, to)
        self.assertEqual(done.returncode, DONE, done.stderr)
        self.finish(process)
        self.finish(writer)
        return out.read_bytes()

    def compare(self, pixels, format, table):
        picture = self.ffmpeg("-f", "lavfi", "-i", "testsrc2=size=96x64:rate=1", "-frames:v", "1",
                              "-pix_fmt", pixels)
        for args, filters in table:
            with self.subTest(args=args):
                wanted = self.ffmpeg("-f", "rawvideo", "-pix_fmt", pixels, "-s", "96x64", "-i", "-",
                                     "-vf", filters, input=picture)
                self.assertEqual(self.converted(format, picture, *args), wanted)

    def test_turned_and_cropped_pictures_are_ffmpegs(self):
        self.compare("yuv420p", "YU12", [
            (["--rotate", "90"], "transpose=clock"),
            (["--rotate", "180"], "hflip,vflip"),
            (["--rotate", "270"], "transpose=cclock"),
            (["--flip", "h"], "hflip"),
            (["--flip", "v"], "vflip"),
            (["--rotate", "90", "--flip", "h"], "transpose=clock,hflip"),
            (["--rotate", "90", "--flip", "v"], "transpose=clock,vflip"),
            (["--crop", "40x20+16+8"], "crop=40:20:16:8"),
            (["--crop", "40x20+16+8", "--rotate", "270"], "crop=40:20:16:8,transpose=cclock"),
            ([], "null"),
        ])

    def test_scaled_picture_of_ten_bits_is_swscales(self):
        self.compare("p010le", "P010", [
            (["-s", "48x40"], "scale=48:40:flags=bilinear+accurate_rnd+full_chroma_int+"
                              "full_chroma_inp")])

    def test_motion_jpeg_is_decoded(self):
        source, to, process = self.convert("-s", "48x32", "-f", "YU12")
        self.capture(source, "-f", "MJPG", "-s", "96x64", "pattern:colors")
        frame = self.next_frame(self.reader(to))
        self.assertEqual((frame.format, frame.width), ("YU12", 48))
        del frame
        self.finish(process)


class Lifetimes(Convert):
    def test_missing_writer_shows_no_signal(self):
        source, to, process = self.convert("-s", "32x24")
        reader = self.reader(to)
        self.assertTrue(reader.next(PATIENCE).no_signal)  # none yet
        for _ in range(3):
            writer = self.capture(source, "-s", "64x48", "pattern:ball")
            frame = self.next_frame(reader)
            self.assertEqual((frame.width, frame.generation), (32, 1))
            del frame
            writer.kill()
            writer.wait()
            self.next_frame(reader, lambda frame: frame.no_signal)
        self.assertEqual(reader.stats["restarts"], 0)
        self.finish(process)
        subprocess.run([tool("true")], check=True)
        self.run_to_end("triptych-info", "remove", source)

    def test_readers_outlive_a_killed_converter(self):
        source, to, process = self.convert("-s", "32x24")
        self.capture(source, "-s", "64x48", "pattern:ball")
        reader = self.reader(to)
        for generation in range(1, 4):
            frame = self.next_frame(reader, lambda frame: not frame.no_signal and
                                    frame.generation == generation)
            del frame
            process.kill()
            process.wait()
            process = self.convert("-s", "32x24", source=source, to=to)[2]
        self.next_frame(reader, lambda frame: frame.generation == 4)
        self.finish(process)

    def test_end_of_the_source_ends_the_converter_on_request(self):
        source, to, process = self.convert("--exit-on-end")
        writer = self.writer(source)
        self.publish(writer)
        self.next_frame(self.reader(to))
        writer.close()
        process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, DONE)

    def test_count_and_duration_end_the_run(self):
        source = self.stream()
        self.capture(source, "-s", "64x48", "pattern:ball")
        done = self.run_to_end("triptych-convert", "-q", "--json", "--count", 5, source,
                               self.stream())
        summary = last_json(done.stdout)
        self.assertEqual((done.returncode, summary["frames"], summary["source"]),
                         (DONE, 5, f"stream:{source}"))
        done = self.run_to_end("triptych-convert", "-q", "--duration", "0.2", source, self.stream())
        self.assertEqual(done.returncode, DONE, done.stderr)

    def test_a_thousand_readers_leave_nothing_behind(self):
        source, to, process = self.convert("-s", "32x24")
        self.capture(source, "-s", "64x48", "-r", "200", "pattern:ball")
        self.next_frame(self.reader(to))
        proc = pathlib.Path(f"/proc/{process.pid}")

        def memory():
            return int((proc / "statm").read_text().split()[1])
        fds, pages = None, None
        for number in range(1000):
            reader = triptych.Reader(to)
            reader.latest(PATIENCE)
            reader.close()
            if number == 200:  # by now everything that is allocated once is there
                fds, pages = len(list((proc / "fd").iterdir())), memory()
        self.assertEqual(len(list((proc / "fd").iterdir())), fds)
        if not is_sanitized():  # which keeps freed memory for a while
            self.assertLess(memory(), pages + 64)
        self.finish(process)


class OnDemand(Convert):
    def test_source_is_read_only_while_the_result_is(self):
        camera, small = self.stream(), self.stream()
        first = self.capture(camera, "--on-demand=0", "-s", "64x48", "pattern:ball")
        self.wait_for_state(camera, "standby")
        process = self.convert("--on-demand=0", "-s", "32x24", source=camera, to=small)[2]
        for _ in range(3):
            self.wait_for_state(small, "standby")
            self.assertEqual(self.wait_for_state(camera, "standby")["readers"], 0)
            reader = triptych.Reader(small)
            self.next_frame(reader)
            self.assertEqual(self.shown(camera)["state"], "live")
            reader.close()
        self.wait_for_state(small, "standby")
        self.wait_for_state(camera, "standby")
        self.finish(process)
        self.finish(first)

    def test_describing_the_source_does_not_open_it(self):
        camera, small = self.stream(), self.stream()
        log = self.folder() / "log"
        with open(log, "w", encoding="utf-8") as file:
            first = self.start("triptych-capture", "-n", camera, "--on-demand=0", "-s", "64x48",
                               "pattern:ball", stderr=file)
        self.wait_for_stream(camera, first)
        self.wait_for_state(camera, "standby")
        process = self.convert("--on-demand=0", "-s", "32x24", source=camera, to=small)[2]
        shown = self.wait_for_state(small, "standby")
        self.assertEqual((shown["picture"]["width"], shown["picture"]["format"]), (32, "YUYV"))
        self.finish(process)
        self.finish(first)
        self.assertNotIn("opening it for a reader", log.read_text(encoding="utf-8"))

    def test_frames_of_the_source_wake_no_process_in_standby(self):
        camera, small = self.stream(), self.stream()
        self.capture(camera, "-s", "64x48", "-r", "1000", "pattern:ball")
        process = self.convert("--on-demand=0", source=camera, to=small)[2]
        self.wait_for_state(small, "standby")

        def wakeups():
            status = pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
            return int(status.partition("\nvoluntary_ctxt_switches:")[2].split()[0])
        before, number = wakeups(), self.shown(camera)["newest"]["number"]
        wait_until(lambda: self.shown(camera)["newest"]["number"] > number + 2000, "2000 frames")
        self.assertLess(wakeups() - before, 1000)  # 25 checks for readers a second
        self.finish(process)


class Refusals(Convert):
    def test_every_mistake_is_named_and_explained(self):
        for args, words in (
                ([], ["FROM and TO, not 0"]), (["a"], ["not 1"]), (["a", "b", "c"], ["not 3"]),
                (["a", "a"], ["both a"]), (["a", ".b"], ["'.b' is not a stream name"]),
                (["-f", "XYZW", "a", "b"], ["--format", "YUYV"]),
                (["-f", "MJPG", "a", "b"], ["MJPG", "choose"]),
                (["-f", "BA81", "a", "b"], ["BA81", "Bayer"]),
                (["--crop", "10x10", "--crop", "10", "a", "b"], ["--crop", "640x480+100+0"]),
                (["--crop", "10x10+1", "a", "b"], ["--crop"]),
                (["--crop", "10x10+1+-1", "a", "b"], ["--crop"]),
                (["--rotate", "45", "a", "b"], ["--rotate", "own"]),
                (["--flip", "x", "a", "b"], ["--flip", "h v"]),
                (["--fit", "pad", "a", "b"], ["--fit pad", "--size"]),
                (["-s", "20000x10", "a", "b"], ["--size", "16384"]),
                (["-r", "0", "a", "b"], ["--rate 0"]), (["-b", "2", "a", "b"], ["3 to 64"])):
            with self.subTest(args=args):
                self.assert_refused(self.run_to_end("triptych-convert", *args), MISUSED, *words)

    def test_edit_that_the_stream_does_not_allow_ends_the_run(self):
        source = self.stream()
        self.capture(source, "-f", "NV12", "-s", "64x48", "pattern:ball")
        for args, words in ((["--crop", "65x10"], ["not inside its 64x48"]),
                            (["--crop", "10x10+1+0"], ["multiple of 2", "+0+0"])):
            done = self.run_to_end("triptych-convert", *args, source, self.stream())
            self.assert_refused(done, MISUSED, source, *words)

    def test_format_that_is_not_turned_is_refused_with_the_remedy(self):
        for format in ("v210", "Y210", "Y10P", "BA81"):
            with self.subTest(format=format):
                source = self.stream()
                self.publish(self.writer(source, format))
                done = self.run_to_end("triptych-convert", "--flip", "h", source, self.stream())
                self.assert_refused(done, MISUSED, f"{format} cannot be turned", "add --format")

    def test_compressed_video_with_references_is_refused(self):
        source = self.stream()
        writer = self.writer(source, "H264")
        writer.write(b"frame", key=True)
        done = self.run_to_end("triptych-convert", source, self.stream())
        self.assert_refused(done, MISUSED, "H264", "decodebin")

    def test_stream_of_another_writer_is_not_taken(self):
        source, to = self.stream(), self.stream()
        for name in (source, to):
            self.capture(name, "-s", "64x48", "pattern:ball")
        done = self.run_to_end("triptych-convert", source, to)
        self.assert_refused(done, FAILED, to, "stop it or choose another name")

    def test_loop_of_converters_is_refused(self):
        names = [self.stream() for _ in range(3)]
        running = [self.convert(source=names[0], to=names[1])[2],
                   self.convert(source=names[1], to=names[2])[2]]
        for name, process in zip(names[1:], running):
            self.wait_for_stream(name, process)
            self.wait_for_state(name, "live")
        done = self.run_to_end("triptych-convert", names[2], names[0])
        self.assert_refused(done, MISUSED, names[2], "loop")
        for process in running:
            self.finish(process)

    def test_change_that_cannot_be_converted_shows_no_signal(self):
        source, to, process = self.convert("--crop", "64x48")
        reader = self.reader(to)
        for size, works in (((64, 48), True), ((32, 24), False), ((96, 64), True)):
            writer = self.writer(source, size=size)
            self.publish(writer)
            self.next_frame(reader, lambda frame: frame.no_signal != works)
            writer.close()
        end(process)


if __name__ == "__main__":
    unittest.main()
