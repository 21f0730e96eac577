# SPDX-License-Identifier: MIT
"""Draws the latencies of a run: one SVG, bars on a logarithmic scale."""
import math

import bench_report

WIDTH, LEFT, RIGHT, TOP, BAR, GAP = 900, 170, 30, 70, 11, 14
COLORS = ("#1b6ca8", "#3a9d5d", "#d98e04", "#b5403f")
INK, PALE = "#333333", "#dddddd"


def label(x, y, text, **attributes):
    extra = "".join(f' {key.replace("_", "-")}="{value}"' for key, value in attributes.items())
    return f'<text x="{x:.1f}" y="{y:.1f}"{extra}>{text}</text>'


def figure(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def decades(lowest, highest):
    return range(math.floor(math.log10(lowest)), math.ceil(math.log10(highest)) + 1)


def svg(results):
    """p50 from publish to reader at 60 a second with frames filled and read, one group of bars per
    transport."""
    cells = bench_report.Cells(results)
    groups = []
    for transport in cells.transports:
        values = [cells.value(transport, size, *bench_report.P50, touch="all") for size in cells.sizes]
        if any(values):
            groups.append((transport, values))
    known = [value for _, values in groups for value in values if value]
    scale = decades(min(known), max(known))
    low, span = scale[0], max(len(scale) - 1, 1)

    def place(value):
        return LEFT + (math.log10(value) - low) / span * (WIDTH - LEFT - RIGHT)

    height = TOP + sum(GAP + BAR * len(values) for _, values in groups) + 40
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
             f'font-family="sans-serif" font-size="12" fill="{INK}">',
             '<rect width="100%" height="100%" fill="white"/>',
             label(LEFT, 22,
                   "From publish to reader: p50 in microseconds, 60 frames a second, filled and read",
                   font_size=15)]
    for index, size in enumerate(cells.sizes):
        x = LEFT + index * 130
        parts.append(f'<rect x="{x}" y="34" width="10" height="10" fill="{COLORS[index]}"/>')
        parts.append(label(x + 15, 43, size))
    for power in scale:
        x = place(10 ** power)
        parts.append(f'<line x1="{x:.1f}" y1="{TOP - 8}" x2="{x:.1f}" y2="{height - 30}" '
                     f'stroke="{PALE}"/>')
        parts.append(label(x, height - 12, f"{10 ** power:g}", text_anchor="middle"))
    y = TOP
    for transport, values in groups:
        parts.append(label(LEFT - 8, y + BAR * len(values) / 2 + 4, transport, text_anchor="end"))
        for index, value in enumerate(values):
            if value:
                parts.append(f'<rect x="{LEFT}" y="{y + index * BAR}" height="{BAR - 1}" '
                             f'width="{place(value) - LEFT:.1f}" fill="{COLORS[index]}"/>')
                parts.append(label(place(value) + 3, y + index * BAR + 9, figure(value),
                                   font_size=9))
        y += BAR * len(values) + GAP
    return "\n".join(parts + ["</svg>", ""])
