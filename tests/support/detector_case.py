# SPDX-License-Identifier: MIT
"""samples/detect.py, for tests of the module and of its detections."""
import os
import signal
import sys

from programs import PATIENCE, SOURCE, ProgramTest


class DetectorTest(ProgramTest):
    """Runs detectors; skipped without OpenCV."""

    def setUp(self):
        super().setUp()
        try:
            import cv2  # noqa: F401
        except ImportError:
            self.skipTest("python3-opencv is not installed")

    def start_detector(self, name, *output):
        """A detector of the stream `name`, whose output may be a stream, too."""
        return self.start(sys.executable, SOURCE / "samples/detect.py", name, *output,
                          env=os.environ | {"PYTHONPATH": str(SOURCE / "plugins/python")})

    def end_detector(self, detector, number=signal.SIGINT):
        """Ends a detector cleanly by a signal."""
        detector.send_signal(number)
        self.assertEqual(detector.wait(PATIENCE), 0, detector.stderr.read().decode())
