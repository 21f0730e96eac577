# SPDX-License-Identifier: MIT
"""Cost of statistics, tiles and other extras in triptych-display, beside plain viewing.

viewer_extras.py [RENDERER]...   on a screen of its own (Xvfb), software by default; two
                                 minutes and a half each

On a busy machine fewer pictures are shown: the time of one of them is what can be compared.
"""

import json
import os
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import screen  # noqa: E402
from programs import built, end, wait_until  # noqa: E402

SIZE = (1920, 1080)
SECONDS = 10
SETTLE = 3  # seconds until the window is visible and the first statistics are written
TICKS = os.sysconf("SC_CLK_TCK")

# Title, number of streams, frames a second, keys pressed before the measurement.
CASES = (
    ("plain", 1, 60, ()),
    ("statistics, rates alone", 1, 60, ("i",)),
    ("statistics, all", 1, 60, ("i", "o", "o")),
    ("histogram of luma", 1, 60, ("y",)),
    ("histogram of colours", 1, 60, ("y", "y")),
    ("adjustments", 1, 60, ("4",)),
    ("4 tiles", 4, 60, ()),
    ("4 tiles, one alone", 4, 60, ("Return",)),
    ("paused", 1, 60, ("space",)),
    ("waiting", 1, 0, ()),
    ("waiting, 16 tiles", 16, 0, ()),
)


def used(process):
    """Seconds of processor time of a process."""
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:13])) / TICKS


def measure(display, renderer, streams, fps, keys):
    """Percent of a core, frames a second of all streams, milliseconds of processor time per frame."""
    names = [f"cost{os.getpid()}-{i}" for i in range(streams)]
    running = []
    if fps:
        running += [subprocess.Popen([built("triptych-capture"), "-q", "-n", name, "-s", "1920x1080",
                                      "-f", "NV12", "-r", str(fps), "pattern:ball"])
                    for name in names]
    viewer = subprocess.Popen([built("triptych-display"), "-q", "--json", "--geometry",
                               "1920x1080+0+0", *names], stdout=subprocess.PIPE, text=True,
                              env=display.environment | {"SDL_RENDER_DRIVER": renderer})
    running.append(viewer)
    try:
        window = display.window_of(viewer)
        if fps:
            wait_until(lambda: "FPS" in window.title(), "pictures")
        window.press(*keys)
        time.sleep(SETTLE)
        before, began = used(viewer), time.monotonic()
        time.sleep(SECONDS)
        core = (used(viewer) - before) / (time.monotonic() - began)
        whole = used(viewer)
        viewer.terminate()
        said = viewer.communicate()[0].splitlines()
        frames = [json.loads(line)["frames"] for line in said]
        seconds = json.loads(said[0])["duration_s"]
        return 100 * core, sum(frames) / seconds, 1000 * whole / max(1, sum(frames))
    finally:
        for process in reversed(running):
            end(process)


def main():
    screen.SIZE = SIZE
    display = screen.Screen()
    try:
        for renderer in sys.argv[1:] or ["software"]:
            print(f"{renderer}, 1920x1080 NV12 at 60/s, {os.cpu_count()} cores, load "
                  f"{os.getloadavg()[0]:.1f}")
            for what, streams, fps, keys in CASES:
                core, shown, each = measure(display, renderer, streams, fps, keys)
                pictures = f", {shown:5.1f} pictures/s, {each:5.1f} ms each" if shown > 5 else ""
                print(f"  {what:24} {core:5.1f} % of a core{pictures}", flush=True)
    finally:
        display.close()


if __name__ == "__main__":
    main()
