# SPDX-License-Identifier: MIT
"""The results as Markdown tables: targets, then ratios, then absolute figures."""

from plans import DISTURBED, PEERS, SIZES, TEXT_BOOK

OTHERS = TEXT_BOOK + PEERS
SIDES = ("writer", "reader")
NOT_MEASURED = ""
TOUCHES = {"none": "untouched", "all": "filled and read"}


class Cells:
    """The medians of a run, looked up by cell."""

    def __init__(self, results):
        self.results = results
        measured = {one["size"] for one in results["cells"]}
        self.sizes = [size for size in SIZES if size in measured]
        self.transports = list(dict.fromkeys(one["transport"] for one in results["cells"]))

    def find(self, transport, size, *, readers=1, rate="60", touch="none", jitter=0, drop_every=0):
        for one in self.results["cells"]:
            if (one["transport"], one["size"], one["readers"], one["rate"], one["touch"], one["jitter"],
                    one["drop_every"]) == (transport, size, readers, rate, touch, jitter, drop_every):
                result = one["result"]
                if "reader" in result:
                    result["switches"] = sum(result[side]["switches"] for side in SIDES)
                arrived = "reader" not in result or result["reader"]["frames"] > 0
                return result if arrived else None
        return None

    def value(self, transport, size, *keys, **which):
        found = self.find(transport, size, **which)
        for key in keys:
            found = found.get(key) if found else None
        return found


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    return "\n".join(lines)


def ratio(value, limit):
    return f"{value / limit:.2f}" if value is not None and limit else NOT_MEASURED


def number(value, digits=1):
    return f"{value:,.{digits}f}" if value is not None else NOT_MEASURED


def of(cells, keys, transport, limit, **which):
    """Ratios of a figure to the limit's at a steady rate, one per size, largest last; {} if not
    measured."""
    steady = {key: which[key] for key in ("readers", "touch") if key in which}
    if which.get("rate") == "0":
        steady["rate"] = "0"
    found = {}
    for size in cells.sizes:
        value = cells.value(transport, size, *keys, **which)
        against = cells.value(limit, size, *keys, **steady)
        if value is not None and against:
            found[size] = value / against
    return found


P50 = ("latency_us", "p50")


class Target:
    """A target: its subject, its bound, the figure of each size; without `most` and `least` it is shown
    and not judged."""

    def __init__(self, what, measured, *, most=None, least=None):
        self.what, self.measured, self.most, self.least = what, measured, most, least

    def promised(self):
        if self.most is None and self.least is None:
            return "informative"
        return f"at most {self.most}" if self.least is None else f"at least {self.least}"

    def verdict(self):
        """The verdict, with the distance of the worst size from the target."""
        if self.most is None and self.least is None:
            return ""
        if self.least is None:
            worst, target = max(self.measured.values()), self.most
            missed = worst / target - 1
        else:
            worst, target = min(self.measured.values()), self.least
            missed = 1 - worst / target
        return "met" if missed <= 0 else f"**missed** by {missed:.0%}"

    def row(self):
        return (self.what, self.promised(), ", ".join(
            f"{size} {value:.3g}" for size, value in self.measured.items()), self.verdict())


def to_best_peer(cells, transport, touch):
    """p50 as a multiple of the fastest peer's, one per size."""
    found = {}
    for size in cells.sizes:
        ours = cells.value(transport, size, *P50, touch=touch)
        theirs = [value for peer in OTHERS if (value := cells.value(peer, size, *P50, touch=touch))]
        if ours and theirs:
            found[size] = ours / min(theirs)
    return found


def own_share(cells, **which):
    """Share of a core of a `paced` reader, less the reading of the frames, which a reader that
    sleeps on a futex does too."""
    found = {}
    for size in cells.sizes:
        ours = cells.find("paced", size, **which)
        reading = cells.find("futex", size, touch="all") if which.get("touch") == "all" else None
        if ours:
            frames_a_second = ours["reader"]["cpu_share"] / (ours["reader"]["cpu_us"] / 1e6)
            spent = ours["reader"]["cpu_us"] - (reading["reader"]["cpu_us"] if reading else 0)
            found[size] = max(spent, 0) / 1e6 * frames_a_second
    return found


def both_sides(cells, transport, touch):
    """Processor time of the writer and one reader, as a multiple of the futex transport's."""
    found = {}
    for size in cells.sizes:
        ours, limit = cells.find(transport, size, touch=touch), cells.find("futex", size, touch=touch)
        if ours and limit:
            found[size] = (sum(ours[side]["cpu_us"] for side in SIDES)
                           / sum(limit[side]["cpu_us"] for side in SIDES))
    return found


def writers(cells, transport, limit, touch):
    """Processor time of the writer by the number of readers, as a multiple of another transport's."""
    return {f"{count} readers": ratio for count in (4, 16, 64) for ratio in of(
        cells, ("writer", "cpu_us"), transport, limit, readers=count, touch=touch).values()}


def costly(patterns):
    """The patterns that draw much in each frame, and the others as one figure."""
    found = {name: ratio for name, ratio in patterns.items() if ratio >= 0.05}
    rest = [ratio for name, ratio in patterns.items() if name not in found]
    return found | ({f"{len(rest)} others": max(rest)} if rest else {})


COURSES = {"steady rate": {}} | {
    name: {key: value for key, value in how.items() if key != "seconds"}
    for name, how in DISTURBED.items()}


def targets(cells):
    """All targets."""
    for touch, title in TOUCHES.items():
        yield Target(f"p50 `block` to futex, {title}", of(cells, P50, "block", "futex", touch=touch),
                  most=1.25)
        yield Target(f"p50 `block` to the fastest peer, {title}",
                  to_best_peer(cells, "block", touch), most=1)
        yield Target(f"p50 `epoll` to futex, {title}", of(cells, P50, "epoll", "futex", touch=touch),
                     most=2.5)
        yield Target(f"p50 `spin` to the spinning limit, {title}",
                  of(cells, P50, "spinning", "spin", touch=touch), most=2)
    for touch, title in TOUCHES.items():
        for name, how in COURSES.items():
            found = of(cells, P50, "paced", "futex", touch=touch, **how)
            large = {"4K BGRA": found.pop("4K BGRA")} if "4K BGRA" in found else {}
            yield Target(f"p50 `paced` to futex, {name}, {title}", found, most=0.12)
            yield Target(f"p50 `paced` to futex, {name}, {title}, 4K", large, most=0.3)
            # At 4K the time of reading varies by more than the target.
            share = own_share(cells, touch=touch, **how)
            yield Target(f"share of a core, `paced`, {name}, {title}, less the reading", {
                size: value for size, value in share.items() if touch == "none" or size != "4K BGRA"},
                most=0.05)
    for touch, title in TOUCHES.items():
        for limit, most in (("iceoryx", 1), ("futex", None)):
            yield Target(f"CPU of the writer of `block` to {limit}, 1080p, {title}",
                      writers(cells, "block", limit, touch), most=most)
    for touch, title in TOUCHES.items():
        yield Target(f"frames/s of `block` unpaced to iceoryx, {title}",
                  of(cells, ("fps",), "block", "iceoryx", rate="0", touch=touch), least=1)
    for transport, size, least in (("block", "1080p NV12", 0.85), ("spinning", "1080p NV12", 0.95),
                             ("block", "4K BGRA", 0.95), ("spinning", "4K BGRA", 0.95)):
        share = of(cells, ("fps",), transport, "spin", rate="0", touch="all")
        yield Target(f"frames/s of `{transport}` unpaced to the spinning ring, filled and read",
                  {size: share[size]} if size in share else {}, least=least)
    for touch, title in TOUCHES.items():
        yield Target(f"CPU of writer and reader, `block` to futex, {title}",
                  both_sides(cells, "block", touch), most=1.1)
    calls = {size: ns for size in cells.sizes if (ns := cells.value("calls", size, "ns"))}
    if len(calls) > 1:
        yield Target("begin, publish, acquire, release: slowest size to quickest",
                  {"all sizes": max(calls.values()) / min(calls.values())}, most=1.1)
    yield Target("a pattern's frame, 1080p NV12 unpaced, to a memset of it",
              costly(cells.results.get("patterns", {})), most=1.5)


def bars_table(cells):
    return table(("what", "target", "measured", ""),
                 [target.row() for target in targets(cells) if target.measured])


def by_size(cells, show, **which):
    """Rows of transports, columns of sizes."""
    rows = []
    for transport in cells.transports:
        values = [cells.find(transport, size, **which) for size in cells.sizes]
        shown = [show(value, size) if value else NOT_MEASURED
                 for value, size in zip(values, cells.sizes)]
        if any(shown):
            rows.append([f"`{transport}`", *shown])
    return table(("transport", *cells.sizes), rows) if rows else ""


def latency(cells, touch):
    """Figures of one reader at 60 frames a second."""
    def p50(one, size):
        if "latency_us" not in one:
            return NOT_MEASURED
        limit = cells.value("futex", size, *P50, touch=touch)
        return f"{number(one['latency_us']['p50'])} ({ratio(one['latency_us']['p50'], limit)})"

    def p99(one, _):
        found = one.get("latency_us", {}).get("p99")
        return number(found) if found else NOT_MEASURED

    def cost(one, _):
        if "reader" not in one:
            return NOT_MEASURED
        return " / ".join(number(one[side]["cpu_us"]) for side in SIDES)

    parts = [f"## 60 a second, one reader, frames {TOUCHES[touch]}",
             "p50 from publish to reader, microseconds (multiples of the bare futex wake-up)",
             by_size(cells, p50, touch=touch)]
    late = by_size(cells, p99, touch=touch)
    if late:
        parts += ["p99, microseconds, where at least 1,000 frames were measured", late]
    return parts + ["processor time of writer / reader, microseconds a frame",
                    by_size(cells, cost, touch=touch)]


def disturbed(cells):
    rows = []
    for touch, title in TOUCHES.items():
        for name, how in COURSES.items():
            for transport in ("futex", "paced"):
                values = [cells.find(transport, size, touch=touch, **how) for size in cells.sizes]
                if how and any(values):
                    rows.append([name, title, f"`{transport}`", *(
                        f"{number(one['latency_us']['p50'])} / {one['reader']['cpu_share']:.1%}"
                        if one else NOT_MEASURED for one in values)])
    return rows and ["## Changes of rate, jitter, drops",
                     "p50, microseconds / the reader's share of a core, with the reading of frames",
                     table(("", "frames", "transport", *cells.sizes), rows)]


def unpaced(cells):
    parts = []
    for touch, title in TOUCHES.items():
        def rate(one, size, touch=touch):
            limit = cells.value("spin", size, "fps", rate="0", touch=touch)
            return f"{number(one['fps'], 0)} ({ratio(one['fps'], limit)})"
        shown = by_size(cells, rate, rate="0", touch=touch)
        if shown:
            parts += [f"frames {title}", shown]
    return parts and ["## Unpaced", "frames a second that arrive (as a share of the unguarded "
                      "spinning ring)", *parts]


def many_readers(cells):
    counts = sorted({one["readers"] for one in cells.results["cells"]})
    rows = []
    for touch, title in TOUCHES.items():
        for size in cells.sizes:
            for transport in cells.transports:
                values = [cells.find(transport, size, readers=count, touch=touch) for count in counts]
                if any(values[1:]):
                    rows.append([f"{size}, {title}", f"`{transport}`", *(
                        f"{number(value['writer']['cpu_us'])} / {number(value['latency_us']['p50'])}"
                        if value else NOT_MEASURED for value in values)])
    return rows and ["## Many readers, 60 a second",
                     "processor time of the writer a frame / p50 latency, microseconds",
                     table(("frames", "transport", *(f"{count} readers" for count in counts)), rows)]


def memory(cells):
    rows = []
    for size in cells.sizes:
        speeds, calls = cells.value("memory", size, "gb_s"), cells.value("calls", size, "ns")
        if speeds:
            rows.append([size, *(number(speed) for speed in speeds.values()), number(calls, 0)])
            names = list(speeds)
    return rows and ["## Memory and calls",
                     "GB/s of one processor on three slots; nanoseconds of begin, publish, "
                     "acquire and release together", table(("size", *names, "calls ns"), rows)]


def viewer(results):
    seen = results.get("viewer")
    if not seen:
        return []
    return ["## The viewer",
            "triptych-display, 1080p NV12 at 60 a second in a window of 1920x1080, drawn by the "
            "processor: no graphics card here",
            table(("uploads", "frames shown", "milliseconds of processor time a frame",
                   "share of a core when no frame comes"),
                  [(seen["upload"], seen["frames"], number(seen["cpu_ms"]),
                    f"{seen['idle_share']:.4f}")])]


def heading(results):
    where = results["machine"]
    return (f"{where['date']}, {where['processors']} x {where['processor']}"
            f"{', virtual' if where['virtual'] else ''}, Linux {where['kernel']}, "
            f"{where['policy']}, load {where['load']:.1f} at the start, {where['stolen']:.2%} of the "
            f"processors taken by other virtual machines; medians of {results['rounds']} rounds, each "
            "in a new random order")


def summary(results):
    """The figures in docs/performance.md: one row per transport, then the missed targets."""
    cells = Cells(results)
    size, touched = "1080p NV12", {"touch": "all"}

    def p50(transport, at):
        value = cells.value(transport, at, *P50, **touched)
        return value and f"{number(value)} ({ratio(value, cells.value('futex', at, *P50, **touched))})"

    def figures(transport):
        one = cells.find(transport, size, **touched)
        many = cells.value(transport, size, "writer", "cpu_us", readers=16)
        return (*(p50(transport, at) for at in cells.sizes),
                one and number(one["latency_us"].get("p99")),
                one and " / ".join(number(one[side]["cpu_us"], 0) for side in SIDES),
                number(many, 0), number(cells.value(transport, size, "fps", rate="0"), 0))

    rows = [(f"`{transport}`", *(value or NOT_MEASURED for value in figures(transport)))
            for transport in cells.transports if cells.value(transport, size, *P50, **touched)]
    judged = [target for target in targets(cells) if target.measured and target.verdict()]
    missed = [target for target in judged if target.verdict() != "met"]
    head = ("transport", *(f"p50 {at}" for at in cells.sizes), "p99 1080p", "CPU writer / reader",
            "CPU writer, 16 readers", "frames/s")
    parts = [heading(results) + ".", table(head, rows),
             f"{len(judged) - len(missed)} of {len(judged)} targets are met "
             "([all of them](performance/tables.md))."]
    if missed:
        parts += ["Missed:", table(("what", "target", "measured", ""),
                                   [target.row() for target in missed])]
    return "\n\n".join(parts)


def text(results):
    cells = Cells(results)
    parts = [heading(results), "## Targets", bars_table(cells)]
    for touch in TOUCHES:
        parts += latency(cells, touch)
    for part in (disturbed(cells), unpaced(cells), many_readers(cells), memory(cells),
                 viewer(results)):
        parts += part or []
    return "\n\n".join(parts)
