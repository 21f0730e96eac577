# SPDX-License-Identifier: MIT
"""Readers of every kind, stopped with SIGSTOP at random moments: the writer publishes every frame, and
another reader gets every frame. Default options everywhere.

TRIPTYCH_STOPS=50 stops each of them more often.
"""
import os
import random
import signal
import sys
import time
import unittest

from programs import BUILD, PATIENCE, SOURCE, ProgramTest, built, ipc_of, tool

sys.path.insert(0, str(SOURCE / "plugins/python"))
os.environ["TRIPTYCH_LIBRARY"] = str(BUILD / "common/libtriptych.so.0")

import triptych  # noqa: E402  after the path is set

ROUNDS = int(os.environ.get("TRIPTYCH_STOPS", "10"))
AFTER = 70  # frames while they are stopped: more than twice the slots of the stream

PYTHON = {
    "python loop": "for frame in reader: pass",
    "python loop that keeps two": """if True:
        import collections
        kept = collections.deque(maxlen=2)
        for frame in reader: kept.append(frame)""",
    "python slow": """if True:
        import time
        for frame in reader: time.sleep(0.02)""",
    "python next": "for frame in triptych.Reader(sys.argv[1], mode='next'): pass",
}
GSTREAMER = {
    "triptychsrc": "fakesink sync=false",
    "triptychsrc with queue": "queue ! fakesink sync=true",
    "triptychsrc with videoconvert": "videoconvert ! video/x-raw,format=BGRA ! fakesink sync=false",
}
PROGRAMS = {
    "dump": ("triptych-dump", "-q", "-o", "/dev/null", "--to", "raw"),
    "display": ("triptych-display", "-q", "--headless"),
}
KINDS = [*PYTHON, *GSTREAMER, *PROGRAMS]


class StoppedReaders(ProgramTest):
    def setUp(self):
        super().setUp()
        self.name = self.stream()
        self.registry = self.folder() / "registry.bin"
        self.writer = triptych.Writer(self.name, "GREY", 320, 240, fps=100)
        self.addCleanup(self.writer.close)
        self.watcher = triptych.Reader(self.name)
        self.addCleanup(self.watcher.close)
        self.number = 0

    def start_reader(self, kind):
        """Starts a reader. Returns when it has received frames."""
        if kind in PYTHON:
            program = "import sys, triptych\nreader = triptych.Reader(sys.argv[1])\n" + PYTHON[kind]
            process = self.start(sys.executable, "-c", program, self.name,
                                 env={**os.environ, "PYTHONPATH": str(SOURCE / "plugins/python")})
        elif kind in GSTREAMER:
            process = self.start(tool("gst-launch-1.0"), "-q", "triptychsrc", f"name={self.name}",
                                 "!", *GSTREAMER[kind].split(), env=os.environ | {
                                     "GST_PLUGIN_PATH": str(BUILD / "plugins/gstreamer"),
                                     "GST_REGISTRY": str(self.registry)})
        else:
            program, *options = PROGRAMS[kind]
            built(program)
            process = self.start(program, *options, self.name)
        return process

    def exchange(self):
        """One frame from the writer to the observer. Neither waits for another process."""
        self.number += 1
        draft = self.writer.frame()
        self.assertIsNotNone(draft, f"the writer dropped frame {self.number}")
        with draft:
            view = draft.planes[0].view()
            view[:] = bytes([self.number % 251]) * len(view)
        frame = self.watcher.latest(timeout=PATIENCE)
        self.assertEqual(frame.number, self.number)
        self.assertEqual(frame.planes[0].view()[0], self.number % 251)
        self.assertTrue(frame.is_intact)

    def readers(self):
        return next(row["nattch"] for row in ipc_of(self.name)[0]) - 2

    def play(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.exchange()
            time.sleep(0.001)

    def stop_again_and_again(self, processes, rounds):
        for _ in range(rounds):
            for process in processes:
                self.play(random.uniform(0, 0.02))
                process.send_signal(signal.SIGSTOP)
            for _ in range(AFTER):
                self.exchange()
            for process in processes:
                process.send_signal(signal.SIGCONT)
            self.play(0.02)
        for process in processes:
            self.assertIsNone(process.poll(), "a reader has ended")

    def readers_cost_nothing(self, kinds, rounds=ROUNDS):
        self.exchange()
        processes = [self.start_reader(kind) for kind in kinds]
        end = time.monotonic() + PATIENCE
        while self.readers() < len(kinds):
            self.assertLess(time.monotonic(), end, "a reader has not come")
            self.play(0.05)
        self.stop_again_and_again(processes, rounds)


def one(kind):
    def case(self):
        self.readers_cost_nothing([kind])
    return case


def many(count):
    def case(self):
        self.readers_cost_nothing((KINDS * count)[:count])
    return case


for _kind in KINDS:
    setattr(StoppedReaders, f"test_{_kind.replace(' ', '_')}_costs_others_no_frame", one(_kind))
for _count in (2, 5, 16):
    setattr(StoppedReaders, f"test_{_count}_readers_of_all_kinds_cost_others_no_frame", many(_count))

if __name__ == "__main__":
    unittest.main()
