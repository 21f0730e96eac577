# SPDX-License-Identifier: MIT
"""The results as tables of Markdown: what was promised, then ratios, then absolute figures."""

OTHERS = ("one-semaphore", "unix-socket", "pipe", "message-queue", "gstreamer-shm", "pipewire")
SIDES = ("writer", "reader")
SIZES = ("VGA YUYV", "1080p NV12", "4K BGRA", "8K NV12")  # columns, from small to large
NOT_MEASURED = ""


class Cells:
    """The medians of a run, found by what was measured."""

    def __init__(self, results):
        self.results = results
        measured = {one["size"] for one in results["cells"]}
        self.sizes = [size for size in SIZES if size in measured]
        self.ways = list(dict.fromkeys(one["way"] for one in results["cells"]))

    def find(self, way, size, *, readers=1, rate=60, touch="none"):
        for one in self.results["cells"]:
            if (one["way"], one["size"], one["readers"], one["rate"], one["touch"]) == (
                    way, size, readers, rate, touch):
                result = one["result"]
                if "reader" in result:
                    result["switches"] = sum(result[side]["switches"] for side in SIDES)
                arrived = "reader" not in result or result["reader"]["frames"] > 0
                return result if arrived else None
        return None

    def value(self, way, size, *keys, **which):
        found = self.find(way, size, **which)
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


def of(cells, keys, way, limit, **which):
    """Ratios of a figure to the limit's, one a size, largest last; {} where not measured."""
    found = {}
    for size in cells.sizes:
        value = cells.value(way, size, *keys, **which)
        against = cells.value(limit, size, *keys, **which)
        if value is not None and against:
            found[size] = value / against
    return found


P50 = ("latency_us", "p50")


class Bar:
    """A promise: what, how much, what was measured for each size; without `most` and `least` it is
    told, not judged."""

    def __init__(self, what, measured, *, most=None, least=None):
        self.what, self.measured, self.most, self.least = what, measured, most, least

    def promised(self):
        if self.most is None and self.least is None:
            return "told"
        return f"at most {self.most}" if self.least is None else f"at least {self.least}"

    def verdict(self):
        """In words, with how far the worst size is from what was promised."""
        if self.most is None and self.least is None:
            return ""
        if self.least is None:
            worst, bar = max(self.measured.values()), self.most
            missed = worst / bar - 1
        else:
            worst, bar = min(self.measured.values()), self.least
            missed = 1 - worst / bar
        return "met" if missed <= 0 else f"**missed** by {missed:.0%}"

    def row(self):
        return (self.what, self.promised(), ", ".join(
            f"{size} {value:.3g}" for size, value in self.measured.items()), self.verdict())


def to_best_peer(cells, way):
    """p50 as a multiple of the quickest way of others, a figure a size."""
    found = {}
    for size in cells.sizes:
        ours = cells.value(way, size, *P50)
        theirs = [value for peer in OTHERS if (value := cells.value(peer, size, *P50))]
        if ours and theirs:
            found[size] = ours / min(theirs)
    return found


def both_sides(cells, way):
    """Processor time of the writer and one reader, as a multiple of the futex hand-over's."""
    found = {}
    for size in cells.sizes:
        ours, limit = cells.find(way, size), cells.find("futex", size)
        if ours and limit:
            found[size] = (sum(ours[side]["cpu_us"] for side in SIDES)
                           / sum(limit[side]["cpu_us"] for side in SIDES))
    return found


def growth(cells, way, size="1080p NV12"):
    """Processor time of the writer a frame, microseconds: what 64 readers cost more than one."""
    many, one = (cells.value(way, size, "writer", "cpu_us", readers=count) for count in (64, 1))
    return {way: many - one} if many and one else {}


def costly(patterns):
    """The patterns of which much is drawn in each frame, and the rest of them in one."""
    found = {name: ratio for name, ratio in patterns.items() if ratio >= 0.05}
    rest = [ratio for name, ratio in patterns.items() if name not in found]
    return found | ({f"{len(rest)} others": max(rest)} if rest else {})


def bars(cells):
    """What was promised, one by one."""
    for title, mark in (("locked", ""), ("checked", "-checked")):
        yield Bar(f"p50 `block`, {title}, 60/s, to futex",
                  of(cells, P50, "block" + mark, "futex"), most=1.25)
    yield Bar("p50 `block`, locked, 60/s, to the quickest way of others",
              to_best_peer(cells, "block"), most=1)
    for title, mark in (("locked", ""), ("checked", "-checked")):
        yield Bar(f"p50 `paced`, {title}, 60/s, to futex",
                  of(cells, P50, "paced" + mark, "futex"), most=0.2)
        yield Bar(f"CPU of a `paced` reader, {title}, share of a core", {
            size: share for size in cells.sizes
            if (share := cells.value("paced" + mark, size, "reader", "cpu_share")) is not None},
            most=0.05)
    for title, mark in (("locked", ""), ("checked", "-checked")):
        yield Bar(f"p50 `spin`, {title}, 60/s, to the spinning limit",
                  of(cells, P50, "spinning" + mark, "spin"), most=2)
    for way, size, least in (("block", "1080p NV12", 0.85), ("spinning", "1080p NV12", 0.95),
                             ("block", "4K BGRA", 0.95), ("spinning", "4K BGRA", 0.95)):
        share = of(cells, ("fps",), way, "spin", rate=0, touch="all")
        yield Bar(f"frames/s of `{way}` unpaced, every byte, to the spinning ring",
                  {size: share[size]} if size in share else {}, least=least)
    yield Bar("CPU of writer and reader, `block`, 60/s, untouched, to futex",
              both_sides(cells, "block"), most=1.1)
    for side in SIDES:
        yield Bar(f"of it the {side} alone", of(cells, (side, "cpu_us"), "block", "futex"))
    calls = {size: ns for size in cells.sizes if (ns := cells.value("calls", size, "ns"))}
    if len(calls) > 1:
        yield Bar("begin, publish, borrow, give back: slowest size to quickest",
                  {"all sizes": max(calls.values()) / min(calls.values())}, most=1.1)
    yield Bar("writer's CPU a frame, 64 readers asleep more than 1, microseconds",
              growth(cells, "block") | growth(cells, "futex"))
    yield Bar("a pattern's frame, 1080p NV12 unpaced, to a memset of it",
              costly(cells.results.get("patterns", {})), most=1.5)


def bars_table(cells):
    return table(("what", "bar", "measured", ""),
                 [bar.row() for bar in bars(cells) if bar.measured])


def by_size(cells, keys, limit, digits, **which):
    """Rows of ways, columns of sizes: ratios to `limit` if there is one, otherwise figures."""
    rows = []
    for way in cells.ways:
        values = [cells.value(way, size, *keys, **which) for size in cells.sizes]
        if all(value is None for value in values):
            continue
        if limit:
            values = [ratio(value, cells.value(limit, size, *keys, **which))
                      for value, size in zip(values, cells.sizes)]
        else:
            values = [number(value, digits) for value in values]
        rows.append([f"`{way}`", *values])
    return table(("way", *cells.sizes), rows) if rows else ""


def latency(cells, title, **which):
    ratios = by_size(cells, P50, "futex", 2, **which)
    if not ratios:
        return []
    parts = [f"## {title}",
             "p50 from publish to reader, as a multiple of the bare futex wake-up", ratios]
    for name in ("p50", "p99", "p99.9", "max"):
        parts += [f"microseconds, {name}",
                  by_size(cells, ("latency_us", name), None, 1, **which)]
    for side in SIDES:
        parts += [f"processor time of the {side}, milliseconds for 1,000 frames",
                  by_size(cells, (side, "cpu_us"), None, 1, **which)]
    parts += ["context switches a frame, writer and reader",
              by_size(cells, ("switches",), None, 2, **which)]
    return parts


def unpaced(cells):
    which = {"rate": 0, "touch": "all"}
    shares = by_size(cells, ("fps",), "spin", 2, **which)
    return shares and ["## Unpaced, every byte written and read",
                       "frames a second that arrive, as a share of the unguarded spinning ring",
                       shares,
                       "frames a second", by_size(cells, ("fps",), None, 0, **which)]


def many_readers(cells):
    counts = sorted({one["readers"] for one in cells.results["cells"]})
    if len(counts) == 1:
        return []
    rows = []
    for size in cells.sizes:
        for way in cells.ways:
            values = [cells.find(way, size, readers=count) for count in counts]
            if sum(value is not None for value in values) > 1:
                rows.append([size, f"`{way}`", *(
                    f"{number(value['writer']['cpu_us'])} / {number(value['latency_us']['p50'])}"
                    if value else NOT_MEASURED for value in values)])
    return ["## Many readers, 60 a second, untouched",
            "processor time of the writer a frame / p50 latency, microseconds",
            table(("size", "way", *(f"{count} readers" for count in counts)), rows)]


def memory(cells):
    rows = []
    for size in cells.sizes:
        speeds, calls = cells.value("memory", size, "gb_s"), cells.value("calls", size, "ns")
        if speeds:
            rows.append([size, *(number(speed) for speed in speeds.values()), number(calls, 0)])
            names = list(speeds)
    return rows and ["## Memory and calls",
                     "GB/s of one processor on three slots in turn; nanoseconds of begin, publish, "
                     "borrow and give back together", table(("size", *names, "calls ns"), rows)]


def viewer(results):
    seen = results.get("viewer")
    if not seen:
        return []
    return ["## The viewer",
            "triptych-display, 1080p NV12 at 60 a second in a window of 640x360, drawn by the "
            "processor: no graphics card here",
            table(("uploads", "frames shown", "milliseconds of processor time a frame",
                   "share of a core when no frame comes"),
                  [(seen["upload"], seen["frames"], number(seen["cpu_ms"]),
                    f"{seen['idle_share']:.4f}")])]


def heading(results):
    where = results["machine"]
    return (f"{where['date']}, {where['processors']} x {where['processor']}"
            f"{', virtual' if where['virtual'] else ''}, Linux {where['kernel']}, load "
            f"{where['load']:.1f} at the start, {where['stolen']:.2%} of the processors taken by other "
            f"virtual machines; medians of {results['rounds']} interleaved rounds")


def text(results):
    cells = Cells(results)
    parts = [heading(results), "## What was promised", bars_table(cells)]
    parts += latency(cells, "60 a second, frames untouched")
    parts += latency(cells, "60 a second, every byte written and read", touch="all")
    parts += latency(cells, "1,000 a second, frames untouched", rate=1000)
    for part in (unpaced(cells), many_readers(cells), memory(cells), viewer(results)):
        parts += part or []
    return "\n\n".join(parts)
