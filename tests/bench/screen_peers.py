# SPDX-License-Identifier: MIT
"""Processor time per captured picture of an X screen: triptych-capture, ffmpeg and GStreamer.

screen_peers.py [--rounds N] [--changed WxH]...   1920x1080 at 60 a second, under Xvfb

The X server's time is included, what it needs without a capture ("nothing") is taken off. Rounds are
interleaved, in an order that changes; their median counts.
"""

import argparse
import os
import random
import statistics
import subprocess
import threading
import time

from viewer_peers import RATE, SIZE, per_frame  # finds tests/support, too

import screen
from programs import built, end, tool


def commands(display):
    """The command lines that capture a number of pictures and end, by name."""
    def gstreamer(damage):
        return lambda count: [
            tool("gst-launch-1.0"), "-q", "ximagesrc", f"display-name={display}",
            f"use-damage={damage}", f"num-buffers={count}", "!", f"video/x-raw,framerate={RATE}/1", "!",
            "fakesink", "sync=false"]
    return {
        "nothing": lambda count: [tool("sleep"), str(count / RATE)],
        "triptych-capture": lambda count: [
            built("triptych-capture"), "-q", "-n", f"peers{os.getpid()}", "-r", str(RATE), "--count",
            str(count), "--linger", "0", f"screen:{display}"],
        "ffmpeg x11grab": lambda count: [
            tool("ffmpeg"), "-v", "fatal", "-nostdin", "-f", "x11grab", "-framerate", str(RATE),
            "-video_size", "%dx%d" % SIZE, "-i", display, "-frames:v", str(count), "-f", "null", "-"],
        "ximagesrc": gstreamer("false"),
        "ximagesrc damage": gstreamer("true"),
    }


class Painting(threading.Thread):
    """Changes a part of the screen at the rate, until it is stopped."""

    def __init__(self, display, width, height):
        super().__init__()
        self.command = f"fill 0 0 0 {width} {height}"
        self.painter = subprocess.Popen([built("x-painter")], env=display.environment,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.stopped = threading.Event()

    def run(self):
        start = time.monotonic()
        number = 0
        while not self.stopped.wait(max(0, start + number / RATE - time.monotonic())):
            number += 1
            self.painter.stdin.write(f"{self.command} {number}\n".encode())
            self.painter.stdin.flush()
            self.painter.stdout.readline()

    def stop(self):
        self.stopped.set()
        self.join()
        end(self.painter)


def measure(display, changed, rounds):
    transports = commands(display.display)
    found = {transport: [] for transport in transports}
    painting = Painting(display, *changed)
    painting.start()
    try:
        for _ in range(rounds):
            for transport in random.sample(sorted(transports), len(transports)):
                found[transport].append(per_frame(display, transports[transport]))
    finally:
        painting.stop()
    return found


def report(changed, found):
    """Prints one line per program."""
    idle = statistics.median(server for _, server in found.pop("nothing"))
    print(f"{changed[0]}x{changed[1]} of it change: {idle:.2f} ms of the X server without a capture")
    for transport, pairs in found.items():
        own, server = (statistics.median(part) for part in zip(*pairs))
        sums = [sum(pair) - idle for pair in pairs]
        print(f"{transport:18} {statistics.median(sums):5.2f} ms a picture ({own:.2f} own, "
              f"{server - idle:.2f} X server; {min(sums):.2f} to {max(sums):.2f})", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--changed", action="append", metavar="WxH")
    arguments = parser.parse_args()
    screen.SIZE = SIZE
    display = screen.Screen()
    try:
        print(f"1920x1080 at {RATE}/s, {arguments.rounds} rounds, {os.cpu_count()} cores, load "
              f"{os.getloadavg()[0]:.1f}")
        for text in arguments.changed or ["640x360", "1920x1080"]:
            changed = tuple(map(int, text.split("x")))
            report(changed, measure(display, changed, arguments.rounds))
    finally:
        display.close()


if __name__ == "__main__":
    main()
