# SPDX-License-Identifier: MIT
"""The cells that each plan of the benchmark runs in a round."""

SIZES = {"VGA YUYV": ("640x480", "YUYV"), "1080p NV12": ("1920x1080", "NV12"),
         "4K BGRA": ("3840x2160", "BGRA")}
LIMITS = ("futex", "semop", "spin")
OURS = ("block", "epoll", "block-checked", "paced", "paced-checked", "spinning", "spinning-checked")
TEXT_BOOK = ("one-semaphore", "unix-socket", "pipe", "message-queue")
PEERS = ("iceoryx", "pipewire", "gstreamer-shm")
MANY = (4, 16, 64)  # readers
LONG_S = 4.6  # of a cell: a thousand frames that count in five rounds
STEPS = {"60-30-60-15-60": 5, "120-60": 2, "25-24": 4}  # frames a second, one after another: seconds
DISTURBED = {f"{rate}/s, from the 9th frame of a rate": {"rate": rate, "seconds": seconds}
             for rate, seconds in STEPS.items()} | {
    "jitter of 10 %": {"jitter": 10, "seconds": 2},
    "every 7th frame dropped": {"drop_every": 7, "seconds": 2},
    "jitter and drops": {"jitter": 10, "drop_every": 7, "seconds": 2}}


def cell(transport, size, *, readers=1, rate="60", touch="none", seconds=0.5, jitter=0, drop_every=0):
    return {"transport": transport, "size": size, "readers": readers, "rate": rate, "touch": touch,
            "seconds": seconds, "jitter": jitter, "drop_every": drop_every}


def paced(size):
    """One reader at 60 frames a second; transports with a p99 in the report run longer."""
    long = ("futex", "block", "paced", "iceoryx") if size != "4K BGRA" else ()
    plan = [cell(transport, size) for transport in LIMITS + OURS + PEERS]
    plan += [cell(transport, size, touch="all", seconds=LONG_S if transport in long else 0.5)
             for transport in ("futex", "spin", "block", "epoll", "paced", "spinning") + TEXT_BOOK
             + PEERS]
    return plan


def unpaced(size, touch):
    return [cell(transport, size, touch=touch, rate="0", seconds=0.4)
            for transport in ("spin", "futex", "block", "block-checked", "spinning", "spinning-checked")
            + (TEXT_BOOK if touch == "all" else ()) + PEERS]


def many(size, touch):
    """Transports that sleep, with many readers. Filled frames of 64 readers keep two processors
    busy."""
    return [cell(transport, size, readers=count, touch=touch, seconds=0.5 if touch == "none" else 2)
            for count in MANY for transport in ("futex", "block", "block-checked", "paced", "iceoryx")
            if touch == "none" or count < 64]


def full():
    """All cells."""
    plan = []
    for size in SIZES:
        plan += paced(size)
        plan += [cell("paced", size, touch="all", **how) for how in DISTURBED.values()]
        plan += [cell("memory", size, seconds=0.3), cell("calls", size, seconds=0.3)]
    for touch in ("none", "all"):
        plan += unpaced("1080p NV12", touch)
        plan += many("1080p NV12", touch)
    plan += unpaced("4K BGRA", "all")
    return plan


def quick():
    """The smallest and a large frame, for the transports that have targets."""
    plan = []
    for size in ("VGA YUYV", "4K BGRA"):
        plan += [cell(transport, size, touch=touch, seconds=0.4) for touch in ("none", "all")
                 for transport in ("futex", "spin", "block", "paced", "spinning") + PEERS]
        plan += [cell("memory", size, seconds=0.2), cell("calls", size, seconds=0.1)]
    plan += unpaced("1080p NV12", "none")
    plan += [cell(transport, "1080p NV12", readers=16, seconds=0.4)
             for transport in ("futex", "block", "iceoryx")]
    return plan
