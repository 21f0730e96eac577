# SPDX-License-Identifier: MIT
"""Reads the blocks of pattern:clock from grey frames, by docs/clock.md, without our C code."""

COLUMNS, ROWS, SHARE = 34, 3, 12


def strip(picture, width, height, bottom=False):
    """Returns (frame number, microseconds) of one strip of a frame of one byte a pixel; None if its
    checksum is wrong."""
    lines = height // SHARE & ~1
    top = height - lines if bottom else 0

    def cell(row, column):
        left, right = column * width // COLUMNS, (column + 1) * width // COLUMNS
        upper, lower = top + row * lines // ROWS, top + (row + 1) * lines // ROWS
        margin_x, margin_y = (right - left) // 4, (lower - upper) // 4
        seen = [picture[y * width + x] for y in range(upper + margin_y, lower - margin_y)
                for x in range(left + margin_x, right - margin_x)]
        return sum(seen) / len(seen)

    white = min(cell(row, column) for row in (0, 2) for column in (0, COLUMNS - 1))
    black = max(cell(1, column) for column in (0, COLUMNS - 1))
    bits = [cell(row, column) > (white + black) / 2
            for row in range(ROWS) for column in range(1, COLUMNS - 1)]
    check = 0xffff
    for bit in bits[:80]:
        check = (check << 1 ^ (0x1021 if (check >> 15) != bit else 0)) & 0xffff
    number, time, stored = (int("".join("01"[bit] for bit in part), 2)
                          for part in (bits[:32], bits[32:80], bits[80:]))
    return (number, time) if check == stored else None


def numbers(data, width, height, bottom=False):
    """Returns the numbers of consecutive frames; None for each without one."""
    size = width * height
    codes = [strip(data[at:at + size], width, height, bottom) for at in range(0, len(data), size)]
    return [code and code[0] for code in codes]
