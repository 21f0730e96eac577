#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares triptych-v4l2 with pw-v4l2 of PipeWire, and in a virtual machine with v4l2loopback.

videotestsrc writes to the sink of each; a plain V4L2 program in another process reads the device.
Rounds are interleaved, figures are medians of them. The page goes to stdout; --output FOLDER gets
devices.md.
"""
import argparse
import json
import os
import pathlib
import shlex
import statistics
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "support"), str(HERE.parent / "camera")]

import loopback
import loopback_module
from bench import machine
from machine import Machine
from pipewire import PipeWire
from programs import BUILD, ProgramTest, built, tool

SIZES = {"VGA YUYV": ("YUY2", 640, 480), "1080p NV12": ("NV12", 1920, 1080)}
SECONDS = 3  # of a reader
PATIENCE_S = 120  # the writer's own end, and for anything else
NUMBER = 40  # of the device
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
    if through == Guest.PEER:
        # Drawn into v4l2sink's own buffers, a frame changes under its readers.
        return (f"{source(size, rate)} ! identity drop-allocation=true ! "
                f"v4l2sink name=end sync=false device=/dev/video{loopback.DEVICE}",
                [*read, f"/dev/video{loopback.DEVICE}"])
    return (f"{source(size, rate)} ! pipewiresink name=end sync=false mode=provide "
            'stream-properties="p,media.class=Video/Source,media.role=Camera,node.name=bench"',
            [tool("pw-v4l2"), *read, "/dev/video0"])


class Guest:
    """Runs pairs in a virtual machine with v4l2loopback."""

    PEER, RATE = "v4l2loopback", 15

    def __enter__(self):
        self.machine = Machine((loopback.MODULE,), (loopback_module.add,)).__enter__()
        self.environment = loopback.gstreamer(self.machine)
        return self

    def __exit__(self, *failure):
        self.machine.__exit__(*failure)

    def run_pair(self, through, size):
        write, read = commands(through, size, self.RATE)
        ready = (f"{built('triptych-info')} -q show {STREAM}" if through in OURS else
                 f"v4l2-ctl -d {loopback.DEVICE} --get-fmt-video | grep -q '{size[1]}/{size[2]}'")
        pipe_end = f"env {self.environment} {built('pipe_end')}"
        writer = self.machine.start(f"exec {pipe_end} write {PATIENCE_S} {shlex.quote(write)}")
        self.machine.run(f"for i in $(seq {PATIENCE_S // 2}); do {ready} && break; sleep 1; done >&2")
        reader = self.machine.run(shlex.join(map(str, read)), PATIENCE_S)
        writer.end()
        if reader.status or writer.status:
            raise SystemExit(f"{through}: {writer.err}{reader.err}")
        return [json.loads(end.out) for end in (writer, reader)]


class Host(ProgramTest):
    """Runs pairs beside a PipeWire of its own."""

    PEER, RATE = "pw-v4l2", 60

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
        write, read = commands(through, size, self.RATE)
        writer = self.start(built("pipe_end"), "write", PATIENCE_S, write, env=self.environment)
        if through == self.PEER:
            self.pipewire.camera("bench")
        else:
            self.wait_for_stream(STREAM, writer)
        reader = self.start(*read, env=self.environment)
        said = [reader.communicate(timeout=PATIENCE_S)]
        writer.terminate()
        said.insert(0, writer.communicate(timeout=PATIENCE_S))
        if reader.returncode or writer.returncode:
            raise SystemExit(f"{through}: {said}")
        return [json.loads(out) for out, _ in said]


def measure(place, rounds):
    """{(size, transport): [results of (writer, reader) in each round]}."""
    cells = [(size, through) for size in SIZES for through in (*OURS, place.PEER)]
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


def table(place, rounds):
    """The table of interleaved rounds in one place."""
    figures = measure(place, rounds)
    lines = ["| frames | device of | frames/s | p50, us | p99, us | CPU a frame, writer, us "
             "| reader, us |",
             "| --- | --- | ---: | ---: | ---: | ---: | ---: |"]
    for (size, through), runs in figures.items():
        theirs = figures[size, place.PEER]
        cells = (size, f"`{through}`", beside(runs, theirs, 1, "fps", 1),
                 beside(runs, theirs, 1, "age_p50_us"), beside(runs, theirs, 1, "age_p99_us"),
                 beside(runs, theirs, 0, "cpu_us"), beside(runs, theirs, 1, "cpu_us"))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def page(about, rounds, tables):
    virtual = ", virtual" if about["virtual"] else ""
    return f"""# V4L2 devices: triptych-v4l2 beside pw-v4l2 and v4l2loopback

`videotestsrc` writes into the sink of each; a V4L2 program in another process reads the device
with four mapped buffers, poll() and VIDIOC_DQBUF. Medians of {rounds} interleaved rounds of
{SECONDS} s.
Latency: from the frame's arrival at the sink to its first bytes in the program. CPU: of the whole
process, with the drawing, which is the same for all, and without PipeWire's daemon. In parentheses:
the ratio to the peer in the same round, also a median. A program that maps its buffers for writing,
as this one and most do, gets a copy from triptych-v4l2, where pipewiresink and v4l2sink copy before;
`--zero-copy` saves it.

{about['processor']}, {about['processors']} processors{virtual}, Linux {about['kernel']},
{about['date']}, load {about['load']:.1f} at the start. Repeat it with `tests/bench/devices.py --output
docs/performance`.

{Host.RATE} frames a second, beside PipeWire:

{tables[0]}

{Guest.RATE} frames a second in a virtual machine that QEMU emulates, with v4l2loopback, a module of its
kernel. Its times are long, the ratios count:

{tables[1]}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7, help="[7, about twelve minutes]")
    parser.add_argument("--output", type=pathlib.Path, help="folder of devices.md")
    arguments = parser.parse_args()
    about = machine()
    tables = [table(place, arguments.rounds) for place in (Host(), Guest())]
    text = page(about, arguments.rounds, tables)
    print(text)
    if arguments.output:
        (arguments.output / "devices.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
