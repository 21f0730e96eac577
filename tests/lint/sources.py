# SPDX-License-Identifier: MIT
"""Input of the checkers: the project's files, and the build."""

import os
import pathlib
import subprocess
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("TRIPTYCH_BUILD", SOURCE / "build"))
FOLDERS = ("common", "capture", "display", "plugins", "samples", "tests")


def git(*command):
    return subprocess.run(["git", "-C", SOURCE, *command], check=True, capture_output=True,
                          text=True).stdout.splitlines()


def files(*patterns):
    """Paths of tracked files, from the top of the tree; only those that still exist. All files of an
    unpacked archive are the project's, but those that a run made."""
    if (SOURCE / ".git").exists():
        listed = git("ls-files", "--", *patterns)
    else:
        with tempfile.TemporaryDirectory(prefix="triptych-lint-") as empty:
            git("init", "--quiet", "--bare", empty)
            listed = git(f"--git-dir={empty}", f"--work-tree={SOURCE}", "ls-files", "--others",
                         "--exclude-standard", "--", *patterns)
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
