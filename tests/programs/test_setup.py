# SPDX-License-Identifier: MIT
"""samples/setup.sh, with an apt-get that records its arguments."""
import os
import shutil
import unittest

from programs import SOURCE, ProgramTest

APT = """#!/bin/sh
echo "$*" >>"$CALLS"
case "$*" in
*--assume-no*)
    echo "0 upgraded, 412 newly installed, 0 to remove and 0 not upgraded."
    echo "Need to get 282 MB of archives."
    echo "After this operation, 1,050 MB of additional disk space will be used."
    exit 1
    ;;
esac
"""
DPKG_QUERY = """#!/bin/sh
for package; do :; done
[ "$package" = libv4l-dev ] || printf installed
"""


class Setup(ProgramTest):
    """A copy of the tree's samples, on a machine where one package is missing."""

    def setUp(self):
        super().setUp()
        self.here = self.folder()
        shutil.copytree(SOURCE / "samples", self.here / "samples")
        programs = self.here / "programs"
        programs.mkdir()
        for name, text in (("apt-get", APT), ("dpkg-query", DPKG_QUERY),
                           ("sudo", '#!/bin/sh\nexec "$@"\n')):
            (programs / name).write_text(text)
            (programs / name).chmod(0o755)
        self.calls = self.here / "calls"
        self.environment = os.environ | {"PATH": f"{programs}:{os.environ['PATH']}",
                                         "CALLS": str(self.calls)}

    def install(self, *groups):
        """Returns its output."""
        done = self.run_to_end(str(self.here / "samples/setup.sh"), *groups, env=self.environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, "")
        return done.stderr

    def test_setup_prints_plan_and_undo_before_it_installs(self):
        printed = self.install("build")
        for words in ("missing packages (1): libv4l-dev", "412 newly installed", "282 MB of archives",
                      "1,050 MB of additional disk space",
                      "to undo: apt-get autoremove --purge libv4l-dev"):
            self.assertIn(words, printed)
        update, plan, install = self.calls.read_text().splitlines()
        self.assertIn("update", update)
        self.assertIn("--assume-no", plan)
        self.assertRegex(install, r"install .*-y .*libv4l-dev")

    def test_setup_names_the_builds_that_need_reconfiguring(self):
        self.assertNotIn("--reconfigure", self.install("build"))
        (self.here / "build").mkdir()
        (self.here / "build/build.ninja").touch()
        self.assertIn("meson setup --reconfigure build", self.install("build"))

    def test_setup_is_silent_when_nothing_is_missing(self):
        self.assertEqual(self.install("run"), "")
        self.assertFalse(self.calls.exists())

    def test_all_is_every_group(self):
        (self.here / "programs/dpkg-query").write_text("#!/bin/sh\n")  # nothing is installed
        self.install("all")
        listed = (line.partition(":")[2].split()
                  for line in (SOURCE / "samples/packages").read_text().splitlines()
                  if not line.startswith("#"))
        installed = self.calls.read_text().splitlines()[-1].split()
        self.assertEqual(set(sum(listed, [])) - set(installed), set())


if __name__ == "__main__":
    unittest.main()
