# SPDX-License-Identifier: MIT
"""Cost of the viewer: processor time per shown frame, and while no frame arrives."""
import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
from programs import end, last_json
import screen

START_S, SHOWN_S, IDLE_S = 2, 4, 3


def cpu_s(process):
    """Processor time of a process, all threads."""
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8")
    user, system = map(int, fields.rsplit(")", 1)[1].split()[11:13])
    return (user + system) / os.sysconf("SC_CLK_TCK")


def spent(process, seconds):
    before, start = cpu_s(process), time.monotonic()
    time.sleep(seconds)
    return cpu_s(process) - before, time.monotonic() - start


def watch(display_at, capture, display):
    """The figures of one viewer; its writer is stopped for the idle figures."""
    name, rate = f"bench-view-{os.getpid()}", 60
    writer = subprocess.Popen([capture, "-q", "-n", name, "-s", "1920x1080", "-f", "NV12",
                               "-r", str(rate), "pattern:smpte"])
    shown = subprocess.Popen([display, "-q", "--json", "--geometry", "1920x1080+0+0", name],
                             env=display_at.environment, stdout=subprocess.PIPE, text=True)
    try:
        time.sleep(START_S)
        cpu, seconds = spent(shown, SHOWN_S)
        writer.send_signal(signal.SIGSTOP)
        time.sleep(1)
        idle, idle_seconds = spent(shown, IDLE_S)
        writer.send_signal(signal.SIGCONT)
        shown.send_signal(signal.SIGINT)
        summary = last_json(shown.communicate(timeout=30)[0])
    finally:
        writer.send_signal(signal.SIGCONT)
        for process in (shown, writer):
            end(process)
    return {"upload": summary["upload"], "frames": summary["frames"],
            "cpu_ms": cpu * 1000 / (rate * seconds), "idle_share": idle / idle_seconds}


def measure(build):
    """The figures, or None without a viewer or Xvfb."""
    capture, display = (build / "capture" / "triptych-capture",
                        build / "display" / "triptych-display")
    if not capture.exists() or not display.exists():
        return None
    screen.SIZE = (1920, 1080)
    try:
        display_at = screen.Screen()
    except unittest.SkipTest:
        return None
    try:
        return watch(display_at, capture, display)
    finally:
        display_at.close()
