# SPDX-License-Identifier: MIT
"""Input of the checkers: tracked files, and the build."""

import os
import pathlib
import subprocess

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("TRIPTYCH_BUILD", SOURCE / "build"))
FOLDERS = ("common", "capture", "display", "plugins", "samples", "tests")


def files(*patterns):
    """Paths of tracked files, from the top of the tree; only those that still exist."""
    listed = subprocess.run(["git", "-C", SOURCE, "ls-files", "--", *patterns], check=True,
                            capture_output=True, text=True).stdout.splitlines()
    return [path for path in listed if (SOURCE / path).exists()]


def text(path):
    return (SOURCE / path).read_text(encoding="utf-8")


def is_text(path):
    try:
        text(path)
    except UnicodeDecodeError:
        return False
    return True


def run(*command, **options):
    """Runs a checker. Returns its output, which is empty without findings, and its status."""
    done = subprocess.run(command, cwd=SOURCE, text=True, errors="replace", stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, **options)
    return done.stdout, done.returncode
