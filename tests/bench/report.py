# SPDX-License-Identifier: MIT
"""The results as tables of Markdown: what was promised, then ratios, then absolute figures."""

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


def bars(cells):
    """What is promised: (what, bar, {size: measured}, whether more is better)."""
    for title, way in (("locked", "block"), ("checked", "block-checked")):
        yield f"p50 `block`, {title}, 60/s, to futex", 1.25, of(cells, P50, way, "futex"), False
    for title, way in (("locked", "paced"), ("checked", "paced-checked")):
        yield f"p50 `paced`, {title}, 60/s, to futex", 0.2, of(cells, P50, way, "futex"), False
        yield f"CPU of a `paced` reader, {title}, share of a core", 0.05, {
            size: share for size in cells.sizes
            if (share := cells.value(way, size, "reader", "cpu_share")) is not None}, False
    for title, way in (("locked", "spinning"), ("checked", "spinning-checked")):
        yield f"p50 `spin`, {title}, 60/s, to the spinning limit", 2, of(
            cells, P50, way, "spin"), False
    which = {"rate": 0, "touch": "all"}
    for way in ("block", "spinning"):
        for size, share in of(cells, ("fps",), way, "spin", **which).items():
            if size != "8K NV12":
                bar = 0.85 if size != "4K BGRA" and way == "block" else 0.95
                yield f"frames/s of `{way}` unpaced, to the spinning ring", bar, {size: share}, True
    for side in ("reader", "writer"):
        yield f"CPU of the {side}, `block`, 60/s, untouched, to futex", 1.1, of(
            cells, (side, "cpu_us"), "block", "futex"), False
    calls = {size: cells.value("calls", size, "ns") for size in cells.sizes}
    calls = {size: ns for size, ns in calls.items() if ns}
    if len(calls) > 1:
        yield "begin, publish, borrow, give back: slowest size to quickest", 1.1, {
            "all sizes": max(calls.values()) / min(calls.values())}, False


def bars_table(cells):
    rows = []
    for what, bar, measured, more in bars(cells):
        if measured:
            worst = min(measured.values()) if more else max(measured.values())
            met = worst >= bar if more else worst <= bar
            rows.append((what, f"{'at least' if more else 'at most'} {bar}",
                         ", ".join(f"{size} {value:.3g}" for size, value in measured.items()),
                         "met" if met else "**missed**"))
    return table(("what", "bar", "measured", ""), rows)


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
             "p50 from publish to reader, as a multiple of the bare futex wake-up", ratios,
             "microseconds, p50", by_size(cells, P50, None, 1, **which),
             "microseconds, p99", by_size(cells, ("latency_us", "p99"), None, 1, **which)]
    if which.get("rate", 60) == 60:
        parts += ["processor time of the reader, microseconds a frame",
                  by_size(cells, ("reader", "cpu_us"), None, 1, **which)]
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


def text(results):
    cells = Cells(results)
    where = results["machine"]
    parts = [f"{where['date']}, {where['processors']} x {where['processor']}"
             f"{', virtual' if where['virtual'] else ''}, Linux {where['kernel']}, load "
             f"{where['load']:.1f} at the start; medians of {results['rounds']} interleaved rounds",
             "## What was promised", bars_table(cells)]
    parts += latency(cells, "60 a second, frames untouched")
    parts += latency(cells, "60 a second, every byte written and read", touch="all")
    parts += latency(cells, "1,000 a second, frames untouched", rate=1000)
    for part in (unpaced(cells), many_readers(cells), memory(cells)):
        parts += part or []
    return "\n\n".join(parts)
