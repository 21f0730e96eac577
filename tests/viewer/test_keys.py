# SPDX-License-Identifier: MIT
"""The keys of triptych-display: each has one action, and help and documentation list it."""

import collections
import os
import pathlib
import re

from programs import ProgramTest

SOURCE = pathlib.Path(os.environ["TRIPTYCH_SOURCE"])
TABLE = SOURCE / "display" / "viewer" / "input" / "key_actions.c"
ROW = re.compile(r"\{ (SDLK_\w+), (true|false), \{ (?:0|\"([^\"]+)\", \"[^\"]+\") \}, (act_\w+) \}")


def rows():
    """Key, shift, label and action of each row of the table."""
    return ROW.findall(TABLE.read_text(encoding="utf-8"))


class Keys(ProgramTest):
    def test_every_labelled_key_is_documented_and_in_the_help(self):
        labels = [label for _, _, label, _ in rows() if label]
        self.assertGreater(len(labels), 20)
        documented = set(re.findall(r"`([^`]+)`", (SOURCE / "docs" / "viewer.md").read_text(
            encoding="utf-8").split("## Keys")[1].split("\n## ")[0]))
        shown = self.run_to_end("triptych-display", "--help").stdout
        for label in labels:
            for key in label.split():
                self.assertIn(key, documented, "docs/viewer.md has no row for this key")
            self.assertRegex(shown, rf"(?m)(^|  ){re.escape(label)}  ")

    def test_no_key_has_two_actions(self):
        uses = collections.Counter((code, shift) for code, shift, _, _ in rows())
        self.assertEqual({key: count for key, count in uses.items() if count > 1}, {})

    def test_every_row_of_the_table_is_understood_by_this_test(self):
        table = TABLE.read_text(encoding="utf-8").split("key_table[] = {")[1].split("\n};")[0]
        self.assertEqual(len(rows()), table.count("SDLK_"))
