# SPDX-License-Identifier: MIT
"""The one dialect of C of this tree, as far as clang-format does not enforce it."""

import re
import unittest

from sources import files, text

TYPE = (r"(?:(?:static|const|extern|_Atomic|volatile|unsigned|signed) +)*(?:(?:struct|enum|union) +)?"
        r"(?!(?:return|goto|else|case|typedef)\b)[A-Za-z_]\w*(?: +const)? +")
VALUE = r"(?:\[[^\]]*\])*(?: = [^,;(){}\"]+)?"
SEVERAL = re.compile(rf"^ *{TYPE}\**\w+{VALUE}, \**\w+{VALUE}(?:, [^;]*)?;", re.MULTILINE)
BARE_SIZEOF = re.compile(r"\bsizeof +[^(\s]|\bsizeof +\(")
# The head of a body: declarations, and an empty line behind them.
GAP = re.compile(rf"^{{\n(?: {{4}}{TYPE}\**\w+{VALUE};\n)+\n", re.MULTILINE)


class Dialect(unittest.TestCase):
    def assert_none(self, pattern):
        found = []
        for path in files("*.c", "*.h"):
            code = text(path)
            found += [f"{path}:{code.count(chr(10), 0, match.end()) + 1}: {match[0].strip()[-60:]}"
                      for match in pattern.finditer(code)]
        if found:
            self.fail("\n".join(found))

    def test_sizeof_has_parentheses(self):
        self.assert_none(BARE_SIZEOF)

    def test_lines_declare_one_name(self):
        self.assert_none(SEVERAL)

    def test_declarations_have_no_empty_line_behind_them(self):
        self.assert_none(GAP)
