# SPDX-License-Identifier: MIT
"""What the benchmark runs: the cells of a round, for each plan."""
import os

SIZES = {"VGA YUYV": ("640x480", "YUYV"), "1080p NV12": ("1920x1080", "NV12"),
         "4K BGRA": ("3840x2160", "BGRA"), "8K NV12": ("7680x4320", "NV12")}
PIXEL_BYTES = {"YUYV": 2, "NV12": 1.5, "BGRA": 4}
LIMITS = ("futex", "semop", "spin")
OURS = ("block", "block-checked", "paced", "paced-checked", "spinning", "spinning-checked")
TEXT_BOOK = ("one-semaphore", "unix-socket", "pipe", "message-queue")
PEERS = ("gstreamer-shm", "pipewire")
READERS = (1, 2, 4, 16, 64)
COPIES_MOST = 256 << 20  # bytes, where each reader has a copy of the frame: machines may be small
MAPPED_MOST = 1 << 30  # bytes of frames that all readers map: beyond that, attaching takes seconds


def cell(way, size, *, readers=1, rate=60, touch="none", seconds=0.7):
    return {"way": way, "size": size, "readers": readers, "rate": rate, "touch": touch,
            "seconds": seconds}


def full():
    """All that is compared, with one reader and with many at one size."""
    plan = []
    for size in SIZES:
        plan += [cell(way, size) for way in LIMITS + OURS + TEXT_BOOK + PEERS]
        plan += [cell(way, size, touch="all")
                 for way in ("futex", "spin", "block", "paced", "spinning-checked")
                 + TEXT_BOOK + PEERS]
        plan += [cell(way, size, touch="all", rate=0, seconds=0.4)
                 for way in ("spin", "futex", "block", "block-checked", "spinning",
                             "spinning-checked") + TEXT_BOOK + PEERS]
        plan += [cell("memory", size, seconds=0.3)]
    plan += [cell("calls", size, seconds=0.3) for size in SIZES]  # side by side: they are compared
    for size in ("VGA YUYV", "1080p NV12"):
        plan += [cell(way, size, rate=1000, seconds=0.4)
                 for way in LIMITS + OURS + TEXT_BOOK + PEERS]
    for count in READERS[1:]:
        plan += [cell(way, "1080p NV12", readers=count) for way in ("futex", "semop", "block",
                                                                    "block-checked", "paced")]
    plan += [cell(way, "VGA YUYV", readers=4) for way in TEXT_BOOK + PEERS]
    return plan


def quick():
    """The smallest and a large frame, the ways that the bars speak of."""
    plan = []
    for size in ("VGA YUYV", "4K BGRA"):
        plan += [cell(way, size, seconds=0.4)
                 for way in LIMITS + ("block", "paced", "spinning-checked") + TEXT_BOOK + PEERS]
        plan += [cell(way, size, touch="all", rate=0, seconds=0.3)
                 for way in ("spin", "block", "spinning-checked", "pipe")]
        plan += [cell("memory", size, seconds=0.2), cell("calls", size, seconds=0.1)]
    plan += [cell(way, "1080p NV12", readers=count, seconds=0.4)
             for count in (1, 16) for way in ("futex", "block")]
    return plan


def frame_bytes(size):
    dimensions, fourcc = SIZES[size]
    width, height = map(int, dimensions.split("x"))
    return width * height * PIXEL_BYTES[fourcc]


def bearable(size, count):
    """The ways that can be had with this many readers."""
    ways = ["futex", "block"]  # all readers map the same memory
    if frame_bytes(size) * count <= MAPPED_MOST:
        ways.append("paced")
    if count < (os.cpu_count() or 1):
        ways += ["spin", "spinning"]  # a processor each
    if frame_bytes(size) * count <= COPIES_MOST:
        ways.append("one-semaphore")
    if count in (1, 4):
        ways += PEERS  # a whole framework in each reader
    return ways


def long_enough(size, count, touch):
    """Seconds in which frames arrive, also where reading one takes as long as many at the pace."""
    return 2 if touch == "all" and frame_bytes(size) * count > MAPPED_MOST else 0.5


def readers():
    """Every size with 1 to 64 readers, the frame untouched and read whole."""
    return [cell(way, size, readers=count, touch=touch, seconds=long_enough(size, count, touch))
            for size in SIZES for count in READERS for touch in ("none", "all")
            for way in bearable(size, count)]
