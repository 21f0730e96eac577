# SPDX-License-Identifier: MIT
"""The tables of triptych-capture: sources and patterns that are not in the list of meson.build."""
import re
import unittest

from programs import ProgramTest, SOURCE

CAPTURE = SOURCE / "capture"


class Tables(ProgramTest):
    def check_files(self, files, type, help_line):
        """The help, which is made from the table, lists each `const struct TYPE NAME` of the files."""
        help_text = self.run_to_end("triptych-capture", "--help").stdout
        for path in sorted(set(CAPTURE.glob(files)) - set(CAPTURE.glob("*/*_table.c"))):
            with self.subTest(file=path.name):
                found = re.findall(rf'^const struct {type} \w+ = {{\s+\.name = "([^"]+)"',
                                   path.read_text(encoding="utf-8"), re.MULTILINE)
                self.assertNotEqual(found, [], f"defines no struct {type}")
                for name in found:
                    self.assertTrue(re.search(help_line.format(re.escape(name)), help_text, re.M),
                                    f"{name} is not in the list in capture/meson.build")

    def test_every_source_file_is_in_the_table(self):
        self.check_files("source/source_*.c", "source_ops", "^  {}:")

    def test_every_pattern_file_is_in_the_table(self):
        self.check_files("pattern/pattern_*.c", "pattern", "^    {} ")


if __name__ == "__main__":
    unittest.main()
