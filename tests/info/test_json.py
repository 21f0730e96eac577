# SPDX-License-Identifier: MIT
"""docs/json.md, docs/json/ and the printed JSON: every key is documented with its type, and every
documented key is printed."""
import json
import os
import re
import signal
import unittest

from programs import SOURCE, ProgramTest, built, last_json, tool
from scripted_camera import ScriptedCameraTest

DOCS = SOURCE / "docs"
SCHEMAS = {path.name.split(".")[0]: json.loads(path.read_text(encoding="utf-8"))
           for path in (DOCS / "json").glob("*.schema.json")}
DATA = re.compile(r'<script type="application/json" id="run">(.*?)</script>', re.DOTALL)


def rows(heading):
    """The first table below a heading of docs/json.md: (keys with their paths, types) of each row."""
    text = (DOCS / "json.md").read_text(encoding="utf-8")
    section = text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    for names, types in re.findall(r"^\| (`.*?) \| (.*?) \|", section, re.MULTILINE):
        keys = []
        for cell in re.findall(r"`([^`]+)`", names):
            first, *more = cell.split()
            keys += [first, *(first[:first.rindex(".")] + word for word in more)]
        yield keys, re.sub(r" \(.*?\)", "", types).split(", ")


def documented(heading):
    """Returns the keys of the first table below a heading of docs/json.md, with their paths."""
    return {key for keys, _ in rows(heading) for key in keys}


def resolved(schema, root):
    """A schema, or the one that it refers to."""
    reference = schema.get("$ref", "")
    if reference.startswith("#/$defs/"):
        return root["$defs"][reference.rpartition("/")[2]]
    return SCHEMAS[reference.split(".")[0]] if reference else schema


def type_of(schema, root):
    """"integer", "string or null", "array of number"."""
    kinds = resolved(schema, root)["type"]
    kinds = [kinds] if isinstance(kinds, str) else kinds
    return " or ".join("array of " + type_of(schema["items"], root) if kind == "array" else kind
                       for kind in kinds)


def type_at(path, root):
    """The type that a schema gives a key: "picture.rate[]", "expected[].met"."""
    schema = root
    for part in path.split("."):
        schema = resolved(resolved(schema, root).get("items", schema), root)
        schema = schema["properties"][part.removesuffix("[]")]
    return type_of(schema, root)


def paths(schema, root, path=""):
    """Every key of a schema that has no keys below it in this schema."""
    if schema.get("$ref", "#").endswith(".json"):
        return {path}
    schema = resolved(schema, root)
    if "items" in schema:
        inner = resolved(schema["items"], root)
        return paths(inner, root, path + "[]") if "properties" in inner else {path + "[]"}
    if "properties" not in schema:
        return {path}
    return set().union(*(paths(inner, root, f"{path}.{key}" if path else key)
                         for key, inner in schema["properties"].items()))


def closed(schema):
    """A schema that permits no key but its own."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: closed(value) for key, value in schema.items()}
    more = {"additionalProperties": False} if isinstance(schema.get("properties"), dict) else {}
    return inner | more


def printed(value, path=""):
    """Returns the keys of an object, with their paths; of an array those of its first element."""
    if isinstance(value, dict) and value:
        return set().union(*(printed(inner, f"{path}.{key}" if path else key)
                             for key, inner in value.items()))
    if isinstance(value, list):
        return printed(value[0], path + "[]") if value else {path + "[]"}
    return {path}


def assert_valid(test, value, name):
    """Asserts that a value has the schema of docs/json/."""
    try:
        import jsonschema
    except ImportError:
        test.skipTest("python3-jsonschema is not installed")
    store = {f"{other}.schema.json": closed(schema) for other, schema in SCHEMAS.items()}
    schema = store[f"{name}.schema.json"]
    jsonschema.Draft202012Validator.check_schema(schema)
    resolver = jsonschema.RefResolver("", schema, store)
    jsonschema.Draft202012Validator(schema, resolver=resolver).validate(value)


class Json(ProgramTest):
    maxDiff = None

    def assert_documented(self, object, *headings, schema="run"):
        self.assertEqual(sorted(printed(object)), sorted(set().union(*map(documented, headings))))
        assert_valid(self, object, schema)

    def pattern(self, *args):
        """Starts a stream. Returns its name and its writer."""
        name = self.stream()
        writer = self.start("triptych-capture", "-q", "-n", name, "-s", "160x120", "-r", 50, *args)
        self.wait_for_stream(name, writer)
        return name, writer

    RUNS = "Runs: triptych-capture, triptych-convert, triptych-display, triptych-dump"
    WRITES = "triptych-capture and triptych-convert add"
    READS = "triptych-dump and triptych-display add"

    def test_writer_has_the_documented_keys(self):
        name = self.stream()
        done = self.run_to_end("triptych-capture", "-q", "-n", name, "-s", "160x120", "--json",
                               "--count", 3, "pattern:clock")
        self.assert_documented(last_json(done.stdout), self.RUNS, self.WRITES)

    def test_file_name_outside_utf_8_has_the_documented_keys(self):
        video = self.folder() / os.fsdecode(b"caf\xe9.y4m")
        video.write_bytes(b"YUV4MPEG2 W16 H16 F50:1\nFRAME\n" + 384 * b"\x80")
        done = self.run_to_end("triptych-capture", "-q", "-n", self.stream(), "--json",
                               f"y4m:{video.name}", cwd=video.parent)
        summary = last_json(done.stdout)
        self.assertEqual(summary["source"], "y4m:caf?.y4m")
        self.assert_documented(summary, self.RUNS, self.WRITES)

    def test_converter_has_the_documented_keys(self):
        built("triptych-convert")
        done = self.run_to_end("triptych-convert", "-q", "--json", "--count", 3, self.pattern()[0],
                               self.stream())
        self.assert_documented(last_json(done.stdout), self.RUNS, self.WRITES,
                               "triptych-convert adds")

    def test_writer_with_faults_has_the_documented_keys(self):
        name = self.stream()
        done = self.run_to_end("triptych-capture", "-q", "-n", name, "-s", "160x120", "--json",
                               "--count", 3, "--tear", "pattern:clock")
        self.assert_documented(last_json(done.stdout), self.RUNS, self.WRITES,
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
                               "--max-drops", 1000, "--detections", name)
        self.assert_documented(last_json(done.stdout), self.RUNS, self.READS,
                               "triptych-display adds")

    def test_list_of_streams_has_the_documented_keys(self):
        name, _ = self.pattern("pattern:smpte")
        self.frames(name, 1)  # the description of a stream is whole with its first frame
        heading = "triptych-info list, show, watch"
        for command in (["list"], ["show", name]):
            done = self.run_to_end("triptych-info", "--json", *command)
            mine = [one for one in map(json.loads, done.stdout.splitlines()) if one["name"] == name]
            assert_valid(self, mine[0], "stream")
            # keys with an object below, or null before the first frame
            keys = printed(mine[0]) | {"picture", "newest"}
            self.assertEqual(sorted(keys), sorted(documented(heading)), command)
        done = self.run_to_end("triptych-info", "--json", "watch", "--count", 1)
        mine = [one for one in map(json.loads, done.stdout.splitlines()) if one["name"] == name]
        assert_valid(self, mine[0], "stream")
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
        self.assert_documented(last_json(done.stdout), "triptych-info clean, remove",
                               schema="removal")

    def test_removed_stream_has_the_documented_keys(self):
        name, writer = self.pattern("pattern:smpte")
        writer.send_signal(signal.SIGKILL)
        writer.wait(60)
        done = self.run_to_end("triptych-info", "--json", "remove", name)
        self.assertEqual(last_json(done.stdout), {"name": name, "removed": True})
        assert_valid(self, last_json(done.stdout), "removal")

    def test_page_of_a_report_has_the_documented_keys(self):
        name, _ = self.pattern("pattern:clock")
        path = self.folder() / "run.html"
        done = self.run_to_end("triptych-dump", "-q", "--count", 5, "--report", path, name)
        self.assertEqual(done.returncode, 0, done.stderr)
        assert_valid(self, json.loads(DATA.search(path.read_text())[1]), "report")

    def test_stream_without_frames_has_the_schema(self):
        name = self.stream()
        done = self.run_to_end("triptych-dump", "--json", "--timeout", 0.1, "--clock",
                               "--max-drops", 0, name)
        assert_valid(self, last_json(done.stdout), "run")


class Cameras(ScriptedCameraTest):
    def test_lists_of_cameras_have_the_schemas(self):
        self.plug_in(["card Acme", "mode GREY 64x48 50", "control 980900 Brightness 0 255 128"])
        for what, schema in (("devices", "camera"), ("formats", "camera-format"),
                             ("ctrls", "camera-control")):
            done = self.run_capture(f"--list-{what}", "--json",
                                    *([] if what == "devices" else ["v4l2:0"]))
            self.assertEqual(done.returncode, 0, done.stderr)
            lines = done.stdout.splitlines()
            self.assertGreater(len(lines), 0, what)
            for line in lines:
                assert_valid(self, json.loads(line), schema)


class Documents(unittest.TestCase):
    """docs/json.md and the schemas agree."""

    TABLES = {
        "run": ("Runs: triptych-capture, triptych-convert, triptych-display, triptych-dump",
                "triptych-capture and triptych-convert add", "triptych-convert adds",
                "triptych-capture with fault injection adds",
                "triptych-dump and triptych-display add", "triptych-dump --clock adds",
                "triptych-dump --output adds", "triptych-dump --rate constant adds",
                "triptych-display adds"),
        "stream": ("triptych-info list, show, watch", "triptych-info watch adds"),
        "removal": ("triptych-info clean, remove",),
        "report": ("The page of triptych-dump --report",),
    }

    def test_types_are_those_of_the_schemas(self):
        for name, headings in self.TABLES.items():
            for keys, types in (row for heading in headings for row in rows(heading)):
                wanted = [type_at(key, SCHEMAS[name]) for key in keys]
                self.assertEqual(types, wanted[:1] if len(set(wanted)) == 1 else wanted, keys)

    def test_keys_are_those_of_the_schemas(self):
        for name, headings in self.TABLES.items():
            keys = paths(SCHEMAS[name], SCHEMAS[name])
            found = set().union(*map(documented, headings)) - {"picture", "newest"}
            self.assertEqual(sorted(found), sorted(keys), name)


if __name__ == "__main__":
    unittest.main()
