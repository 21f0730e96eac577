# SPDX-License-Identifier: MIT
"""Programs under triptych-v4l2, for tests."""
from programs import ProgramTest, built

DEVICE = "/dev/video40"  # no machine has so many cameras


class PreloadedTest(ProgramTest):
    """A stream of colour bars, and programs that see it as DEVICE."""

    def capture(self, name, *options, source="pattern:smpte"):
        """Starts a writer of 640x480 frames, 60 a second, unless `options` differ."""
        options = ("--size", "640x480", "--format", "YUYV", "--rate", "60", *options)
        writer = self.start("triptych-capture", "--quiet", "--name", name, *options, source)
        self.wait_for_stream(name, writer)
        return writer

    def preloaded(self, name, *command, **options):
        """Runs a program that sees stream `name` as DEVICE to its end."""
        return self.run_to_end("triptych-v4l2", "--device", f"40={name}", *map(str, command), **options)

    def start_preloaded(self, name, *command, **options):
        return self.start("triptych-v4l2", "--device", f"40={name}", *command, **options)

    def raw_frame(self, name):
        """The bytes of one frame of the stream."""
        return self.run_to_end(built("triptych-dump"), "--quiet", "--to", "raw", "--count", 1, "-o",
                               "-", name, text=False).stdout
