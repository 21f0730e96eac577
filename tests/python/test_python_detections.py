# SPDX-License-Identifier: MIT
"""Detections in user data: the Python module, the example, the schema, and samples/detect.py."""
import json
import math
import os
import re
import sys
import unittest

from detector_case import DetectorTest
from programs import BUILD, PATIENCE, SOURCE, wait_until

sys.path.insert(0, str(SOURCE / "plugins/python"))
os.environ["TRIPTYCH_LIBRARY"] = str(BUILD / "common/libtriptych.so.0")

import triptych  # noqa: E402  after the path is set
from triptych import Detection, Detections  # noqa: E402

ROOM = 1024


def assert_valid(test, user):
    """Asserts that user data have the schema of docs/json/."""
    try:
        import jsonschema
    except ImportError:
        test.skipTest("python3-jsonschema is not installed")
    schema = json.loads((SOURCE / "docs/json/detections.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(json.loads(user))


class Bytes(unittest.TestCase):
    """Detections as bytes, without a stream."""

    def test_detections_are_read_back_equal(self):
        written = Detections([Detection("pérson", (1, 2.5, 30, 40), 0.93, 7),
                              Detection("", (-1, 0, 1, 1))], 99, (640, 480), 3)
        self.assertEqual(Detections.from_bytes(written.to_bytes()), written)
        assert_valid(self, written.to_bytes())

    def test_lowest_scores_are_left_out_where_there_is_no_room(self):
        found = Detections([Detection(f"number {i}", (i, i, 10, 10), i / 100) for i in range(60)])
        user = found.to_bytes()
        self.assertIn(len(user), range(ROOM - 100, ROOM + 1))
        read = Detections.from_bytes(user)
        self.assertEqual(len(read.detections) + read.omitted, 60)
        self.assertEqual([one.score for one in read.detections],
                         [i / 100 for i in range(59, 59 - len(read.detections), -1)])
        assert_valid(self, user)

    def test_detections_that_nobody_could_read_are_refused(self):
        good = Detection("", (0, 0, 1, 1))
        for bad in (Detection("", (0, 0, 0, 1)), Detection("", (0, 0, 1, 1), 1.0000001),
                    Detection("", (0, 0, 1, math.nan)), Detection(1, (0, 0, 1, 1)),
                    Detection("", (0, 0, 1, 1), id=-1)):
            with self.subTest(bad=bad), self.assertRaisesRegex(ValueError, "not a detection"):
                Detections([good, bad]).to_bytes()
        with self.assertRaises(ValueError):
            Detections([good], size=(1, math.inf)).to_bytes()

    def test_invalid_user_data_is_none(self):
        one = '{"version":1,"detections":[%s]}'
        for text in ("", "frame 1", "[]", "1", "{}", '{"version":2,"detections":[]}',
                     '{"version":1,"detections":1}', one % "1", one % "{}", "[" * 1000,
                     '{"version":1,"detections":[],"frame":"1"}',
                     '{"version":1,"detections":[],"size":[1]}',
                     '{"version":1,"detections":[],"size":["a","b"]}',
                     one % '{"label":"","box":[0,0,1]}', one % '{"label":1,"box":[0,0,1,1]}',
                     one % '{"label":"","box":[0,0,0,1]}', one % '{"label":"","box":[0,0,1,1e300]}',
                     one % '{"label":"","box":[0,0,1,NaN]}',
                     one % '{"label":"","box":[0,0,1,1],"score":2}', "\x00\xff"):
            self.assertIsNone(Detections.from_bytes(text.encode("latin-1")), text)

    def test_example_of_the_documentation_is_valid(self):
        text = (SOURCE / "docs/userdata.md").read_text(encoding="utf-8")
        example = re.search(r"```json\n(.*?)```", text, re.S)[1].encode()
        read = Detections.from_bytes(example)
        self.assertEqual([one.label for one in read.detections], ["person", "dog"])
        assert_valid(self, example)


class Detector(DetectorTest):
    """samples/detect.py: what moves on one stream, beside the frames of another."""

    def setUp(self):
        super().setUp()
        self.name = self.stream()
        self.capture = self.start("triptych-capture", "-q", "-n", self.name, "-s", "320x240",
                                  "pattern:ball")

    def first_detections(self, output):
        """The first frame with a detection beside it, and its detections."""
        with triptych.Reader(output) as reader:
            def found():
                frame = reader.latest(timeout=PATIENCE)
                read = Detections.from_bytes(frame.user)
                return (frame, read) if read.detections else None
            return wait_until(found, "something that moves")

    def test_detector_writes_detections_beside_tiny_frames(self):
        detector = self.start_detector(self.name)
        output = f"{self.name}.detections"
        self._names.append(output)
        frame, found = self.first_detections(output)
        self.assertEqual((frame.width, frame.height, found.size), (16, 16, (320, 240)))
        self.assertGreater(found.frame, 0)
        x, y, w, h = found.detections[0].box
        self.assertTrue(0 <= x and 0 <= y and x + w <= 320 and y + h <= 240, found)
        assert_valid(self, frame.user)
        self.end_detector(detector)

    def test_detector_writes_detections_beside_its_picture(self):
        output = self.stream()
        detector = self.start_detector(self.name, output)
        frame, found = self.first_detections(output)
        self.assertEqual((frame.width, frame.height, found.size), (320, 240, (320, 240)))
        self.end_detector(detector)


if __name__ == "__main__":
    unittest.main()
