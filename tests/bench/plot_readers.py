# SPDX-License-Identifier: MIT
"""How cost and latency grow with the readers as a picture: one SVG, a panel for each size and figure,
logarithmic scales."""
import math

import report
import report_readers
from plot import INK, PALE, decades, label

WIDTH, LEFT, TOP, PANEL_WIDTH, PANEL_HEIGHT, GAP, FOOT = 920, 62, 84, 170, 150, 46, 30
COLORS = {"futex": "#333333", "block": "#1b6ca8", "paced": "#3a9d5d", "one-semaphore": "#b5403f",
          "gstreamer-shm": "#d98e04", "pipewire": "#7a4fa3", "spin": "#999999",
          "spinning": "#5fb3c9"}
OTHER = "#777777"
FIGURES = {"writer's CPU a frame, us": ("writer", "cpu_us"), "p50 latency, us": ("latency_us", "p50")}


def rows():
    """The panels of a row: what is shown, how it is found, which frames."""
    for touch in report_readers.TOUCHES:
        for title, keys in FIGURES.items():
            yield title, keys, touch


def lines(cells, size, keys, touch):
    """The points of each way, as pairs of readers and figure."""
    found = {}
    for way in cells.ways:
        values = [(count, cells.value(way, size, *keys, readers=count, touch=touch))
                  for count in report_readers.counts(cells)]
        points = [(count, value) for count, value in values if value]
        if points:
            found[way] = points
    return found


def panel(x, y, found, scale, counts):
    """One panel at a place of the picture."""
    low, span = scale[0], max(len(scale) - 1, 1)
    widest = math.log2(counts[-1]) or 1

    def across(count):
        return x + math.log2(count) / widest * PANEL_WIDTH

    def up(value):
        return y + PANEL_HEIGHT - (math.log10(value) - low) / span * PANEL_HEIGHT

    parts = []
    for power in scale:
        at = up(10 ** power)
        parts.append(f'<line x1="{x}" y1="{at:.1f}" x2="{x + PANEL_WIDTH}" y2="{at:.1f}" '
                     f'stroke="{PALE}"/>')
        parts.append(label(x - 4, at + 3, f"{10 ** power:g}", text_anchor="end", font_size=9))
    for count in counts:
        parts.append(label(across(count), y + PANEL_HEIGHT + 12, count, text_anchor="middle",
                           font_size=9))
    for way, points in found.items():
        color = COLORS.get(way, OTHER)
        places = [(across(count), up(value)) for count, value in points]
        path = " ".join(f"{px:.1f},{py:.1f}" for px, py in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="1.5"/>')
        parts += [f'<circle cx="{px:.1f}" cy="{py:.1f}" r="2.2" fill="{color}"/>'
                  for px, py in places]
    return parts


def svg(results):
    """The writer's processor time and the p50 latency at 60 a second, by the number of readers."""
    cells = report.Cells(results)
    counts = report_readers.counts(cells)
    row_height = PANEL_HEIGHT + GAP + 4
    height = TOP + len(list(rows())) * row_height + FOOT
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
             f'font-family="sans-serif" font-size="12" fill="{INK}">',
             '<rect width="100%" height="100%" fill="white"/>',
             label(LEFT, 22, "What grows with the readers, at 60 frames a second", font_size=15)]
    for index, way in enumerate(cells.ways):
        x = LEFT + index * 105
        parts.append(f'<rect x="{x}" y="34" width="10" height="10" '
                     f'fill="{COLORS.get(way, OTHER)}"/>')
        parts.append(label(x + 14, 43, way, font_size=11))
    for index, size in enumerate(cells.sizes):
        parts.append(label(LEFT + index * (PANEL_WIDTH + GAP), 66, size, font_weight="bold"))
    for row, (title, keys, touch) in enumerate(rows()):
        y = TOP + row * row_height + 12
        found = [lines(cells, size, keys, touch) for size in cells.sizes]
        known = [value for ways in found for points in ways.values() for _, value in points]
        if not known:
            continue
        parts.append(label(LEFT - 44, y - 12, f"{title}, {report_readers.TOUCHES[touch]}",
                           font_size=11))
        for index, ways in enumerate(found):
            parts += panel(LEFT + index * (PANEL_WIDTH + GAP), y, ways,
                           decades(min(known), max(known)), counts)
    parts.append(label(WIDTH / 2, height - 12, "readers", text_anchor="middle"))
    return "\n".join(parts + ["</svg>", ""])
