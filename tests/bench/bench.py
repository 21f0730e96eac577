#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares ways to hand frames over: interleaved rounds of the program `bench`, medians of them.

Every round runs every cell once, so that whatever else the machine does hits all of them alike. The
table goes to stdout; --output FOLDER gets results.json and latency.svg as well.
"""
import argparse
import datetime
import json
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys
import time

import plot
import report
import viewer

SIZES = {"VGA YUYV": ("640x480", "YUYV"), "1080p NV12": ("1920x1080", "NV12"),
         "4K BGRA": ("3840x2160", "BGRA"), "8K NV12": ("7680x4320", "NV12")}
LIMITS = ("futex", "semop", "spin")
OURS = ("block", "block-checked", "paced", "paced-checked", "spinning", "spinning-checked")
TEXT_BOOK = ("one-semaphore", "unix-socket", "pipe", "message-queue")
PEERS = ("gstreamer-shm",)
LONGEST_S = 120  # of one cell, whatever it meets
REST_S = 0.6  # before an unpaced cell at real-time priority, see rest()


def cell(way, size, *, readers=1, rate=60, touch="none", seconds=0.7):
    return {"way": way, "size": size, "readers": readers, "rate": rate, "touch": touch,
            "seconds": seconds}


def full_plan():
    """All cells of one round, about two minutes."""
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
    for readers in (2, 4, 16, 64):
        plan += [cell(way, "1080p NV12", readers=readers) for way in ("futex", "semop", "block",
                                                                      "block-checked", "paced")]
    plan += [cell(way, "VGA YUYV", readers=4) for way in TEXT_BOOK + PEERS]
    return plan


def quick_plan():
    """The smallest and a large frame, the ways that the bars speak of: about twenty seconds."""
    plan = []
    for size in ("VGA YUYV", "4K BGRA"):
        plan += [cell(way, size, seconds=0.4)
                 for way in LIMITS + ("block", "paced", "spinning-checked") + TEXT_BOOK + PEERS]
        plan += [cell(way, size, touch="all", rate=0, seconds=0.3)
                 for way in ("spin", "block", "spinning-checked", "pipe")]
        plan += [cell("memory", size, seconds=0.2), cell("calls", size, seconds=0.1)]
    plan += [cell(way, "1080p NV12", readers=readers, seconds=0.4)
             for readers in (1, 16) for way in ("futex", "block")]
    return plan


def run(program, one):
    size, fourcc = SIZES[one["size"]]
    command = [program, "--way", one["way"], "--size", size, "--format", fourcc,
               "--readers", one["readers"], "--fps", one["rate"], "--touch", one["touch"],
               "--seconds", one["seconds"]]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False,
                          timeout=LONGEST_S)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def rest(one):
    """The kernel stops what runs at real-time priority for 50 ms once it has had 0.95 s of one
    second (sched(7), sched_rt_runtime_us): a sixth of an unpaced cell, if those before it used
    the rest up."""
    if one["rate"] == 0 and os.sched_getscheduler(0) in (os.SCHED_FIFO, os.SCHED_RR):
        time.sleep(REST_S)


def median(values):
    """The median of each number in equal trees of dictionaries."""
    first = values[0]
    if isinstance(first, dict):
        return {key: median([value[key] for value in values]) for key in first}
    return first if isinstance(first, str) else statistics.median(values)


def measure(program, plan, rounds, say):
    """Runs the plan `rounds` times. Returns the cells, each with the medians of its rounds."""
    results = [[] for _ in plan]
    for number in range(1, rounds + 1):
        for index, one in enumerate(plan):
            say(f"round {number} of {rounds}: {index + 1}/{len(plan)} {one['way']} {one['size']}")
            rest(one)
            results[index].append(run(program, one))
    return [one | {"result": median(found), "p50_us": p50s(found)}
            for one, found in zip(plan, results)]


def p50s(found):
    """The median latency of each round: how far the rounds lie apart."""
    return [one["latency_us"]["p50"] for one in found if "latency_us" in one]


def patterns(program):
    """What a frame of each pattern costs, as a multiple of a memset of it; {} where not built."""
    if not program.exists():
        return {}
    done = subprocess.run([program], stdout=subprocess.PIPE, text=True, check=False,
                          timeout=LONGEST_S)
    return {name: float(ratio) for name, ratio in re.findall(
        r"^(\S+) .* ratio +([0-9.]+)$", done.stdout, re.MULTILINE)}


def machine():
    """What was measured on, without the name of the machine."""
    model = platform.machine()
    for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    virtual = "hypervisor" in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
    return {"processor": model, "processors": os.cpu_count(), "virtual": virtual,
            "kernel": platform.release().split("-")[0],
            "load": os.getloadavg()[0],
            "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")}


def dump(results):
    """JSON with a line a cell, so that two runs can be compared line by line."""
    cells = ",\n".join(json.dumps(one) for one in results["cells"])
    head = json.dumps({key: value for key, value in results.items() if key != "cells"})
    return f'{head[:-1]}, "cells": [\n{cells}\n]}}'


def progress(text):
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", help="the program `bench`, as built in tests/bench")
    parser.add_argument("--quick", action="store_true", help="a minute, not a quarter of an hour")
    parser.add_argument("--rounds", type=int, help="[5, quick: 3]")
    parser.add_argument("--output", type=pathlib.Path, help="folder for what is kept")
    arguments = parser.parse_args()

    listed = subprocess.run([arguments.program, "--list"], stdout=subprocess.PIPE, text=True,
                            check=True).stdout
    ways = {line.split()[0] for line in listed.splitlines()} | {"memory", "calls"}
    plan = [one for one in (quick_plan() if arguments.quick else full_plan()) if one["way"] in ways]
    rounds = arguments.rounds or (3 if arguments.quick else 5)
    before = machine()
    cells = measure(arguments.program, plan, rounds, progress)
    progress("")

    results = {"machine": before, "rounds": rounds, "cells": cells}
    if not arguments.quick:
        folder = pathlib.Path(arguments.program).resolve().parent
        results |= {"patterns": patterns(folder / "bench-patterns"),
                    "viewer": viewer.measure(folder.parents[1])}
    tables = report.text(results)
    print(tables)
    if arguments.output:
        arguments.output.mkdir(parents=True, exist_ok=True)
        (arguments.output / "tables.md").write_text(tables + "\n", encoding="utf-8")
        (arguments.output / "results.json").write_text(dump(results) + "\n",
                                                       encoding="utf-8")
        (arguments.output / "latency.svg").write_text(plot.svg(results), encoding="utf-8")


if __name__ == "__main__":
    main()
