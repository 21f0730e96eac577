# SPDX-License-Identifier: MIT
"""Doxygen's input filter: makes the comment at the top of a header its documentation, and those behind
fields and enumerators, which the headers write as `// text`, that of these.

Usage: doxygen_filter.py HEADER"""
import re
import sys

TRAILING = re.compile(r'^(?P<code>.*[;,{\w)"] *)// (?P<text>.*)$')
ALONE = re.compile(r"^ +// (?P<text>.*)$")

after_trailing = False
with open(sys.argv[1], encoding="utf-8") as header:
    for number, line in enumerate(header):
        line = line.rstrip("\n")
        if number == 1:
            line = line.replace("/** ", "/** @file\n * ", 1)
        if line.startswith(("/**", " *")):
            after_trailing = False
        elif after_trailing and ALONE.match(line):
            line = ALONE.sub(r"///< \g<text>", line)
        else:
            after_trailing = bool(TRAILING.match(line))
            line = TRAILING.sub(r"\g<code>///< \g<text>", line)
        print(line)
