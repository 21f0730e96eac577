# SPDX-License-Identifier: MIT
"""The colours of vivid's bars, and those of a raw frame."""

# Left to right.
NAMES = ("white", "yellow", "cyan", "green", "magenta", "red", "blue", "black")
BITS = ((1, 1, 1), (1, 1, 0), (0, 1, 1), (0, 1, 0), (1, 0, 1), (1, 0, 0), (0, 0, 1), (0, 0, 0))
LEVELS = {"75% Colorbar": (0, 191), "100% Colorbar": (0, 255)}
TOLERANCE = 4  # of 255: a step of Cb or Cr alone is 2.0 of blue and 1.6 of red


def expected(pattern):
    """Full-range RGB of each bar."""
    return [tuple(LEVELS[pattern][bit] for bit in bits) for bits in BITS]


def rgb_of(y, u, v):
    """BT.601, limited range: as V4L2 describes an sRGB source in YUV."""
    luma, blue, red = (y - 16) * 255 / 219, (u - 128) * 255 / 224, (v - 128) * 255 / 224
    return (luma + 1.402 * red, luma - 0.344136 * blue - 0.714136 * red, luma + 1.772 * blue)


def yuyv_of(width, height, pattern):
    """The bars as a frame of pixel format YUYV: the inverse of rgb_of()."""
    row = bytearray()
    for x in range(0, width, 2):
        r, g, b = expected(pattern)[x * len(BITS) // width]
        luma = 0.299 * r + 0.587 * g + 0.114 * b
        y, u, v = (round(16 + luma * 219 / 255), round(128 + (b - luma) / 1.772 * 224 / 255),
                   round(128 + (r - luma) / 1.402 * 224 / 255))
        row += bytes((y, u, y, v))
    return bytes(row) * height


def pixel(data, form, width, height, x, y):
    """RGB of a pixel in tightly packed rows."""
    if form in ("RGB3", "BGR3"):
        at = 3 * (y * width + x)
        return tuple(data[at:at + 3] if form == "RGB3" else data[at:at + 3][::-1])
    if form == "YUYV":
        at = 2 * (y * width + x // 2 * 2)
        return rgb_of(data[at + x % 2 * 2], data[at + 1], data[at + 3])
    luma, size = data[y * width + x], width * height
    if form in ("NV12", "NV16"):
        row = y // 2 if form == "NV12" else y
        at = size + row * width + x // 2 * 2
        return rgb_of(luma, data[at], data[at + 1])
    assert form == "YU12", form
    at = size + y // 2 * (width // 2) + x // 2
    return rgb_of(luma, data[at], data[at + size // 4])


def bytes_of(form, width, height):
    """Bytes of a picture in tightly packed rows."""
    return width * height * {"RGB3": 6, "BGR3": 6, "YUYV": 4, "NV16": 4}.get(form, 3) // 2


def shown(data, form, width, height):
    """RGB in the middle of each of the eight bars, at three heights: a list of three lists."""
    return [[pixel(data, form, width, height, (2 * bar + 1) * width // 16, row)
             for bar in range(8)] for row in (height // 8, height // 2, height * 7 // 8)]


def differences(data, form, width, height, pattern):
    """Describes each bar that differs by more than TOLERANCE; empty if none does."""
    return [f"{NAMES[bar]} is {tuple(round(part) for part in seen)}, not {want}"
            for line in shown(data, form, width, height)
            for bar, (seen, want) in enumerate(zip(line, expected(pattern)))
            if max(abs(a - b) for a, b in zip(seen, want)) > TOLERANCE]
