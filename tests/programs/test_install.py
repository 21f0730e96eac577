# SPDX-License-Identifier: MIT
"""Files that `meson install` adds to programs and libraries: manual pages, completion, Python."""
import json
import os
import pty
import re
import select
import signal
import subprocess
import unittest

from programs import BUILD, PATIENCE, ProgramTest, built, tool

PROGRAMS = ("triptych-capture", "triptych-convert", "triptych-display", "triptych-dump",
            "triptych-info", "triptych-v4l2")
COMPLETE = """
source /usr/share/bash-completion/bash_completion
source "$COMPLETION"
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
_triptych "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}" 2>/dev/null
printf '%s\\n' "${COMPREPLY[@]}"
"""


class Install(ProgramTest):
    def setUp(self):
        super().setUp()
        self.root = self.folder()
        subprocess.run([tool("meson"), "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir",
                        self.root], check=True, timeout=PATIENCE * 4, stdout=subprocess.DEVNULL)

    def installed(self, name):
        [path] = self.root.rglob(name)
        return path

    def help_of(self, program):
        return self.run_to_end(program, "--help").stdout

    def test_each_program_has_a_manual_page_with_every_option(self):
        for program in PROGRAMS:
            page = self.installed(program + ".1").read_text(encoding="utf-8")
            page = re.sub(r"Fl (-\S+)", r"Fl -\1", page)
            options = re.findall(r"^ +(?:-., )?(--[a-z-]+)", self.help_of(program), re.MULTILINE)
            self.assertGreater(len(options), 4)
            for option in options:
                self.assertIn(option, page, program)
            self.assertIn("TRIPTYCH_LOG", page)
            self.assertLess(page.index(".Sh OPTIONS"), page.index(".Ss General"))

    def test_help_names_options_that_differ_between_programs(self):
        for program, meanings in (
                ("triptych-capture", {"--count": "-c of the other", "--device": "--duration",
                                      "--mode": "(readers: ", "--rate": "dump: "}),
                ("triptych-dump", {"--count": "--set-ctrl", "--duration": "--device",
                                   "--mode": "writers: ", "--rate": "writers: "}),
                ("triptych-display", {"--mode": "writers: "})):
            text = self.help_of(program)
            for option, words in meanings.items():
                with self.subTest(program=program, option=option):
                    self.assertRegex(text, rf"(?m)^ +(-., )?{option} .*{re.escape(words)}")

    def test_each_public_function_is_in_the_name_of_a_manual_page(self):
        named = set()
        for page in self.root.rglob("man3/*.3"):
            named.update(re.findall(r"^\.Nm (tri_\w+)", page.read_text(encoding="utf-8"), re.MULTILINE))
        library = self.installed("libtriptych.so.0")
        symbols = subprocess.run([tool("nm"), "--dynamic", "--defined-only", library], check=True,
                                 capture_output=True, text=True, timeout=PATIENCE).stdout
        exported = set(re.findall(r" T (tri_\w+)", symbols))
        self.assertGreater(len(exported), 50)
        self.assertEqual(exported - named, set())

    def test_manual_pages_have_no_faults_in_form(self):
        pages = sorted(self.root.rglob("man[137]/*"))
        self.assertGreater(len(pages), 15)
        for page in pages:
            for check in ([tool("mandoc"), "-Tlint", "-Wwarning", page],
                          [tool("man"), "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page]):
                done = subprocess.run(check, capture_output=True, text=True, errors="replace",
                                      timeout=PATIENCE, check=False)
                report = done.stdout if check[0].endswith("mandoc") else done.stderr
                self.assertEqual([line for line in report.splitlines() if page.name in line], [])

    def complete(self, *words):
        """Returns bash's completions of the last word."""
        path = ":".join({os.path.dirname(built(program)) for program in PROGRAMS})
        done = subprocess.run(
            [tool("bash"), "-c", COMPLETE, "bash", *words], text=True, capture_output=True,
            timeout=PATIENCE, env=os.environ | {
                "PATH": path + ":" + os.environ["PATH"],
                "COMPLETION": str(self.installed("completions") / words[0])})
        return done.stdout.split()

    def test_bash_completes_options_patterns_words_and_streams(self):
        self.assertEqual(self.complete("triptych-dump", "--max-d"), ["--max-drops"])
        self.assertIn("triptych-info", PROGRAMS)
        self.assertEqual(self.complete("triptych-info", "wa"), ["watch"])
        self.assertIn("latest", self.complete("triptych-display", "--mode", ""))
        self.assertEqual(self.complete("triptych-capture", "-f", "NV1"), ["NV12", "NV16"])
        self.assertIn("smpte", self.complete("triptych-capture", "pattern:sm"))
        sources = set(re.findall(r"^  (\w+:)", self.help_of("triptych-capture"), re.MULTILINE))
        self.assertLessEqual({"y4m:", "raw:"}, sources)
        self.assertLessEqual(sources - {"pattern:"}, set(self.complete("triptych-capture", "")))
        name = self.stream()
        capture = self.start("triptych-capture", "--quiet", "--name", name, "-s", "64x64")
        self.wait_for_stream(name, capture)
        self.assertIn(name, self.complete("triptych-display", name[:3]))

    def complete_in_fish(self, line):
        path = ":".join({os.path.dirname(built(program)) for program in PROGRAMS})
        folder = self.installed("vendor_completions.d")
        done = subprocess.run(
            [tool("fish"), "--no-config", "-c",
             f"set fish_complete_path {folder}; complete -C '{line}'"],
            text=True, capture_output=True, check=True, timeout=PATIENCE,
            env=os.environ | {"PATH": path + ":" + os.environ["PATH"], "HOME": str(self.root)})
        return [word.split("\t")[0] for word in done.stdout.splitlines()]

    def test_fish_completes_options_patterns_words_and_streams(self):
        self.assertEqual(self.complete_in_fish("triptych-dump --max-d"), ["--max-drops"])
        self.assertEqual(self.complete_in_fish("triptych-info wa"), ["watch"])
        self.assertEqual(self.complete_in_fish("triptych-display --mode "), ["latest", "next"])
        self.assertEqual(self.complete_in_fish("triptych-capture pattern:sm"), ["pattern:smpte"])
        name = self.stream()
        capture = self.start("triptych-capture", "--quiet", "--name", name, "-s", "64x64")
        self.wait_for_stream(name, capture)
        self.assertIn(name, self.complete_in_fish(f"triptych-display {name[:3]}"))

    def complete_in_zsh(self, line, rest):
        """Types a line and the tab key into zsh, and waits for the rest of the completed word."""
        path = ":".join({os.path.dirname(built(program)) for program in PROGRAMS})
        pid, terminal = pty.fork()
        if pid == 0:
            os.execve(tool("zsh"), ["zsh", "-f", "-i"], os.environ | {
                "PATH": path + ":" + os.environ["PATH"], "TERM": "dumb", "HOME": str(self.root)})
        self.addCleanup(os.close, terminal)
        self.addCleanup(os.waitpid, pid, 0)
        self.addCleanup(os.kill, pid, signal.SIGKILL)
        folder = self.installed("site-functions")
        seen = b""

        def wait_for(text):
            nonlocal seen
            while text not in seen:
                ready, _, _ = select.select([terminal], [], [], PATIENCE)
                self.assertTrue(ready, f"{text} is not in {seen}")
                seen += os.read(terminal, 4096)
            seen = seen.split(text, 1)[1]

        os.write(terminal, f"fpath=({folder} $fpath); autoload -Uz compinit; compinit -u -D; "
                 "echo $((41 + 1)) is ready\n".encode())
        wait_for(b"42 is ready")
        os.write(terminal, f"{line}\t".encode())
        wait_for(line.encode() + rest.encode())

    def test_zsh_completes_options_patterns_and_commands(self):
        self.complete_in_zsh("triptych-dump --max-d", "rops ")
        self.complete_in_zsh("triptych-capture pattern:sm", "pte ")
        self.complete_in_zsh("triptych-info wa", "tch ")

    def test_linker_and_python_find_the_installation(self):
        options = subprocess.run([tool("meson"), "introspect", "--buildoptions", BUILD], check=True,
                                 capture_output=True, timeout=PATIENCE).stdout
        prefix = {option["name"]: option["value"] for option in json.loads(options)}["prefix"]
        if prefix not in ("/usr", "/usr/local"):
            self.skipTest(f"{prefix} has files of its own")
        known = subprocess.run(["/sbin/ldconfig", "-v", "-N", "-X"], stdout=subprocess.PIPE, text=True,
                               stderr=subprocess.STDOUT, timeout=PATIENCE, check=False).stdout
        folder = "/" + str(self.installed("libtriptych.so.0").parent.relative_to(self.root))
        # for a folder that does not exist, its message is "Can't stat"
        self.assertIn(folder, re.findall(r"^(?:.*stat )?(/[^:]*):", known, re.MULTILINE))
        said = subprocess.run([tool("python3"), "-c", "import sys; print(sys.prefix, *sys.path)"],
                              text=True, capture_output=True, timeout=PATIENCE, check=True).stdout
        home, *looked_in = said.split()
        if home in ("/usr", "/usr/local"):
            folder = "/" + str(self.installed("__init__.py").parent.parent.relative_to(self.root))
            self.assertIn(folder, looked_in)

    def test_pkg_config_needs_no_package_but_the_installed_one(self):
        packages = str(self.installed("triptych.pc").parent)
        done = subprocess.run([tool("pkg-config"), "--cflags", "--libs", "triptych"], text=True,
                              capture_output=True, timeout=PATIENCE, check=False, env=os.environ | {
                                  "PKG_CONFIG_LIBDIR": packages, "PKG_CONFIG_PATH": ""})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("-ltriptych", done.stdout.split())

    def test_python_imports_the_installed_module(self):
        folder = self.installed("__init__.py").parent.parent
        done = subprocess.run(
            [tool("python3"), "-c", "import triptych; print(triptych.__file__)"], text=True,
            capture_output=True, timeout=PATIENCE, cwd="/", env=os.environ | {
                "PYTHONPATH": str(folder), "TRIPTYCH_LIBRARY": str(self.installed("libtriptych.so.0")),
                "PYTHONDONTWRITEBYTECODE": "1"})
        self.assertTrue(done.stdout.startswith(str(folder)), done.stderr)


if __name__ == "__main__":
    unittest.main()
