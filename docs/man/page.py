# SPDX-License-Identifier: MIT
"""Writes a program's manual page to stdout: fills the options into the page written by hand.

Usage: page.py PAGE DATE VERSION PROGRAM

PAGE is mdoc(7). In it @DATE@ and @VERSION@ are those of the release, @OPERANDS@, @OPTIONS@ and
@NOTES@ the parts of PROGRAM --help before, in and after the options, and @name.mdoc@ the text of
that file beside PAGE."""
import datetime
import pathlib
import re
import subprocess
import sys

OPTION = re.compile(r"^ {2,6}(?:-(?P<letter>\S), )?--(?P<name>[\w-]+)(?P<arg>\[=\w+\]| \S+)?"
                    r"(?: {2,}(?P<text>.*))?$")
ITEM = re.compile(r"^ {2,4}(?P<term>\S(?:.*?\S)?) {2,}(?P<text>\S.*)$")
DEFAULT = re.compile(r"^(?P<text>.*?) {2,}\[(?P<value>.*)\]$")
HEADING = re.compile(r"^(?P<heading>\S.*):$")


def escaped(text):
    """One line of running text."""
    text = DEFAULT.sub(r"\g<text>; default: \g<value>", text).replace("\\", "\\e")
    text = re.sub(r"(?<![\w-])--?(?=\w)", lambda dashes: "\\-" * len(dashes.group()), text)
    return re.sub(r"^(?=[.'])", r"\\&", text)


def sentences(line):
    """Running text, each sentence on a line of its own, as mdoc has it."""
    return re.sub(r"\. (?=[A-Z])", ".\n", escaped(line.strip()))


def word(text):
    """An argument of a macro that is not taken for a macro itself."""
    return "\\&" + text.replace("\\", "\\e").replace(" ", "\\ ")


def option_tag(match):
    name, argument = match["name"], match["arg"]
    tag = f".It Fl {match['letter']} , Fl -{name}" if match["letter"] else f".It Fl -{name}"
    if not argument:
        return tag
    if argument.startswith("["):
        return f"{tag} Ns Oo = Ns Ar {word(argument[2:-1])} Oc"
    return f"{tag} Ar {word(argument.strip())}"


def tagged_list(lines, pattern, tag):
    """The lines as lists of tags and texts; a heading ends one list and begins the next."""
    inside = False
    for line in lines:
        match = pattern.match(line)
        heading = HEADING.match(line)
        if match and not inside:
            yield ".Bl -tag -width Ds"
        inside = inside or bool(match)
        if heading:
            if inside:
                yield ".El"
            inside = False
            yield f".Ss {heading['heading']}"
        elif match:
            yield tag(match)
            if match["text"]:
                yield sentences(match["text"])
        elif line.strip():
            yield sentences(line)
    if inside:
        yield ".El"


def notes(lines):
    """Paragraphs; an aligned table stays as it is."""
    for paragraph in "\n".join(lines).split("\n\n"):
        table = re.search(r"\S {2,}\S", paragraph)
        yield ".Bd -literal" if table else ".Pp"
        for line in paragraph.splitlines():
            yield escaped(line) if table else sentences(line)
        if table:
            yield ".Ed"


def help_parts(program):
    """@return what --help prints before, in and after the options, but for its last lines, which the
    page has itself."""
    text = subprocess.run([program, "--help"], check=True, capture_output=True, text=True,
                          timeout=60).stdout
    return re.fullmatch(r"Usage: .*?\n\n(.*)(?<=\n)Options:\n(.*?\nGeneral:\n.*?)\n\n(.*)"
                        r"Exit status: .*", text, re.DOTALL).groups()


def main(page, date, version, program):
    page = pathlib.Path(page)
    before, options, after = help_parts(program)
    parts = {
        "DATE": [datetime.date.fromisoformat(date).strftime("%B %-d, %Y")],
        "VERSION": [version],
        "OPERANDS": tagged_list(before.splitlines(), ITEM, lambda item: f".It Cm {word(item['term'])}"),
        "OPTIONS": tagged_list(options.splitlines(), OPTION, option_tag),
        "NOTES": notes(after.strip("\n").splitlines()) if after else [],
    }

    def part(match):
        if match[1] in parts:
            return "\n".join(parts[match[1]])
        return (page.parent / match[1]).read_text(encoding="utf-8")

    filled = re.sub(r"@([A-Z]+|[a-z-]+\.mdoc)@", part, page.read_text(encoding="utf-8"))
    sys.stdout.write(re.sub(r"\n{2,}", "\n", filled))


main(*sys.argv[1:])
