# SPDX-License-Identifier: MIT
"""Boxes of detections in triptych-display: beside the frames, and from a stream of their own."""

import json
import os
import sys
import time

from programs import BUILD, PATIENCE, SOURCE, is_sanitized, last_json
from stdin_writer import StdinWriter
from viewer_case import WindowTest

CAT, DOG, MOVING = (255, 110, 110), (130, 255, 120), (64, 224, 255)  # colours of these labels
SECOND = 10**9


def detections(*boxes, label="cat", **keys):
    """User data with a box for each (left, top, width, height)."""
    found = [{"label": label, "box": box} for box in boxes]
    return json.dumps({"version": 1, **keys, "detections": found}).encode()


def lines(picture):
    """Lines of text at the left edge."""
    lit = [any(min(picture.at(x, y)) > 150 for x in range(12, 40)) for y in range(picture.height)]
    return sum(now and not before for before, now in zip(lit, lit[1:]))


class Boxes(WindowTest):
    def window(self, *options, names=None):
        """A window of 640x480: a pixel of the frame is two by two."""
        return self.show(names or self.name, "--geometry", "640x480+0+0", *options)

    def boxed(self, window, at, what, color=CAT):
        """Waits until a point has the colour of a box. Returns the image."""
        return self.picture(window, lambda seen: seen.at(*at) == color, what)

    def plain(self, window, *points):
        """Waits until points show the frame."""
        return self.picture(window, lambda seen: all(seen.at(*at) == (128, 128, 128)
                                                     for at in points), "the frame alone")

    def setUp(self):
        super().setUp()
        self.name = self.stream()

    def test_key_draws_boxes_around_the_objects(self):
        Grey(self, self.name).frame(detections((80, 60, 100, 90)))
        window = self.window()
        self.plain(window, (159, 200), (250, 119))
        window.press("d")
        seen = self.boxed(window, (159, 200), "a box")
        for at in ((360, 200), (300, 119), (250, 300)):  # right, above, below
            self.assertEqual(seen.at(*at), CAT, at)
        for at in ((160, 200), (359, 200), (250, 120), (250, 299)):  # the object itself
            self.assertEqual(seen.at(*at), (128, 128, 128), at)
        self.assertEqual(seen.at(161, 112), CAT)  # the label, above the left corner
        window.press("d")
        self.plain(window, (159, 200), (250, 119), (161, 112))

    def test_boxes_rotate_and_mirror_with_the_frame(self):
        Grey(self, self.name).frame(detections((0, 100, 40, 40)))
        window = self.window("--detections")
        self.boxed(window, (80, 240), "at the left, 80 wide")
        window.press("m")
        self.boxed(window, (559, 240), "at the right")
        window.press("m", "r")  # 360x480 in the middle: three halves
        self.boxed(window, (320, 60), "at the top, 60 high")

    def test_boxes_of_another_size_fit_the_frame(self):
        Grey(self, self.name).frame(detections((400, 300, 500, 450), size=[1600, 1200]))
        window = self.window("--detections")
        self.boxed(window, (159, 200), "the same box, five times as large")

    def test_boxes_beyond_the_frame_end_at_its_edge(self):
        Grey(self, self.name).frame(detections((-1000, -1000, 1200, 1100), (400, 10, 50, 50)))
        window = self.window("--detections")
        seen = self.boxed(window, (400, 50), "the right side")
        self.assertEqual(seen.at(50, 200), CAT)
        self.assertEqual(seen.at(600, 100), (128, 128, 128))
        window.press("1")  # 320x240 in the middle
        self.boxed(window, (159, 200), "a side at the edge of the frame")

    def test_boxes_are_drawn_at_the_original_size(self):
        # where the X server would show the frame alone
        writer = Grey(self, self.name)
        writer.frame()
        window = self.show(self.name, "--geometry", "320x240+0+0", "--detections")
        self.plain(window, (79, 100))
        for brightness in (100, 120, 140):
            writer.frame(detections((80, 60, 100, 90)), brightness=brightness)
            seen = self.picture(window, lambda seen, wanted=(brightness,) * 3:
                                seen.at(20, 200) == wanted, "the next frame")
            self.assertEqual(seen.at(79, 100), CAT)

    def test_invalid_user_data_draw_nothing(self):
        writer = Grey(self, self.name)
        writer.frame(detections((80, 60, 100, 90)))
        window = self.window("--detections")
        self.boxed(window, (159, 200), "a box")
        for user in (b"\x00\xff" * 512, b"[" * 1024, b'{"version":1,"detections":[{"label":"cat"}]}',
                     detections((80, 60, 1e300, 90)), detections((80, 60, 100, 90), label="\0"), b""):
            writer.frame(user)
            self.plain(window, (159, 200))
            writer.frame(detections((80, 60, 100, 90)))
            self.boxed(window, (159, 200), "the box again")

    def test_stepping_back_shows_the_boxes_of_that_frame(self):
        writer = Grey(self, self.name)
        writer.frame(detections((80, 60, 100, 90)))
        window = self.window("--detections")
        self.boxed(window, (159, 200), "the first box")
        writer.frame(detections((200, 60, 50, 90)))
        self.boxed(window, (399, 200), "the second box")
        window.press("comma")
        self.boxed(window, (159, 200), "the first box")
        window.press("period")
        self.boxed(window, (399, 200), "the second box")

    def test_every_tile_has_its_own_boxes(self):
        names = [self.stream(), self.stream()]
        Grey(self, names[0]).frame(detections((80, 60, 100, 90)))
        Grey(self, names[1]).frame(detections((80, 60, 100, 90), label="dog"))
        window = self.window("--detections", names=names)  # each 319 wide, 239 high, at 120
        self.picture(window, lambda seen: seen.at(78, 220) == CAT and seen.at(399, 220) == DOG,
                     "a box in each")

    def test_detections_of_a_later_stream_are_drawn(self):
        name = f"{self.name}.detections"
        self._names.append(name)
        frames, found = Grey(self, self.name), Grey(self, name)
        began = time.monotonic_ns() - 5 * SECOND
        frames.frame(capture_ns=began)
        window = self.window("--detections")
        self.plain(window, (159, 200))
        found.frame(detections((80, 60, 100, 90), frame=1), capture_ns=began)
        self.boxed(window, (159, 200), "the box")
        frames.frame(capture_ns=began + SECOND, brightness=100)
        seen = self.picture(window, lambda seen: seen.at(20, 400) == (100, 100, 100), "the next frame")
        self.assertEqual(seen.at(159, 200), CAT)  # one frame and a second late
        for others in (detections((200, 60, 50, 90), frame=9), detections((200, 60, 50, 90)), b"no"):
            found.frame(others, capture_ns=began)
        found.frame(detections((80, 60, 30, 90), frame=2), capture_ns=began + SECOND)
        seen = self.boxed(window, (220, 200), "the box of this frame")
        self.assertEqual(seen.at(399, 200), (100, 100, 100))  # of no frame that was shown yet

        found.frame(detections((80, 60, 60, 90), frame=1), capture_ns=began)
        window.press("comma")
        self.boxed(window, (280, 200), "an older box, which came last")
        window.press("period")
        self.boxed(window, (220, 200), "the box of this frame")
        window.press("space")
        frames.frame(capture_ns=began + 2 * SECOND + 1)
        self.plain(window, (159, 200), (220, 200), (280, 200), (399, 200))

    def test_json_has_the_lateness_of_detections(self):
        name = f"{self.name}.detections"
        self._names.append(name)
        frames, found = Grey(self, self.name), Grey(self, name)
        began = time.monotonic_ns() - 5 * SECOND
        frames.frame(capture_ns=began)
        window = self.window("--detections", "--json")
        self.plain(window, (159, 200))
        found.frame(detections((80, 60, 100, 90), frame=1), capture_ns=began)
        self.boxed(window, (159, 200), "the box")
        frames.frame(capture_ns=began + SECOND, brightness=100)
        self.picture(window, lambda seen: seen.at(20, 400) == (100, 100, 100), "the next frame")
        self.viewer.terminate()
        summary = last_json(self.viewer.communicate(timeout=PATIENCE)[0].decode())
        self.assertEqual(summary["detections"]["frames"], 1)
        self.assertEqual(summary["detections"]["late_us"]["max"], 10**6)

    def test_named_stream_of_detections_is_read(self):
        name = self.stream()
        frames, found = Grey(self, self.name), Grey(self, name)
        frames.frame()
        window = self.window(f"--detections={name}")
        self.plain(window, (159, 200))
        found.frame(detections((80, 60, 100, 90), frame=1))
        self.boxed(window, (159, 200), "the box")
        done = self.run_to_end("triptych-display", f"--detections={name}", "one", "two")
        self.assertEqual(done.returncode, 2)
        self.assertIn("NAME.detections", done.stderr)

    def test_statistics_name_the_detections(self):
        Grey(self, self.name).frame(detections((300, 60, 10, 90)))
        window = self.window()
        window.press("i", "o", "o")
        before = lines(self.picture(window, lambda seen: lines(seen) > 12, "everything"))
        window.press("d")
        self.picture(window, lambda seen: lines(seen) == before + 1 and
                     seen.at(20, 450) == (128, 128, 128), "one more line, and no message any more")

    def test_detector_of_the_samples_is_drawn(self):
        try:
            import cv2  # noqa: F401
        except ImportError:
            self.skipTest("python3-opencv is not installed")
        if is_sanitized():
            self.skipTest("a sanitized library wants a sanitized Python")
        self._names.append(f"{self.name}.detections")
        self.start("triptych-capture", "-q", "-n", self.name, "-s", "320x240", "pattern:ball")
        detector = self.start(sys.executable, SOURCE / "samples/detect.py", self.name,
                              env={**os.environ, "PYTHONPATH": str(SOURCE / "plugins/python"),
                                   "TRIPTYCH_LIBRARY": str(BUILD / "common/libtriptych.so.0")})
        window = self.window("--detections")

        def boxed(seen):
            self.assertIsNone(detector.poll(), "the detector ended")
            return seen.share_of(lambda *color: color == MOVING) > 0.001
        self.picture(window, boxed, "a box around the ball")


class Grey:
    """Grey frames of 320x240 with user data."""

    def __init__(self, test, name):
        self.writer = StdinWriter(test, name)

    def frame(self, user=b"", capture_ns=0, brightness=128):
        return self.writer.frame("GREY", (320, 240), [bytes([brightness]) * 320 * 240],
                                 range="full-range", user=user, capture_ns=capture_ns)
