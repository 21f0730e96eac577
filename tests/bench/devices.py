#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares triptych-v4l2 with pw-v4l2 of PipeWire.

videotestsrc writes to the sink of each; a plain V4L2 program in another process reads the device.
Rounds are interleaved, figures are medians of them. The page goes to stdout; --output FOLDER gets
devices.md and devices.json.
"""
import argparse
import json
import os
import pathlib
import statistics
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

from bench import machine
from pipewire import PipeWire
from programs import BUILD, ProgramTest, built, tool

SIZES = {"VGA YUYV": ("YUY2", 640, 480), "1080p NV12": ("NV12", 1920, 1080)}
RATE = 60
SECONDS, LEAD_S = 3, 3  # of a reader; of a writer before it
PATIENCE_S = 120
NUMBER = 40  # of the device
PEER = "pw-v4l2"
OURS = ("triptych-v4l2", "triptych-v4l2 --zero-copy")
STREAM = f"bench-{os.getpid()}"


def source(size, rate):
    form, width, height = size
    return (f"videotestsrc pattern=black is-live=true ! video/x-raw,format={form},width={width},"
            f"height={height},framerate={rate}/1")


def commands(through, size, rate):
    """The writer's pipeline, and the reader's command line, of one transport."""
    read = [built("pipe_end"), "read-device", str(SECONDS)]
    if through in OURS:
        return (f"{source(size, rate)} ! triptychsink name=end stream={STREAM} sync=false",
                [built("triptych-v4l2"), *through.split()[1:], "--device", f"{NUMBER}={STREAM}", *read,
                 f"/dev/video{NUMBER}"])
    return (f"{source(size, rate)} ! pipewiresink name=end sync=false mode=provide "
            'stream-properties="p,media.class=Video/Source,media.role=Camera,node.name=bench"',
            [tool("pw-v4l2"), *read, "/dev/video0"])


class Host(ProgramTest):
    """Runs pairs beside a PipeWire of its own."""

    def runTest(self):
        pass

    def __enter__(self):
        self.setUp()
        self.pipewire = PipeWire(self)
        self.environment = self.pipewire.environment | {
            "GST_PLUGIN_PATH": str(BUILD / "plugins/gstreamer"),
            "GST_REGISTRY": str(BUILD / "gst-registry.bin")}
        return self

    def __exit__(self, *_):
        self.doCleanups()

    def run_pair(self, through, size):
        write, read = commands(through, size, RATE)
        writer = self.start(built("pipe_end"), "write", SECONDS + LEAD_S, write, env=self.environment)
        if through == PEER:
            self.pipewire.camera("bench")
        else:
            self.wait_for_stream(STREAM, writer)
        reader = self.start(*read, env=self.environment)
        said = [end.communicate(timeout=PATIENCE_S) for end in (reader, writer)][::-1]
        if reader.returncode or writer.returncode:
            raise SystemExit(f"{through}: {said}")
        return [json.loads(out) for out, _ in said]


def measure(place, rounds):
    """{(size, transport): [results of (writer, reader) in each round]}."""
    cells = [(size, through) for size in SIZES for through in (*OURS, PEER)]
    found = {cell: [] for cell in cells}
    with place:
        for number in range(rounds):
            for size, through in cells[number % len(cells):] + cells[:number % len(cells)]:
                found[size, through].append(place.run_pair(through, SIZES[size]))
    return found


def beside(ours, theirs, end, key, digits=0):
    """A figure and its ratio to the peer's of the same round: medians."""
    pairs = [(own[end][key], other[end][key]) for own, other in zip(ours, theirs)]
    ratio = statistics.median(own / other for own, other in pairs if other)
    return f"{statistics.median(own for own, _ in pairs):,.{digits}f} ({ratio:.2f})"


def table(figures):
    lines = ["| frames | device of | frames/s | p50, us | p99, us | CPU a frame, writer, us "
             "| reader, us |",
             "| --- | --- | ---: | ---: | ---: | ---: | ---: |"]
    for (size, through), runs in figures.items():
        theirs = figures[size, PEER]
        cells = (size, f"`{through}`", beside(runs, theirs, 1, "fps", 1),
                 beside(runs, theirs, 1, "age_p50_us"), beside(runs, theirs, 1, "age_p99_us"),
                 beside(runs, theirs, 0, "cpu_us"), beside(runs, theirs, 1, "cpu_us"))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def page(about, rounds, figures):
    virtual = ", virtual" if about["virtual"] else ""
    return f"""# V4L2 devices: triptych-v4l2 beside pw-v4l2

`videotestsrc` writes into the sink of each; a V4L2 program in another process reads the device
with four mapped buffers, poll() and VIDIOC_DQBUF. Medians of interleaved rounds of {SECONDS} s.
Latency: from the frame's arrival at the sink to its first bytes in the program. CPU: of the whole
process, with the drawing, which is the same for all, and without PipeWire's daemon. In parentheses:
the ratio to the peer in the same round, also a median. A program that maps its buffers for writing,
as this one and most do, gets a copy from triptych-v4l2, where pipewiresink copies before;
`--zero-copy` saves it.

{about['processor']}, {about['processors']} processors{virtual}, Linux {about['kernel']},
{about['date']}, load {about['load']:.1f} at the start. Repeat it with `tests/bench/devices.py --output
docs/performance`.

{RATE} frames a second, {rounds} rounds.

{table(figures)}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7, help="[7, about six minutes]")
    parser.add_argument("--output", type=pathlib.Path, help="folder for what is kept")
    arguments = parser.parse_args()
    about = machine()
    figures = measure(Host(), arguments.rounds)
    text = page(about, arguments.rounds, figures)
    print(text)
    if arguments.output:
        (arguments.output / "devices.md").write_text(text, encoding="utf-8")
        kept = {"machine": about, "rounds": arguments.rounds, "cells": [
            {"size": size, "device": through,
             "rounds": [{"writer": ends[0], "reader": ends[1]} for ends in runs]}
            for (size, through), runs in figures.items()]}
        (arguments.output / "devices.json").write_text(json.dumps(kept, indent=1) + "\n",
                                                       encoding="utf-8")


if __name__ == "__main__":
    main()
