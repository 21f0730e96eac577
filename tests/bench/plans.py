# SPDX-License-Identifier: MIT
"""What the benchmark runs: the cells of a round, for each plan."""

SIZES = {"VGA YUYV": ("640x480", "YUYV"), "1080p NV12": ("1920x1080", "NV12"),
         "4K BGRA": ("3840x2160", "BGRA")}
LIMITS = ("futex", "semop", "spin")
OURS = ("block", "block-checked", "paced", "paced-checked", "spinning", "spinning-checked")
TEXT_BOOK = ("one-semaphore", "unix-socket", "pipe", "message-queue")
PEERS = ("iceoryx", "pipewire", "gstreamer-shm")
MANY = (4, 16, 64)  # readers
LONG_S = 4.6  # of a cell: a thousand frames that count in five rounds
STEPS = "60-30-60-15-60"  # frames a second, one after another
DISTURBED = ({"rate": STEPS, "seconds": 5}, {"jitter": 10, "seconds": 2},
             {"drop_every": 7, "seconds": 2})


def cell(way, size, *, readers=1, rate="60", touch="none", seconds=0.5, jitter=0, drop_every=0):
    return {"way": way, "size": size, "readers": readers, "rate": rate, "touch": touch,
            "seconds": seconds, "jitter": jitter, "drop_every": drop_every}


def paced(size):
    """One reader at 60 frames a second; those for whom p99 is told run for longer."""
    long = ("futex", "block", "paced", "iceoryx") if size != "4K BGRA" else ()
    plan = [cell(way, size) for way in LIMITS + OURS + PEERS]
    plan += [cell(way, size, touch="all", seconds=LONG_S if way in long else 0.5)
             for way in ("futex", "spin", "block", "paced", "spinning") + TEXT_BOOK + PEERS]
    return plan


def unpaced(size, touch):
    return [cell(way, size, touch=touch, rate="0", seconds=0.4)
            for way in ("spin", "futex", "block", "block-checked", "spinning", "spinning-checked")
            + (TEXT_BOOK if touch == "all" else ()) + PEERS]


def many(size, touch):
    """What is asleep, with many readers. Whole frames of 64 readers keep two processors busy."""
    return [cell(way, size, readers=count, touch=touch)
            for count in MANY for way in ("futex", "block", "block-checked", "paced", "iceoryx")
            if touch == "none" or count < 64]


def full():
    """All that is compared."""
    plan = []
    for size in SIZES:
        plan += paced(size)
        plan += [cell("paced", size, touch="all", **how) for how in DISTURBED]
        plan += [cell("memory", size, seconds=0.3), cell("calls", size, seconds=0.3)]
    for touch in ("none", "all"):
        plan += unpaced("1080p NV12", touch)
        plan += many("1080p NV12", touch)
    plan += unpaced("4K BGRA", "all")
    return plan


def quick():
    """The smallest and a large frame, the ways that the bars speak of."""
    plan = []
    for size in ("VGA YUYV", "4K BGRA"):
        plan += [cell(way, size, touch=touch, seconds=0.4) for touch in ("none", "all")
                 for way in ("futex", "spin", "block", "paced", "spinning") + PEERS]
        plan += [cell("memory", size, seconds=0.2), cell("calls", size, seconds=0.1)]
    plan += unpaced("1080p NV12", "none")
    plan += [cell(way, "1080p NV12", readers=16, seconds=0.4)
             for way in ("futex", "block", "iceoryx")]
    return plan
