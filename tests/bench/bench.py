#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares transports of frames: runs the program `bench` in interleaved rounds and takes medians.

Every round runs every cell once, in a new random order, so that other load affects all of them alike.
The tables go to stdout; --output FOLDER writes them too, with a chart; --json FILE writes all figures.
"""
import argparse
import collections
import datetime
import json
import os
import pathlib
import platform
import random
import re
import shutil
import statistics
import subprocess
import sys
import time

import plans
import plot
import bench_report
import bench_viewer

Plan = collections.namedtuple("Plan", "purpose cells rounds extras")

PLANS = {
    "full": Plan("all that is compared, a quarter of an hour", plans.full, 5, True),
    "quick": Plan("two sizes, two minutes", plans.quick, 3, False),
}
NEEDS = {"pipewire": "pipewire", "iceoryx": "iox-roudi"}  # programs, which may not be there
POLICIES = {os.SCHED_OTHER: "SCHED_OTHER", os.SCHED_FIFO: "SCHED_FIFO", os.SCHED_RR: "SCHED_RR",
            os.SCHED_BATCH: "SCHED_BATCH"}

MARKS = ("<!-- figures: written by tests/bench/bench.py -->", "<!-- end of figures -->")
P99_FRAMES = 1000  # of all rounds together, below which the 99th percentile is one frame or none
LONGEST_S = 120  # of one cell, whatever it meets
REST_S = 0.6  # before an unpaced cell at real-time priority, see rest()
STOLEN_MOST = 0.02  # of the processors, in a run that counts as undisturbed
TRIES = 3  # until other virtual machines leave a cell undisturbed


def known_transports(program):
    """The transports that this machine can run."""
    listed = subprocess.run([program, "--list"], stdout=subprocess.PIPE, text=True,
                            check=True).stdout
    transports = {line.split()[0] for line in listed.splitlines()} | {"memory", "calls"}
    if os.geteuid() != 0:
        transports.discard("iceoryx")  # a place of its own takes a mount namespace
    return {transport for transport in transports
            if transport not in NEEDS or shutil.which(NEEDS[transport])}


def run(program, one):
    """The results of one run; None if it failed, with the reason on stderr."""
    size, fourcc = plans.SIZES[one["size"]]
    command = [program, "--transport", one["transport"], "--size", size, "--format", fourcc,
               "--readers", one["readers"], "--fps", one["rate"], "--touch", one["touch"],
               "--seconds", one["seconds"], "--jitter", one["jitter"], "--drop-every",
               one["drop_every"]]
    try:
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True,
                              timeout=LONGEST_S)
    except subprocess.SubprocessError as error:
        print(f"{error}: {(error.stderr or '').strip()}", file=sys.stderr)
        return None
    return json.loads(done.stdout)


def processor_time():
    """Ticks of all processors since boot: all, and those that the hypervisor gave to other machines
    (proc(5), `steal`)."""
    with open("/proc/stat", encoding="ascii") as stat:
        ticks = [int(field) for field in stat.readline().split()[1:9]]
    return sum(ticks), ticks[7]


def run_undisturbed(program, one):
    """Repeats a run until other machines took little of the processors, and keeps the least
    disturbed one. Returns its results, None if all runs failed, and the share that was taken."""
    tries = []
    for _ in range(TRIES):
        rest(one)
        before = processor_time()
        measured = run(program, one)
        spent, stolen = (now - then for now, then in zip(processor_time(), before))
        if measured:
            tries.append((measured, stolen / max(spent, 1)))
            if tries[-1][1] <= STOLEN_MOST:
                break
    return min(tries, key=lambda one_try: one_try[1], default=(None, 0))


def rest(one):
    """The kernel stops real-time processes for 50 ms after 0.95 s of each second (sched(7),
    sched_rt_runtime_us): up to a sixth of an unpaced cell, if earlier cells used that time up."""
    if one["rate"] == "0" and os.sched_getscheduler(0) in (os.SCHED_FIFO, os.SCHED_RR):
        time.sleep(REST_S)


def median(values):
    """The median of each number in dictionaries of one shape."""
    first = values[0]
    if isinstance(first, dict):
        return {key: median([value[key] for value in values]) for key in first}
    return first if isinstance(first, str) else statistics.median(values)


def measure(program, plan, rounds, say):
    """Runs the plan `rounds` times. Returns the cells, each with the medians of its rounds, and the
    mean share of the processors that other virtual machines took."""
    results = [[] for _ in plan]
    stolen = []
    for number in range(1, rounds + 1):
        order = random.sample(range(len(plan)), len(plan))
        for done, index in enumerate(order):
            one = plan[index]
            say(f"round {number} of {rounds}: {done + 1}/{len(plan)} {one['transport']} {one['size']}")
            measured, share = run_undisturbed(program, one)
            if measured:
                results[index].append(measured)
                stolen.append(share)
    return [one | {"result": combine(found)} for one, found in zip(plan, results)
            if found], statistics.fmean(stolen)


def combine(found):
    """The medians of the rounds; percentiles beyond the median from all frames of all rounds."""
    counted = collections.Counter()
    for one in found:
        for us, frames in one.pop("latencies", []):
            counted[us] += frames
    result = median(found)
    if counted.total() >= P99_FRAMES:
        result["latency_us"]["p99"] = percentile(counted, 0.99)
    return result


def percentile(counted, share):
    rank = share * counted.total()
    for value in sorted(counted):
        rank -= counted[value]
        if rank <= 0:
            return value
    return max(counted)


def patterns(program):
    """Cost of a frame of each pattern as a multiple of a memset; {} if not built."""
    if not program.exists():
        return {}
    done = subprocess.run([program], stdout=subprocess.PIPE, text=True, check=False,
                          timeout=LONGEST_S)
    return {name: float(ratio) for name, ratio in re.findall(
        r"^(\S+) .* ratio +([0-9.]+)$", done.stdout, re.MULTILINE)}


def machine():
    """Describes the machine, without its name."""
    model = platform.machine()
    for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    virtual = "hypervisor" in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
    return {"processor": model, "processors": os.cpu_count(), "virtual": virtual,
            "kernel": platform.release().split("-")[0],
            "policy": policy(), "load": os.getloadavg()[0],
            "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")}


def policy():
    """Scheduling policy of this process, with its priority if it has one."""
    name = POLICIES.get(os.sched_getscheduler(0), "another")
    priority = os.sched_getparam(0).sched_priority
    return f"{name} {priority}" if priority else f"{name}, nice {os.nice(0)}"


def dump(results):
    """JSON with one line per cell, so that diff can compare two runs."""
    cells = ",\n".join(json.dumps(one) for one in results["cells"])
    head = json.dumps({key: value for key, value in results.items() if key != "cells"})
    return f'{head[:-1]}, "cells": [\n{cells}\n]}}'


def put_between_marks(page, text):
    """Writes the figures into performance.md beside the folder, if it exists."""
    if page.exists():
        before, _, rest = page.read_text(encoding="utf-8").partition(MARKS[0])
        _, _, after = rest.partition(MARKS[1])
        page.write_text(f"{before}{MARKS[0]}\n{text}\n{MARKS[1]}{after}", encoding="utf-8")


def progress(text):
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", help="the program `bench`, as built in tests/bench")
    parser.add_argument("--plan", choices=PLANS, default="full", help="[full] " + "; ".join(
        f"{name}: {plan.purpose}" for name, plan in PLANS.items()))
    parser.add_argument("--rounds", type=int,
                        help=f"[{', '.join(f'{plan.rounds} {name}' for name, plan in PLANS.items())}]")
    parser.add_argument("--transports", metavar="TRANSPORT,...", help="of the plan only these  [all]")
    parser.add_argument("--output", type=pathlib.Path, help="folder for tables.md and latency.svg; "
                        "performance.md beside it gets the figures between its marks")
    parser.add_argument("--json", type=pathlib.Path, help="file for every figure")
    arguments = parser.parse_args()

    plan = PLANS[arguments.plan]
    transports = known_transports(arguments.program)
    if arguments.transports:
        asked = set(arguments.transports.split(","))
        if not asked <= transports:
            parser.error(f"no such transport here: {', '.join(sorted(asked - transports))}; "
                         f"`{arguments.program} --list` lists them")
        transports = asked
    cells = [one for one in plan.cells() if one["transport"] in transports]
    rounds = arguments.rounds or plan.rounds
    results = {"machine": machine(), "rounds": rounds}
    results["cells"], results["machine"]["stolen"] = measure(arguments.program, cells, rounds,
                                                             progress)
    progress("")
    if plan.extras:
        folder = pathlib.Path(arguments.program).resolve().parent
        results |= {"patterns": patterns(folder / "bench-patterns"),
                    "viewer": bench_viewer.measure(folder.parents[1])}
    tables = bench_report.text(results)
    print(tables)
    if arguments.json:
        arguments.json.write_text(dump(results) + "\n", encoding="utf-8")
    if arguments.output:
        arguments.output.mkdir(parents=True, exist_ok=True)
        (arguments.output / "tables.md").write_text(tables + "\n", encoding="utf-8")
        (arguments.output / "latency.svg").write_text(plot.svg(results), encoding="utf-8")
        put_between_marks(arguments.output.parent / "performance.md", bench_report.summary(results))


if __name__ == "__main__":
    main()
