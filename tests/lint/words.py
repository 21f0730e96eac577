# SPDX-License-Identifier: MIT
"""Plain English and the field's terms in sources, messages, documents and test names."""

import re
import unittest

from sources import files, is_text, text

# Pattern, as a whole word, also within an identifier: what to write instead.
WORDS = {
    "anew": "again, from the start",
    "likewise": "also, the same",
    "whoever|whomever|whosoever": "every process that, any user who",
    "for ever": "indefinitely",
    "by turns|in turns": "alternately",
    "so-?manieth": "every Nth",
    "amiss": "wrong",
    "beneath": "below, underlying",
    "henceforth|thereof|whereof|wherein|therein|hitherto": "a plain clause",
    "let alone|lets alone|left alone": "does not change, ignores",
    "has its say|have their say|has a say": "applies",
    "tell|tells|told|telling": "report, log, show, return; tell apart: distinguish",
    "hear|hears|heard": "receive, log",
    "mend|mends|mended|mending": "fix, repair",
    "heal|heals|healed|healing": "recover",
    "spoil|spoils|spoilt|spoiled": "corrupt, damage",
    "nap|naps": "sleep",
    "hush|hushed": "mute",
    "nasty": "edge value, malformed",
    "dice": "random numbers",
    "give up|gives up|gave up|given up|giving up": "stop, abandon, time out",
    "give back|gives back|gave back|given back|giving back": "release, return",
    "take back|takes back|took back|taken back|taking back": "reclaim, undo",
    "borrow|borrows|borrowed|borrowing": "acquire, lock",
    "lend|lends|lent|lending|loan|loans": "device access, DMA, reference",
    "go away|goes away|gone away|went away|going away": "disconnect, end, exit",
    "on purpose": "fault injection, deliberately",
    "wish|wishes|wished": "best effort, request",
    "film|films|filmed": "video file",
    "audience|scene": "reader pool, fixture",
    "in vain": "without success",
    "somebody|anybody|everybody|somewhere": "a process, a user; name the place",
    "look at|looks at|looked at|looking at": "read, check, see",
    "look for|looks for|looked for|looking for": "find, search",
    "ask for|asks for|asked for|asking for": "request",
    "find out|finds out|found out|finding out": "determine, detect",
    "say so|says so|said so|say why|says why|said why": "report, give the reason",
    "go on|goes on|went on|going on": "continue",
    "put right|puts right|putting right": "repair",
    "take apart|takes apart|taken apart": "split",
    "give way|gives way|gave way": "yield, avoid",
    "all the same": "still, nevertheless",
    "alas|behold|quaint|gladly|betimes|lest|ere|twain|naught|nought|aught": "a plain word",
}

# Names that the interface and the programs once had.
NAMES = {
    "tri_reader_give_back": "tri_reader_release",
    "tri_reader_whole": "tri_reader_is_intact",
    "tri_frame_held": "tri_frame_is_locked",
    "TRI_READER_NO_HOLD": "TRI_READER_NO_LOCK",
    "TRI_READER_LEFT_BEHIND": "TRI_READER_RETAINED",
    "AWAY": "NO_WRITER",
    "TRI_ERR_LIMIT": "TRI_ERR_NO_RESOURCES",
    "tri_writer_publish_kept": "tri_writer_publish_pinned",
    "tri_writer_keep": "tri_writer_set_history",
    "tri_(?:reader|writer)_counts?": "tri_*_get_stats, tri_*_stats",
    "tri_writer_count_drops": "tri_writer_add_drops",
    "tri_fourcc_text": "tri_fourcc_name",
    "tri_word(?:_\\w+)?|TRI_WORD_NO_SLOT": "tri_head_*, TRI_HEAD_NO_SLOT",
    "tri_mark(?:_\\w+)?|tri_entry_mark": "tri_stamp_*, tri_entry_stamp",
    "TRI_WRITER_LOCK": "TRI_WRITER_MLOCK",
    "TRI_SIDE_MAX": "TRI_DIMENSION_MAX",
    "TRI_FAMILY_OPAQUE": "TRI_FAMILY_COMPRESSED",
    "tri_log_say": "tri_log_write",
    "feed_(?:open|close|start|stop|take)": "publisher_*, reader_thread_*",
    "absence_\\w+": "outage_*",
    "figures_\\w+|struct figures": "stats_*",
    "evenness(?:_\\w+)?": "capture_timing_*",
    "pulse_\\w+": "clock_check_*",
    "turn_page|mind_silence|do_without_source": "sync_front, check_device_timeout, publish_no_signal",
}

# Uses that stay: file, the words around it, and why.
ALLOWED = (
    ("tests/bench/bench_iceoryx.c", "iox_pub_loan_aligned_chunk", "a function of iceoryx"),
    ("debian/tests/obs", "cene", "OBS's own files"),
    ("tests/support/obs_studio.py", "cene", "OBS's own files"),
    ("tests/v4l2/test_v4l2_programs.py", "scene", "a filter of VLC"),
)

# The changelog names old spellings; this file holds the list.
NOT_READ = ("CHANGELOG.md", "LICENSE", "tests/lint/words.py")

LONGEST_NAME = 60
TEST_NAME = re.compile(r"^static void\s+(\w+)\(void \*\*|^ +def test_(\w+)\(", re.MULTILINE)


def pattern(words):
    """Matches whole words, also between the underscores of an identifier."""
    alternatives = "|".join(words).replace(" ", "[ _]")
    return re.compile(f"(?<![A-Za-z0-9])(?:{alternatives})(?![A-Za-z0-9])", re.IGNORECASE)


def findings(path, table, matcher):
    """`FILE:LINE: "WORD": what to write`, for each word of the table in a file."""
    if not matcher.search(text(path)):
        return
    for number, line in enumerate(text(path).splitlines(), 1):
        if any(path == at and around in line for at, around, _ in ALLOWED):
            continue
        for match in matcher.finditer(line):
            instead = next(value for key, value in table.items()
                           if re.fullmatch(key.replace(" ", "[ _]"), match[0], matcher.flags))
            yield f'{path}:{number}: "{match[0]}": {instead}'


class Words(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        names = re.compile(r"\b(?:" + "|".join(NAMES) + r")\b")
        cls.found = {path: [*findings(path, WORDS, pattern(WORDS)), *findings(path, NAMES, names)]
                     for path in files() if path not in NOT_READ and is_text(path)}

    def test_words_are_plain_english_and_the_terms_of_the_field(self):
        found = [line for lines in self.found.values() for line in lines]
        if found:
            self.fail("\n".join(found))


class Names(unittest.TestCase):
    def test_test_names_have_sixty_characters_at_most(self):
        long = [f"{path}: {name}" for path in files("tests/*.c", "tests/*.py")
                for names in TEST_NAME.findall(text(path)) for name in names
                if len(name) > LONGEST_NAME]
        self.assertEqual(long, [])
