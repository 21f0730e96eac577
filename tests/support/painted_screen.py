# SPDX-License-Identifier: MIT
"""Captures of X screens that a test paints."""
import ctypes
import os
import subprocess

from programs import ProgramTest, built, ipc_table, last_json, tool, wait_until


class Painter:
    """Windows on a screen, by support/x_painter.c. Each call returns when the server has done it."""

    def __init__(self, test, environment):
        self.process = test.start("x-painter", stdin=subprocess.PIPE, env=environment)

    def __call__(self, *command):
        self.process.stdin.write((" ".join(map(str, command)) + "\n").encode())
        self.process.stdin.flush()
        answer = int(self.process.stdout.readline())
        assert answer >= 0, f"the X server refused {command}"
        return answer


class ScreenTest(ProgramTest):
    """A screen of its own for each test, so that nothing else draws on it."""

    server_options = ()
    size = (320, 240)

    def setUp(self):
        super().setUp()
        built("x-painter")
        self.server = self.display = None
        self.open_screen()

    def open_screen(self, number=None, depth=24):
        """Starts an X server; `number` is that of its display."""
        reading, writing = os.pipe()
        place = [f":{number}"] if number else ["-displayfd", str(writing)]
        self.server = self.start(
            tool("Xvfb"), *place, "-screen", "0", "%dx%dx%d" % (self.size + (depth,)), "-noreset",
            "-nolisten", "tcp", *self.server_options, pass_fds=[writing], stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            self.display = f":{number}" if number else ":" + pipe.readline().strip()
        self.env = {key: value for key, value in os.environ.items()
                    if key not in ("WAYLAND_DISPLAY", "XAUTHORITY")} | {"DISPLAY": self.display}

    def paint(self):
        return Painter(self, self.env)

    def capture(self, *args, source="screen:", env=None):
        """start_capture() of a screen."""
        return self.start_capture("-v", *args, source, env=env or self.env)

    def captured(self, *args, **options):
        """A capture that has published: name, process, log."""
        name, process, log = self.capture(*args, **options)
        self.wait_for_stream(name, process)
        wait_until(lambda: self.number(name) > 0, "a frame")
        return name, process, log

    def finish(self, process):
        """Ends a capture cleanly. Returns its summary."""
        process.terminate()
        out, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0)
        return last_json(out.decode())

    def shown(self, name):
        """Returns triptych-info's description of a stream with a frame: without one while the stream
        moves to another segment."""
        def found():
            done = self.run_to_end("triptych-info", "--json", "show", name)
            shown = last_json(done.stdout) if done.returncode == 0 else {}
            return shown if shown.get("newest") else None
        return wait_until(found, f"a frame of {name}")

    def number(self, name):
        """The number of the newest frame."""
        return self.shown(name)["newest"]["number"]

    def wait_for_number(self, name, number):
        wait_until(lambda: self.number(name) >= number, f"frame {number}")

    def picture(self, name):
        """The bytes of the newest frame, rows tightly packed."""
        file = self.folder() / "picture"
        done = self.run_to_end("triptych-dump", "--count", 1, "--timeout", 60, "--to", "raw", "-o",
                               file, name)
        self.assertEqual(done.returncode, 0, done.stderr)
        return file.read_bytes()

    def colors(self, name):
        """The newest frame as a list of rows of 24-bit pixels."""
        data = self.picture(name)
        width = self.shown(name)["picture"]["width"]
        pixels = [int.from_bytes(data[i:i + 3], "little") for i in range(0, len(data), 4)]
        return [pixels[i:i + width] for i in range(0, len(pixels), width)]

    def wait_for_color(self, name, x, y, color):
        wait_until(lambda: self.colors(name)[y][x] == color, f"{color:#x} at {x}, {y}")

    def wait_for(self, log, words):
        wait_until(lambda: words in log(), f"'{words}' in the log")


def replace_in_segment(shm_id, old, new):
    """Replaces bytes in a segment, as its X server could. Returns how often."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.shmat.restype = ctypes.c_void_p
    libc.shmat.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_int]
    libc.shmdt.argtypes = [ctypes.c_void_p]
    size = next(row["size"] for row in ipc_table("shm") if row["shmid"] == shm_id)
    address = libc.shmat(shm_id, None, 0)
    data = ctypes.string_at(address, size)
    found = [i for i in range(0, size, 4) if data[i:i + 4] == old]
    for i in found:
        ctypes.memmove(address + i, new, len(new))
    libc.shmdt(address)
    return len(found)
