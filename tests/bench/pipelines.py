#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares triptychsink | triptychsrc with shmsink | shmsrc, as whole pipelines in two processes.

videotestsrc draws into what the sink offers, a fakesink takes what the source gives. Rounds are
interleaved, figures are medians of them: on an idle machine, and while others want its processors, too.
The tables go to stdout; --output FOLDER gets pipelines.md and pipelines.json.
"""
import argparse
import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from bench import machine

SIZES = {"1080p NV12": ("NV12", 1920, 1080, 1920 * 1080 * 3 // 2),
         "4K BGRA": ("BGRA", 3840, 2160, 3840 * 2160 * 4)}
RATES = {"1080p NV12": (60, 0), "4K BGRA": (30, 0)}  # 0: as fast as it goes
SHM = "shmsrc"
READERS = {True: ("triptychsrc", "triptychsrc wait=paced", SHM),  # whether the writer is paced
           False: ("triptychsrc", "triptychsrc mode=next", SHM)}
SLOTS = 8  # of either shared memory
SECONDS = 2.5
PATIENCE_S = 60
LONGEST_S = 3600  # of the rounds in which others compute
OTHERS = "import time\nwhile time.monotonic() < {until}: sum(range(1000))"  # that want a processor


def pipelines(reader, size, rate, place):
    """The sink and the source pipeline of one pair."""
    form, width, height, size_bytes = SIZES[size]
    caps = f"video/x-raw,format={form},width={width},height={height}"
    live = "true" if rate else "false"
    source = (f"videotestsrc pattern=black is-live={live} ! {caps},framerate={rate or 1000}/1")
    if reader != SHM:
        return (f"{source} ! triptychsink name=end stream={place.name} slots={SLOTS} sync=false",
                f"{reader} name=shared stream={place.name} ! fakesink name=end sync=false")
    bytes_needed = (size_bytes + 4096) * SLOTS
    return (f"{source} ! shmsink name=end socket-path={place} shm-size={bytes_needed} sync=false "
            "wait-for-connection=false",
            f"shmsrc socket-path={place} is-live=true ! {caps},framerate={rate or 1000}/1 ! "
            "fakesink name=end sync=false")


def run(program, reader, size, rate, folder):
    """Results of both ends of one pair."""
    place = folder / f"pipe-{os.getpid()}"
    write, read = pipelines(reader, size, rate, place)
    ends = []
    for what, text, seconds in (("write", write, SECONDS + 1), ("read", read, SECONDS)):
        if what == "read" and reader == SHM:  # it fails when its peer is not there yet
            while not place.exists() and ends[0].poll() is None:
                pass
        ends.append(subprocess.Popen([program, what, str(seconds), text], stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE, text=True))
    said = [end.communicate(timeout=PATIENCE_S) for end in reversed(ends)][::-1]
    for end, (_, err) in zip(ends, said):
        if end.returncode:
            raise SystemExit(f"{' '.join(end.args)}: {err.strip()}")
    place.unlink(missing_ok=True)
    return [json.loads(out) for out, _ in said]


@contextlib.contextmanager
def others(number, seconds):
    """Runs `count` processes that never sleep; they end after a time limit."""
    until = time.monotonic() + seconds
    busy = [subprocess.Popen([sys.executable, "-c", OTHERS.format(until=until)]) for _ in range(number)]
    try:
        yield
    finally:
        for process in busy:
            process.terminate()
            process.wait()


def measure(program, rounds):
    """{(size, rate, reader): [results of (writer, reader) in each round]}."""
    cells = [(size, rate, reader) for size in SIZES for rate in RATES[size]
             for reader in READERS[rate > 0]]
    found = {cell: [] for cell in cells}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(1, rounds + 1):
            for size, rate, reader in cells:
                if sys.stderr.isatty():
                    print(f"\r\033[Kround {number}: {size} {rate} {reader}", end="", file=sys.stderr)
                found[size, rate, reader].append(
                    run(program, reader, size, rate, pathlib.Path(folder)))
    return found


def median(runs, end, key):
    return statistics.median(one[end][key] for one in runs)


def beside(ours, theirs, end, key, digits=0):
    """A figure and its ratio to shmsrc's of the same round: medians."""
    pairs = [(own[end][key], other[end][key]) for own, other in zip(ours, theirs)]
    figure = f"{median(ours, end, key):.{digits}f}"
    if not all(other for _, other in pairs):
        return figure
    return f"{figure} ({statistics.median(own / other for own, other in pairs):.2f})"


def row(size, rate, reader, figures):
    ours, theirs = figures[size, rate, reader], figures[size, rate, SHM]
    copied = "" if reader == SHM else f"{median(ours, 0, 'copied') + median(ours, 1, 'copied'):.0f}"
    cells = (size, f"{rate} a second" if rate else "unpaced", reader, f"{median(ours, 0, 'fps'):.0f}",
             beside(ours, theirs, 1, "fps", 1), beside(ours, theirs, 1, "age_p50_us"),
             beside(ours, theirs, 1, "age_p99_us"), beside(ours, theirs, 0, "cpu_us"),
             beside(ours, theirs, 1, "cpu_us"), f"{median(ours, 1, 'met'):.2f}", copied)
    return f"| {' | '.join(cells)} |"


def table(figures):
    lines = ["| frames | pace | reader | made a second | seen a second | age p50, us | age p99, us "
             "| CPU a frame, writer, us | reader, us | same processor | copied by us |",
             "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"]
    return "\n".join(lines + [row(*cell, figures) for cell in figures])


def page(about, rounds, idle, busy):
    virtual = ", virtual" if about["virtual"] else ""
    return f"""# Whole pipelines beside GStreamer's own shared memory

`videotestsrc ! triptychsink` in one process, `triptychsrc ! fakesink` in another, and the same with
`shmsink` and `shmsrc`; {SLOTS} slots, or as many frames' bytes, on either side. Medians of
{rounds} interleaved rounds of {SECONDS:g} s. Latency: from the frame's arrival at the sink to its
arrival at the last element of the other process. CPU: of the whole process, including the drawing,
which is the same for both. Same processor: the share of frames that the reader received on the
processor that wrote them, as the kernel chose. In parentheses: the ratio to shmsrc in the same
round, also a median. Unpaced, shmsink waits for its reader and triptychsink does not: a reader of
the newest frame then skips some.

{about['processor']}, {about['processors']} processors{virtual}, Linux {about['kernel']},
{about['date']}, load {about['load']:.1f} at the start. Repeat it with
`meson test --benchmark -C build pipelines`, or
`tests/bench/pipelines.py build/tests/bench/pipe_end --output docs/performance`.

{table(idle)}

## On a busy machine
The same beside one busy loop per processor.

{table(busy)}
"""


def cells_of(figures):
    return [{"size": size, "rate": rate, "transport": transport,
             "rounds": [{"writer": ends[0], "reader": ends[1]} for ends in runs]}
            for (size, rate, transport), runs in figures.items()]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", help="the program `pipe_end`, as built in tests/bench")
    parser.add_argument("--rounds", type=int, default=7, help="[7, about eleven minutes]")
    parser.add_argument("--output", type=pathlib.Path, help="folder for what is kept")
    arguments = parser.parse_args()
    build = pathlib.Path(arguments.program).resolve().parents[2]
    os.environ.setdefault("GST_PLUGIN_PATH", str(build / "plugins/gstreamer"))
    os.environ.setdefault("GST_REGISTRY", str(build / "gst-registry.bin"))
    about = machine()
    idle = measure(arguments.program, arguments.rounds)
    with others(about["processors"], LONGEST_S):
        busy = measure(arguments.program, arguments.rounds)
    text = page(about, arguments.rounds, idle, busy)
    print(text)
    if arguments.output:
        (arguments.output / "pipelines.md").write_text(text, encoding="utf-8")
        kept = {"machine": about, "rounds": arguments.rounds, "idle": cells_of(idle),
                "busy": cells_of(busy)}
        (arguments.output / "pipelines.json").write_text(json.dumps(kept, indent=1) + "\n",
                                                         encoding="utf-8")


if __name__ == "__main__":
    main()
