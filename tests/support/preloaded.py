# SPDX-License-Identifier: MIT
"""Programs under triptych-v4l2, for tests."""
import subprocess

from programs import ProgramTest, built, end, wait_until

DEVICE = "/dev/video40"  # no machine has so many cameras
BARS = ((1, 1, 1), (1, 1, 0), (0, 1, 1), (0, 1, 0), (1, 0, 1), (1, 0, 0), (0, 0, 1))
GREEN = ((0, 1, 0),) * len(BARS)


def is_color(seen, wanted):
    """Whether the components that are 1 in `wanted` are high and the others low. Programs differ in
    the matrix that they assume: up to 60 of 255."""
    return all(value > 130 if component else value < 80 for component, value in zip(wanted, seen))


def shows_in_row(row, wanted):
    """Whether a row of RGB bytes has the wanted colours from left to right, equally wide."""
    pixels = len(row) // 3
    middles = [3 * (pixels * (2 * i + 1) // (2 * len(wanted))) for i in range(len(wanted))]
    return all(is_color(row[at:at + 3], color) for at, color in zip(middles, wanted))


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

    def start_silent(self, name, *command, **options):
        """start_preloaded() of a program whose output does not matter."""
        return self.start_preloaded(name, *command, stdout=subprocess.DEVNULL,
                                    stderr=subprocess.DEVNULL, **options)

    def assert_follows(self, name, writer, program, shows):
        """Asserts that a running program shows the bars; then, after kill -9 of the writer, the green
        of another writer, whose frames differ in size and format. `shows(colors)` returns whether it
        shows these colours from left to right."""
        def shown(colors):
            self.assertIsNone(program.poll(), "the program ended")
            return shows(colors)
        wait_until(lambda: shown(BARS), "the bars")
        writer.kill()
        writer.wait()
        self.capture(name, "--size", "320x240", "--format", "RGB3", source="pattern:green")
        wait_until(lambda: shown(GREEN), "the next writer's green")
        end(program)  # before the writer: mpv ends only when a frame comes

    def raw_frame(self, name):
        """The bytes of one frame of the stream."""
        return self.run_to_end(built("triptych-dump"), "--quiet", "--to", "raw", "--count", 1, "-o",
                               "-", name, text=False).stdout
