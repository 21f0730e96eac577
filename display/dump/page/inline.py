#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Puts the style sheet and the scripts of a page into it: inline.py PAGE OUT."""

import pathlib
import re
import sys

LINK = re.compile(r'<link rel="stylesheet" href="([^"]+)">|<script src="([^"]+)"></script>')


def main(source, target):
    page = pathlib.Path(source)

    def text_of(match):
        tag, name = ("style", match[1]) if match[1] else ("script", match[2])
        return f"<{tag}>\n{(page.parent / name).read_text(encoding='utf-8')}</{tag}>"
    pathlib.Path(target).write_text(LINK.sub(text_of, page.read_text(encoding="utf-8")),
                                    encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
