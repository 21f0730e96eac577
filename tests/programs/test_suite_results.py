# SPDX-License-Identifier: MIT
"""The summary of tests/run: no failure may count as success."""
import contextlib
import io
import pathlib
import subprocess
import sys
import unittest

import results


def entry(stdout, result="OK", returncode=0, stderr=""):
    return {"name": "triptych:unit / noun", "stdout": stdout, "stderr": stderr, "result": result,
            "returncode": returncode}


def outcomes(*args, **options):
    return [case.outcome for case in results.cases_of(entry(*args, **options))]


class Results(unittest.TestCase):
    def test_each_line_of_a_tap_test_is_a_case(self):
        self.assertEqual(outcomes("1..2\nok 1 - a\nok 2 - b\n"), ["passed", "passed"])

    def test_case_that_fails_brings_the_output_once(self):
        cases = results.cases_of(entry("not ok 1 - a\n# why\nnot ok 2 - b\n", "FAIL"))
        self.assertEqual([case.outcome for case in cases], ["failed", "failed"])
        self.assertIn("# why", cases[0].detail)
        self.assertEqual(cases[1].detail, "")

    def test_skip_has_its_reason(self):
        [case] = results.cases_of(entry("ok 1 - a # SKIP no camera here\n"))
        self.assertEqual((case.outcome, case.detail), ("skipped", "no camera here"))

    def test_file_skipped_whole_is_one_skip(self):
        [case] = results.cases_of(entry("1..0 # SKIP no screen\n", "SKIP"))
        self.assertEqual((case.outcome, case.detail), ("skipped", "no screen"))

    def test_crash_after_cases_that_passed_is_a_failure(self):
        self.assertEqual(outcomes("1..3\nok 1 - a\n", "ERROR", -11), ["passed", "failed"])

    def test_time_out_is_a_failure(self):
        self.assertEqual(outcomes("", "TIMEOUT", -15), ["failed"])

    def test_test_without_tap_counts_once(self):
        self.assertEqual(outcomes(""), ["passed"])
        self.assertEqual(outcomes("", "FAIL", 1), ["failed"])
        self.assertEqual(outcomes("no device\n", "SKIP", 77), ["skipped"])

    def test_last_line_is_the_count_and_one_failure_fails_all(self):
        total = results.Total()
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            total.add("gcc", results.cases_of(entry("ok 1 - a\nok 2 - b # SKIP why\n")), 1)
            total.add("gcc", results.cases_of(entry("not ok 1 - c\n", "FAIL")), 1)
            status = total.report()
        self.assertEqual(printed.getvalue().splitlines()[-1], "1 passed, 1 failed, 1 skipped")
        self.assertEqual(status, 1)

    def test_case_that_does_not_exist_is_refused(self):
        tap = pathlib.Path(results.__file__).with_name("tap.py")
        done = subprocess.run([sys.executable, tap, __file__, "no_such_case"], check=False,
                              capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("no case is named no_such_case", done.stderr)


if __name__ == "__main__":
    unittest.main()
