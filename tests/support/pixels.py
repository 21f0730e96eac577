# SPDX-License-Identifier: MIT
"""Pictures as rows of RGB bytes, read by ImageMagick."""

import re
import subprocess

from programs import tool

BARS = ((255, 255, 255), (191, 191, 0), (0, 191, 191), (0, 191, 0),
        (191, 0, 191), (191, 0, 0), (0, 0, 191), (0, 0, 0))  # as support/bars_writer.c draws them


class Picture:
    """8-bit RGB pixels; `at(x, y)` is a tuple."""

    def __init__(self, width, height, data):
        self.width, self.height, self.data = width, height, data

    def at(self, x, y):
        start = 3 * (y * self.width + x)
        return tuple(self.data[start:start + 3])

    def row(self, y):
        """The bytes of a row."""
        return self.data[3 * y * self.width:3 * (y + 1) * self.width]

    def share_of(self, test):
        """The share of pixels that satisfy test(r, g, b), sampled on a grid."""
        step = max(1, self.width // 160)
        seen = [test(*self.at(x, y)) for y in range(0, self.height, step)
                for x in range(0, self.width, step)]
        return sum(seen) / len(seen)


def read(path):
    """Reads any image file that ImageMagick supports."""
    size = subprocess.run([tool("identify"), "-format", "%w %h", str(path)], check=True,
                          capture_output=True, text=True, timeout=60).stdout
    data = subprocess.run([tool("convert"), str(path), "-alpha", "off", "-depth", "8", "rgb:-"],
                          check=True, capture_output=True, timeout=60).stdout
    width, height = map(int, size.split())
    return Picture(width, height, data)


def text_of(path):
    """The text chunks of a PNG file, as a dictionary."""
    said = subprocess.run([tool("identify"), "-verbose", str(path)], check=True,
                          capture_output=True, text=True, timeout=60).stdout
    keys = "Title|Frame|Creation Time|Software|Format|Size|Colours|Adjustments"
    return dict(re.findall(rf"^    ({keys}): (.*)$", said, re.MULTILINE))


def luma(color):
    """The grey value of a colour, with BT.601's weights."""
    grey = round(0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2])
    return (grey, grey, grey)


def far(seen, wanted):
    """The largest difference of a component."""
    return max(abs(a - b) for a, b in zip(seen, wanted))
