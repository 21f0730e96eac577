# SPDX-License-Identifier: MIT
"""Writes the manual page of a public header to stdout, from its comments.

Usage: header_page.py HEADER DATE VERSION

Each documented declaration becomes a subsection: its text, then parameters, result, ownership,
threads and cost as the comment gives them. The page's NAME lists the functions, so that man finds
it by each of them."""
import datetime
import pathlib
import re
import sys

# A comment, and what it documents: a group up to @}, macros, or a declaration up to a semicolon
# outside of braces.
ITEM = re.compile(
    r"^/\*\*(?P<shared>(?:(?!\*/|@\{).)*)@\{ ?\*/\n(?P<group>.*?)^/\*\* @\} \*/$|"
    r"^/\*\*(?P<comment>.*?)\*/\n(?P<code>(?:#define (?:[^\n]*\\\n)*[^\n]*\n)+|"
    r".*?(?:^\}[^;\n]*;|^\}|;(?= *(?://[^\n]*)?\n)(?![^{]*^\}))[^\n]*\n)", re.DOTALL | re.MULTILINE)
NAME = re.compile(r"\b(tri_\w+)\(")
LABEL = re.compile(r"^(?:@param (?P<parameter>\w+)|@(?P<tag>return)|(?P<label>[A-Z]\w+):) +"
                   r"(?P<text>.*)$")


def plain(comment):
    """The lines of a comment without its frame."""
    return [re.sub(r"^ ?\*? ?", "", line).rstrip() for line in comment.strip().splitlines()]


def roff(line):
    line = line.replace("\\", "\\e")
    return re.sub(r"\. (?=[A-Z])", ".\n", re.sub(r"^(?=[.'])", r"\\&", line))


def literal(code):
    return [".Bd -literal", *(line.replace("\\", "\\e") for line in code.rstrip().splitlines()), ".Ed"]


def described(lines):
    """Paragraphs, and what is labelled as lists."""
    labelled = False
    pending = False # a blank line, which begins a paragraph unless a list follows
    for line in lines:
        match = LABEL.match(line)
        if line.strip() and pending and not match and not labelled:
            yield ".Pp"
        pending = not line.strip()
        if match:
            if not labelled:
                yield ".Bl -tag -width Ds"
            labelled = True
            if match["parameter"]:
                yield f".It Fa {match['parameter']}"
            else:
                yield f".It {'Returns' if match['tag'] else match['label']}"
            yield roff(match["text"])
        elif line.strip():
            yield roff(line.strip())
    if labelled:
        yield ".El"


def functions(code):
    """The functions that a piece of a header declares."""
    return [] if re.match(r"typedef|#define|[^(]*\{", code) else NAME.findall(code)


def title(code):
    """What a piece of a header declares; the first ones of a group."""
    match = (re.match(r"#define (\w+)", code) or
             re.match(r"(?:typedef )?((?:struct|enum) \w+) \{", code) or
             re.match(r"typedef [^;]*?(\w+);", code))
    return match[1] if match else ", ".join(functions(code))


def main(header, date, version):
    header = pathlib.Path(header)
    text = header.read_text(encoding="utf-8").split("TRI_BEGIN\n", 1)
    about = plain(re.search(r"^/\*\*(.*?)\*/", text[0], re.DOTALL | re.MULTILINE)[1])
    body = text[1].rsplit("TRI_END", 1)[0].replace("TRI_API ", "")
    body = re.sub(r"^(?:// clang-format|#define X\(|#undef X).*\n", "", body, flags=re.MULTILINE)
    items = [(plain(match["comment"] or match["shared"]), (match["code"] or match["group"]).strip())
             for match in ITEM.finditer(body)]
    names = [name for _, code in items for name in functions(code)]
    page = f"triptych_{header.stem}"
    brief, *rest = about
    out = [
        f".Dd {datetime.date.fromisoformat(date).strftime('%B %-d, %Y')}",
        f".Dt {page.upper()} 3",
        f".Os triptych {version}",
        ".Sh NAME",
        *(f".Nm {name} ," for name in [page, *names][:-1]),
        f".Nm {[page, *names][-1]}",
        f".Nd {brief[0].lower() + brief[1:].rstrip('.')}",
        ".Sh SYNOPSIS",
        f".In triptych/{header.name}",
        ".Pp",
        "Compile and link with",
        ".Ql pkg-config --cflags --libs triptych .",
        ".Sh DESCRIPTION",
        *described(rest),
    ]
    for comment, code in items:
        out += [f".Ss {title(code)}", *literal(code), *described(comment)]
    out += [".Sh SEE ALSO", ".Xr triptych 7", ""]
    sys.stdout.write("\n".join(out))


main(*sys.argv[1:])
