# SPDX-License-Identifier: MIT
"""docs/json.md and the printed JSON: every key is documented, and every documented key is
printed."""
import json
import os
import re
import signal
import unittest

from programs import SOURCE, ProgramTest, built, last_json, tool


def documented(heading):
    """Returns the keys of the first table below a heading of docs/json.md, with their paths."""
    text = (SOURCE / "docs" / "json.md").read_text(encoding="utf-8")
    section = text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    keys = set()
    for row in re.findall(r"^\| (`.*?) \|", section, re.MULTILINE):
        for cell in re.findall(r"`([^`]+)`", row):
            first, *more = cell.split()
            keys |= {first} | {first[:first.rindex(".")] + word for word in more}
    return keys


def printed(value, path=""):
    """Returns the keys of an object, with their paths; of an array those of its first element."""
    if isinstance(value, dict) and value:
        return set().union(*(printed(inner, f"{path}.{key}" if path else key)
                             for key, inner in value.items()))
    if isinstance(value, list):
        return printed(value[0], path + "[]") if value else {path + "[]"}
    return {path}


class Json(ProgramTest):
    maxDiff = None

    def assert_documented(self, object, *headings):
        self.assertEqual(sorted(printed(object)), sorted(set().union(*map(documented, headings))))

    def pattern(self, *args):
        """Starts a stream. Returns its name and its writer."""
        name = self.stream()
        writer = self.start("triptych-capture", "-q", "-n", name, "-s", "160x120", "-r", 50, *args)
        self.wait_for_stream(name, writer)
        return name, writer

    RUNS = "Runs: triptych-capture, triptych-display, triptych-dump"
    READS = "triptych-dump and triptych-display add"

    def test_writer_has_the_documented_keys(self):
        name = self.stream()
        done = self.run_to_end("triptych-capture", "-q", "-n", name, "-s", "160x120", "--json",
                               "--count", 3, "pattern:clock")
        self.assert_documented(last_json(done.stdout), self.RUNS, "triptych-capture adds")

    def test_file_name_outside_utf_8_has_the_documented_keys(self):
        video = self.folder() / os.fsdecode(b"caf\xe9.y4m")
        video.write_bytes(b"YUV4MPEG2 W16 H16 F50:1\nFRAME\n" + 384 * b"\x80")
        done = self.run_to_end("triptych-capture", "-q", "-n", self.stream(), "--json",
                               f"y4m:{video.name}", cwd=video.parent)
        summary = last_json(done.stdout)
        self.assertEqual(summary["source"], "y4m:caf?.y4m")
        self.assert_documented(summary, self.RUNS, "triptych-capture adds")

    def test_writer_with_faults_has_the_documented_keys(self):
        name = self.stream()
        done = self.run_to_end("triptych-capture", "-q", "-n", name, "-s", "160x120", "--json",
                               "--count", 3, "--tear", "pattern:clock")
        self.assert_documented(last_json(done.stdout), self.RUNS, "triptych-capture adds",
                               "triptych-capture with fault injection adds")

    def test_reader_with_all_options_has_the_documented_keys(self):
        name, _ = self.pattern("pattern:clock")
        done = self.run_to_end("triptych-dump", "--json", "--clock", "--count", 5, "--expect-fps",
                               50, "--tolerance", 100, name)
        self.assert_documented(last_json(done.stdout), self.RUNS,
                               self.READS, "triptych-dump --clock adds")

    def test_constant_rate_file_has_the_documented_keys(self):
        name, _ = self.pattern("pattern:clock")
        done = self.run_to_end("triptych-dump", "--json", "--rate", "constant", "--count", 5,
                               "--max-drops", 1000, "-o",
                               self.folder() / "video.y4m", name)
        self.assert_documented(last_json(done.stdout), self.RUNS,
                               self.READS, "triptych-dump --output adds",
                               "triptych-dump --rate constant adds")

    def test_viewer_has_the_documented_keys(self):
        name, _ = self.pattern("pattern:clock")
        done = self.run_to_end("triptych-display", "--headless", "--json", "--count", 5,
                               "--max-drops", 1000, name)
        self.assert_documented(last_json(done.stdout), self.RUNS, self.READS,
                               "triptych-display adds")

    def test_list_of_streams_has_the_documented_keys(self):
        name, _ = self.pattern("pattern:smpte")
        heading = "triptych-info list, show, watch"
        for command in (["list"], ["show", name]):
            done = self.run_to_end("triptych-info", "--json", *command)
            mine = [one for one in map(json.loads, done.stdout.splitlines()) if one["name"] == name]
            # keys with an object below, or null before the first frame
            keys = printed(mine[0]) | {"picture", "newest"}
            self.assertEqual(sorted(keys), sorted(documented(heading)), command)
        done = self.run_to_end("triptych-info", "--json", "watch", "--count", 1)
        mine = [one for one in map(json.loads, done.stdout.splitlines()) if one["name"] == name]
        self.assertLessEqual(documented("triptych-info watch adds"), printed(mine[0]))
        self.assertEqual(set(mine[0]) - documented("triptych-info watch adds"),
                         {re.split(r"[.\[]", key)[0] for key in documented(heading)})

    def test_skipped_stream_has_the_documented_keys(self):
        if os.geteuid() != 0:
            self.skipTest("an IPC namespace of its own needs root")
        capture, info = built("triptych-capture"), built("triptych-info")
        script = (f"{capture} -q -s 64x48 & writer=$!; "  # streams of concurrent tests remain
                  f"for try in $(seq 600); do {info} show >&2 && break; sleep 0.1; done; "
                  f"{info} --json clean; kill $writer; wait $writer")
        done = self.run_to_end(tool("unshare"), "--ipc", "/bin/sh", "-c", script)
        self.assert_documented(last_json(done.stdout), "triptych-info clean, remove")

    def test_removed_stream_has_the_documented_keys(self):
        name, writer = self.pattern("pattern:smpte")
        writer.send_signal(signal.SIGKILL)
        writer.wait(60)
        done = self.run_to_end("triptych-info", "--json", "remove", name)
        self.assertEqual(last_json(done.stdout), {"name": name, "removed": True})


if __name__ == "__main__":
    unittest.main()
