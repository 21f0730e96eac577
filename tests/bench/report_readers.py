# SPDX-License-Identifier: MIT
"""What many readers cost, as tables of Markdown: first what grows with them, then all figures."""
from report import NOT_MEASURED, Cells, heading, number, table

TOUCHES = {"none": "frames untouched", "all": "every byte written and read"}
LIMIT = "futex"
FIGURES = {"processor time of the writer a frame, microseconds": ("writer", "cpu_us"),
           "frames a second that arrive at a reader": ("fps",),
           "p50 latency, microseconds": ("latency_us", "p50"),
           "p99 latency, microseconds": ("latency_us", "p99")}


def counts(cells):
    return sorted({one["readers"] for one in cells.results["cells"]})


def growth(cells, way, size, touch):
    """Processor time of the writer a frame: what the most readers cost more than one."""
    many, one = (cells.value(way, size, "writer", "cpu_us", readers=count, touch=touch)
                 for count in (counts(cells)[-1], 1))
    return many - one if many is not None and one is not None else None


def grows(cells):
    """How the writer's time grows, and what of it is more than the bare wake-ups of that many."""
    ways = [way for way in cells.ways if way != LIMIT
            and any(growth(cells, way, size, "none") is not None for size in cells.sizes)]
    rows = []
    for touch, title in TOUCHES.items():
        for size in cells.sizes:
            bare = growth(cells, LIMIT, size, touch)
            row = [size, title, number(bare)]
            for way in ways:
                own = growth(cells, way, size, touch)
                over = own - bare if own is not None and bare is not None else None
                row += [number(own), number(over)]
            rows.append(row)
    head = ["size", "", f"`{LIMIT}`"]
    for way in ways:
        head += [f"`{way}`", "in excess"]
    return table(head, rows)


def by_count(cells, touch, keys, digits=1):
    """Rows of sizes and ways, columns of readers."""
    rows = []
    for size in cells.sizes:
        for way in cells.ways:
            values = [cells.value(way, size, *keys, readers=count, touch=touch)
                      for count in counts(cells)]
            if any(value is not None for value in values):
                rows.append([size, f"`{way}`", *(number(value, digits) for value in values)])
    return table(("size", "way", *map(str, counts(cells))), rows)


def lost(cells, touch):
    """Shares of the frames that found no slot, and of what readers took that was torn; rows where
    there were any."""
    rows = []
    for size in cells.sizes:
        for way in cells.ways:
            found = [cells.find(way, size, readers=count, touch=touch) for count in counts(cells)]
            if any(one and one["dropped"] + one["torn"] for one in found):
                rows.append([size, f"`{way}`", *(
                    f"{share(one['dropped'], one['writer']['frames'])} / "
                    f"{share(one['torn'], one['reader']['frames'])}" if one else NOT_MEASURED
                    for one in found)])
    return rows and ["frames that the writer dropped / that readers found torn, percent",
                     table(("size", "way", *map(str, counts(cells))), rows)]


def share(some, others):
    return f"{100 * some / (some + others):.0f}" if some + others else "0"


def text(results):
    cells = Cells(results)
    most = counts(cells)[-1]
    parts = ["# Many readers", heading(results),
             "Ways that spin need a processor for each reader, copies for each reader need memory, and "
             "a framework for each reader needs both: they have fewer.",
             "## What grows",
             f"Processor time of the writer a frame, microseconds: {most} readers more than 1; and how "
             f"much of it is in excess of the bare wake-ups of as many, `{LIMIT}`'s", grows(cells)]
    for touch, title in TOUCHES.items():
        parts.append(f"## 60 a second, {title}")
        for what, keys in FIGURES.items():
            parts += [f"{what}, by the number of readers", by_count(cells, touch, keys)]
        parts += lost(cells, touch) or []
    return "\n\n".join(parts)
