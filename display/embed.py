#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Turns a file into a C array: embed.py FILE OUT.c SYMBOL HEADER."""

import pathlib
import sys

ROW = 24  # bytes a line


def main(source, target, symbol, header):
    data = pathlib.Path(source).read_bytes()
    rows = (data[i:i + ROW] for i in range(0, len(data), ROW))
    with open(target, "w", encoding="ascii") as out:
        out.write(f'#include "{header}"\n\nconst unsigned char {symbol}_data[] = {{\n')
        for row in rows:
            out.write(",".join(map(str, row)) + ",\n")
        out.write(f"}};\nconst size_t {symbol}_bytes = sizeof({symbol}_data);\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
