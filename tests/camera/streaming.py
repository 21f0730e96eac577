# SPDX-License-Identifier: MIT
"""Vivid's colour bars, from the driver to a reader in another process."""
import itertools
import subprocess

from programs import built, tool

from bars import bytes_of, differences
from camera import CameraTest, HDMI, MULTIPLANAR, PATIENCE, TELEVISION, WEBCAM
from machine import SHARE_INSIDE

PLAIN = "-c osd_text_mode=None"  # no text over the bars


class Streaming(CameraTest):
    def assert_bars(self, form, width, height, device=WEBCAM, pattern="75% Colorbar", more=""):
        """Captures a format and size, and compares the output of triptych-dump."""
        name = self.stream()
        picture = f"-f {form} -s {width}x{height} {PLAIN} -c 'test_pattern={pattern}'"
        capture = self.capture(name, f"{picture} {more}", device)
        try:
            data = self.picture(name, form, width, height)
        finally:
            capture.end() # before the next one, which wants the same device
        self.assertEqual(capture.status, 0, capture.err)
        self.assertEqual(differences(data, form, width, height, pattern), [])

    def test_bars_arrive_in_YUYV(self):
        self.assert_bars("YUYV", 640, 360)

    def test_bars_arrive_in_NV12(self):
        self.assert_bars("NV12", 640, 360)

    def test_bars_arrive_in_RGB3(self):
        self.assert_bars("RGB3", 640, 360)

    def test_bars_arrive_in_YU12(self):
        self.assert_bars("YU12", 640, 360)

    def test_bars_arrive_in_another_size(self):
        self.assert_bars("YUYV", 320, 180)

    def test_bars_arrive_by_mapped_buffers(self):
        for form in ("YUYV", "NV12", "RGB3", "YU12"):
            with self.subTest(form):
                self.assert_bars(form, 320, 180, more="--io mmap", pattern="100% Colorbar")

    def test_bars_arrive_by_read(self):
        self.assert_bars("NV12", 320, 180, more="--io read")

    def test_bars_arrive_from_a_multi_planar_device(self):
        for form, way in itertools.product(("NV12", "NV16", "RGB3"), ("mmap", "userptr")):
            with self.subTest(form=form, io=way):
                self.assert_bars(form, 320, 180, MULTIPLANAR, more=f"--io {way}")

    def test_viewer_shows_the_bars(self):
        name = self.stream()
        capture = self.capture(name, f"-f NV12 -s 640x360 {PLAIN}")
        self.succeed(f"{built('triptych-display')} --headless --count 3 --timeout {PATIENCE // 2} "
                     f"--screenshot {SHARE_INSIDE}/{name}.png {name}")
        self.finish(capture)
        file = self.machine.share / f"{name}.png"
        shot = subprocess.run([tool("ffmpeg"), "-v", "error", "-i", file, "-f", "rawvideo",
                               "-pix_fmt", "rgb24", "-"], check=True, stdout=subprocess.PIPE).stdout
        self.assertEqual(len(shot), bytes_of("RGB3", 640, 360))
        self.assertEqual(differences(shot, "RGB3", 640, 360, "75% Colorbar"), [])

    def test_requested_rate_becomes_the_rate_of_the_stream(self):
        for rate in (10, 25):
            name = self.stream()
            capture = self.capture(name, f"-r {rate} -s 640x360")
            frame = self.frames(name, 1)[0]
            self.finish(capture)
            self.assertEqual(frame["fps_num"], rate * frame["fps_den"])

    def test_intervals_match_the_frame_rate(self):
        name = self.stream()
        capture = self.capture(name, "-r 5 -s 320x180")
        frames = self.frames(name, 10)
        self.finish(capture)
        steps = frames[-1]["driver_sequence"] - frames[0]["driver_sequence"]
        lasted_s = (frames[-1]["capture_ns"] - frames[0]["capture_ns"]) / 1e9
        self.assertAlmostEqual(lasted_s / steps, 1 / 5, delta=0.05)  # by the driver's own times

    def test_sequence_has_no_gaps_where_the_driver_had_none(self):
        name = self.stream()
        capture = self.capture(name, "-r 10 -s 320x180")
        frames = self.frames(name, 30)
        self.finish(capture)
        for before, after in zip(frames, frames[1:]):
            self.assert_accounted(before, after)

    def test_stream_has_the_colours_that_the_driver_reports(self):
        name = self.stream()
        colours = "-c colorspace='Rec. 709' -c quantization='Full Range'"
        capture = self.capture(name, f"-f YUYV {colours}")
        frame = self.frames(name, 1)[0]
        self.finish(capture)
        self.control("colorspace=2,quantization=0")
        self.assertEqual((frame["colorspace"], frame["range"], frame["field"]),
                         ("rec709", "full-range", "none"))

    def test_size_is_taken_from_the_timings_of_the_source(self):
        name = self.stream()
        capture = self.capture(name, "", HDMI)
        frame = self.frames(name, 1)[0]
        self.finish(capture)
        self.assertEqual((frame["width"], frame["height"]), (1280, 720))
        self.assertEqual(round(frame["fps_num"] / frame["fps_den"]), 60)

    def test_fields_of_television_frames_are_described(self):
        name = self.stream()
        capture = self.capture(name, "-s 720x576", TELEVISION)
        frame = self.frames(name, 1)[0]
        self.finish(capture)
        self.assertEqual((frame["width"], frame["height"]), (720, 576))  # PAL
        self.assertEqual(frame["field"], "interlaced")
        self.assertEqual(frame["fps_num"] / frame["fps_den"], 25)

    def test_standard_that_is_selected_has_its_own_size_and_pixels(self):
        for standard, size, rate, aspect in (("NTSC", (720, 480), 29.97, (10, 11)),
                                             ("PAL", (720, 576), 25, (59, 54))):  # as it was
            with self.subTest(standard):
                name = self.stream()
                capture = self.capture(name, f"--input 0 --standard {standard}", TELEVISION)
                frame = self.frames(name, 1)[0]
                self.finish(capture)
                self.assertEqual((frame["width"], frame["height"]), size)
                self.assertAlmostEqual(frame["fps_num"] / frame["fps_den"], rate, delta=0.01)
                self.assertEqual((frame["aspect_num"], frame["aspect_den"]), aspect)

    def test_unsupported_size_becomes_the_nearest_and_is_logged(self):
        name = self.stream()
        capture = self.capture(name, "-s 650x370")
        frame = self.frames(name, 1)[0]
        self.finish(capture)
        self.assertEqual((frame["width"], frame["height"]), (640, 360))
        self.assertIn("650x370 requested", capture.err)
