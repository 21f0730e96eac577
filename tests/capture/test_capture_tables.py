# SPDX-License-Identifier: MIT
"""The tables of triptych-capture: sources and patterns that miss their row or are not built."""
import re
import unittest

from programs import ProgramTest, SOURCE

CAPTURE = SOURCE / "capture"


def text(*paths):
    return "".join(path.read_text(encoding="utf-8") for path in paths)


class Tables(ProgramTest):
    def check_rows(self, files, type, table, help_line):
        """Each `const struct TYPE NAME` in the files has a row in the table, each file is built, and
        the help lists each row."""
        rows = re.findall(r"\bROW\((\w+)\)", text(CAPTURE / table))
        built = text(*CAPTURE.rglob("meson.build"))
        help_text = self.run_to_end("triptych-capture", "--help").stdout
        for path in sorted(set(CAPTURE.glob(files)) - {CAPTURE / table}):
            with self.subTest(file=path.name):
                found = re.findall(rf'^const struct {type} (\w+) = {{\s+\.name = "([^"]+)"',
                                   text(path), re.MULTILINE)
                self.assertNotEqual(found, [], f"defines no struct {type}")
                self.assertTrue(path.name in built, "not in capture/meson.build")
                for variable, name in found:
                    self.assertIn(variable, rows, f"no row in capture/{table}")
                    self.assertRegex(help_text, re.compile(help_line.format(re.escape(name)), re.M))

    def test_every_source_has_a_row_and_is_built(self):
        self.check_rows("source/source_*.c", "source_ops", "source/source_table.c", "^  {}:")

    def test_every_pattern_has_a_row_and_is_built(self):
        self.check_rows("pattern/pattern_*.c", "pattern", "pattern/pattern_table.c", "^    {} ")


if __name__ == "__main__":
    unittest.main()
