# SPDX-License-Identifier: MIT
"""Processor time per frame without a graphics card: triptych-display and GStreamer's ximagesink.

viewer_peers.py [--rounds N] [--format FOURCC]...   1920x1080 at 60 a second, one to one, under Xvfb

Both show the same stream and count every picture; the X server's time is included, what a program
needs to start is taken off. Rounds are interleaved, in an order that changes; their median counts.
"""

import argparse
import os
import pathlib
import random
import resource
import statistics
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import screen  # noqa: E402
from programs import BUILD, built, end, tool  # noqa: E402
from bench_viewer import cpu_s  # noqa: E402

SIZE = (1920, 1080)
RATE = 60
PICTURES = 300
BAR = 0.6  # of ximagesink


def commands(name):
    """The command lines that show a number of frames of a stream and end, by name."""
    return {
        "triptych-display": lambda count: [
            built("triptych-display"), "-q", "--geometry", "%dx%d+0+0" % SIZE,
            "--count", str(count), name],
        "ximagesink": lambda count: [
            tool("gst-launch-1.0"), "-q", "triptychsrc", f"stream={name}", f"num-buffers={count}",
            "!", "videoconvert", "!", "ximagesink", "qos=false", "max-lateness=-1"],
    }


def ended_s():
    """Processor time of all finished children."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run(display, command):
    """Seconds of processor time of a program and of the X server while it runs."""
    server, before = cpu_s(display.server), ended_s()
    subprocess.run(command, env=display.environment, stdout=subprocess.DEVNULL, check=True)
    return ended_s() - before, cpu_s(display.server) - server


def per_frame(display, command):
    """Milliseconds per frame after the first: of the program, of the X server."""
    first, all_of_them = run(display, command(1)), run(display, command(PICTURES))
    return [1000 * (last - least) / (PICTURES - 1) for least, last in zip(first, all_of_them)]


def measure(display, fourcc, rounds):
    name = f"peers{os.getpid()}"
    writer = subprocess.Popen([built("triptych-capture"), "-q", "-n", name, "-s", "%dx%d" % SIZE,
                               "-f", fourcc, "-r", str(RATE), "pattern:ball"])
    transports = commands(name)
    found = {transport: [] for transport in transports}
    try:
        for _ in range(rounds):
            for transport in random.sample(sorted(transports), len(transports)):
                found[transport].append(per_frame(display, transports[transport]))
    finally:
        end(writer)
    return found


def report(fourcc, found):
    """Prints one line per program and the ratio of the medians."""
    totals = {}
    for transport, pairs in found.items():
        own, server = (statistics.median(part) for part in zip(*pairs))
        sums = [sum(pair) for pair in pairs]
        totals[transport] = statistics.median(sums)
        print(f"{fourcc} {transport:17} {totals[transport]:5.2f} ms a frame ({own:.2f} own, "
              f"{server:.2f} X server; {min(sums):.2f} to {max(sums):.2f})")
    ratio = totals["triptych-display"] / totals["ximagesink"]
    print(f"{fourcc} {ratio:.2f} x ximagesink; at most {BAR} is meant", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--format", action="append", dest="formats", metavar="FOURCC")
    arguments = parser.parse_args()
    screen.SIZE = SIZE
    display = screen.Screen()
    display.environment["GST_PLUGIN_PATH"] = str(BUILD / "plugins" / "gstreamer")
    try:
        print(f"1920x1080 at {RATE}/s, {arguments.rounds} rounds, {os.cpu_count()} cores, load "
              f"{os.getloadavg()[0]:.1f}")
        for fourcc in arguments.formats or ["NV12"]:
            report(fourcc, measure(display, fourcc, arguments.rounds))
    finally:
        display.close()


if __name__ == "__main__":
    main()
