# SPDX-License-Identifier: MIT
"""Rules of CONTRIBUTING.md that need no compiler."""

import collections
import re
import unittest

from sources import files, is_text, run, text

CODE = ("*.c", "*.h", "*.cpp", "*.py", "*.sh")
LONGEST = 550  # lines: a longer file has more than one subject
WIDEST = 104  # columns: 100, and some more to save a comment a last line of one word
TABLE = re.compile(r"// clang-format off.*?// clang-format on", re.DOTALL)
IN_EVERY_PROGRAM = {"main.c", "cli.c", "cli.h", "__init__.py"}


class Tree(unittest.TestCase):
    maxDiff = None

    def test_every_file_names_its_licence_at_the_top(self):
        without = [path for path in files(*CODE)
                   if not any("SPDX-License-Identifier: MIT" in line
                              for line in text(path).splitlines()[:2])]
        self.assertEqual(without, [])

    def test_files_fit_the_length_limit(self):
        long = {path: text(path).count("\n") for path in files(*CODE)}
        self.assertEqual({path: lines for path, lines in long.items() if lines > LONGEST}, {})

    def test_lines_fit_the_width_limit(self):
        wide = [f"{path}: {line}" for path in files(*CODE, "*meson.build")
                for line in TABLE.sub("", text(path)).splitlines() if len(line) > WIDEST]
        self.assertEqual(wide, [])

    def test_comments_promise_no_later_work(self):
        words = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"))
                           + r")\b")
        self.assertEqual([path for path in files(*CODE) if words.search(text(path))], [])

    def test_messages_name_no_file_that_is_not_installed(self):
        named = re.compile(r'"[^"\n]*\b(?:docs|samples|tests)/[^"\n]*"')
        sources = files("common/*.c", "capture/*.c", "display/*.c", "plugins/*.c", "plugins/*.py")
        self.assertEqual([f"{path}: {line.strip()}" for path in sources
                          for line in text(path).splitlines() if named.search(line)], [])

    def test_formatter_changes_nothing(self):
        output, status = run("clang-format", "--dry-run", "-Werror", *files("*.c", "*.h"))
        others = sorted(set(re.findall(r"^(\S+):\d+:\d+: ", output, re.MULTILINE)))
        self.assertEqual((others, status), ([], 0), "run clang-format -i on these")

    def test_map_names_existing_files(self):
        named = re.findall(r"`([\w./-]+(?:\.(?:c|h|py|h2m|bash|supp)|/))`", text("docs/map.md"))
        known = ["/" + path for path in files()]
        self.assertGreater(len(named), 80)
        self.assertEqual([name for name in named if not re.search("NAME|FOLDER|COMMAND", name)
                          and not any("/" + name in path for path in known)], [])

    def test_base_names_are_unique(self):
        places = collections.defaultdict(list)
        for path in files("*.c", "*.h", "*.cpp", "*.py"):
            places[path.rpartition("/")[2]].append(path)
        self.assertEqual([paths for name, paths in places.items()
                          if len(paths) > 1 and name not in IN_EVERY_PROGRAM], [])

    def test_shell_scripts_are_parsed(self):
        scripts = [path for path in files() if is_text(path) and text(path).startswith("#!/bin/bash")]
        for script in scripts:
            output, status = run("bash", "-n", script)
            self.assertEqual(status, 0, output)
