# SPDX-License-Identifier: MIT
"""The Python module: what is refused, and how."""
import os
import pickle
import sys
import unittest

from programs import BUILD, SOURCE, ProgramTest

sys.path.insert(0, str(SOURCE / "plugins/python"))
os.environ["TRIPTYCH_LIBRARY"] = str(BUILD / "common/libtriptych.so.0")

import triptych  # noqa: E402  after the path is set


class LifeTest(ProgramTest):
    def pair(self, **options):
        """The two ends of a stream of grey pictures, 8x8."""
        name = self.stream()
        writer = triptych.Writer(name, options.pop("format", "GREY"), 8, 8, **options)
        self.addCleanup(writer.close)
        reader = triptych.Reader(name)
        self.addCleanup(reader.close)
        return writer, reader


class Values(LifeTest):
    def test_errors_come_through_a_pipe_between_processes(self):
        name = self.stream()
        with triptych.Writer(name, "GREY", 8, 8), self.assertRaises(triptych.Error) as raised:
            triptych.Writer(name, "GREY", 8, 8)
        twin = pickle.loads(pickle.dumps(raised.exception))
        self.assertEqual((type(twin), twin.code, str(twin)),
                         (triptych.Error, raised.exception.code, str(raised.exception)))

    def test_a_rate_below_zero_or_out_of_range_is_refused(self):
        for fps in (-1, "-30/1", 1e12):
            with self.subTest(fps=fps), self.assertRaisesRegex(ValueError, "fps"):
                triptych.Writer(self.stream(), "GREY", 8, 8, fps=fps)

    def test_a_compressed_picture_too_large_for_its_slot_is_refused(self):
        writer, reader = self.pair(format="MJPG")
        with self.assertRaisesRegex(ValueError, "1000000 bytes"):
            writer.write(bytes(1000000))
        with self.assertRaises(TimeoutError):
            reader.latest(timeout=0)


if __name__ == "__main__":
    unittest.main()
