# SPDX-License-Identifier: MIT
"""Runs a TAP program on a virtual screen: python3 on_screen.py PROGRAM [ARGUMENT]..."""
import subprocess
import sys
import unittest

from screen import Screen

try:
    screen = Screen()
except unittest.SkipTest as why:
    print(f"1..0 # SKIP {why}")
    sys.exit(0)
try:
    sys.exit(subprocess.run(sys.argv[1:], env=screen.environment, check=False).returncode)
finally:
    screen.close()
