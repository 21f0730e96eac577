# SPDX-License-Identifier: MIT
"""One of any number of consumers of a stream."""

from __future__ import annotations

import ctypes
import time
from typing import Iterator, Optional

from . import _library as c
from ._error import check
from ._frame import Frame
from ._handle import Handle

_STATES = {0: "waiting", 1: "live", 2: "away"}
_SLICE_MS = 100  # how long Ctrl-C may go unheard
# The writer may come back, or make the stream anew.
_WAITED_OUT = (c.ERR_TIMEOUT, c.ERR_INTERRUPTED, c.ERR_AWAY, c.ERR_CORRUPT)


class Reader(Handle):
    """Reads the stream `name`, which need not exist yet, and follows it through restarts.

    name   of the stream: 1 to 31 of a-z, 0-9, - and _
    mode   which frame iteration hands over: "latest" or "next"
    wait   how it waits: "block", "spin" or "paced"
    hold   lock the slots of frames in use, where permitted

    Raises ValueError for a name or word that is none.

    Threads: one at a time for one Reader; a call that waits lets other threads run. Frames, their
    planes and arrays may be used and let go from any thread. Processes and sub-interpreters: each
    opens its own, after the fork.
    """

    _close_call = c.lib.tri_reader_close

    def __init__(self, name: str = "cam0", mode: str = "latest", wait: str = "block",
                 hold: bool = True) -> None:
        super().__init__(name)
        self._mode = c.word_in(c.MODES, "mode", mode)
        self._open(c.lib.tri_reader_open, c.ReaderOptions(
            name=name.encode(), mode=self._mode, wait=c.word_in(c.WAITS, "wait", wait),
            flags=0 if hold else c.READER_NO_HOLD, log=ctypes.pointer(self._log.struct)))

    def latest(self, timeout: Optional[float] = None) -> Frame:
        """The newest whole frame that this reader has not seen; what was missed is skipped.

        Waits at most `timeout` seconds, None for ever, then raises TimeoutError; 0 looks once. A writer
        that closes or dies is waited for: see `state`. Raises PermissionError where this user may not
        read the stream, Error where it is of no use, ValueError after close().
        """
        return self._borrow(c.MODES["latest"], timeout)

    def next(self, timeout: Optional[float] = None) -> Frame:
        """The oldest frame not yet seen that is still whole in its slot; otherwise as latest()."""
        return self._borrow(c.MODES["next"], timeout)

    def _borrow(self, mode: int, timeout: Optional[float]) -> Frame:
        c.lib.tri_reader_set_mode(self._opened(), mode)
        end = None if timeout is None else time.monotonic() + timeout
        frame = c.Frame()
        while True:
            left = _SLICE_MS
            if end is not None:
                left = max(0, min(left, int((end - time.monotonic()) * 1000)))
            code = c.lib.tri_reader_borrow(self._opened(), ctypes.byref(frame), left)
            if code == c.OK:
                return Frame(self, frame)
            over = end is not None and time.monotonic() >= end
            if code in _WAITED_OUT and not over:
                continue
            if code in (c.ERR_INTERRUPTED, c.ERR_AWAY):
                code = c.ERR_TIMEOUT
            check(code, self._log)

    def __iter__(self) -> Iterator[Frame]:
        """Frames for ever, in this reader's mode, from one writer after the other."""
        while True:
            yield self._borrow(self._mode, None)

    def _whole(self, frame: c.Frame) -> bool:
        return bool(c.lib.tri_reader_whole(self._opened(), ctypes.byref(frame)))

    def _count(self) -> c.ReaderCounts:
        counts = c.ReaderCounts()
        if self._handle and self._is_ours():
            c.lib.tri_reader_count(self._handle, ctypes.byref(counts))
        return counts

    @property
    def counts(self) -> dict[str, int]:
        """What was seen so far: frames, skipped, torn, dropped_driver, dropped_writer, restarts, and
        the slots of the stream. All 0 after close()."""
        counts = self._count()
        return {name: getattr(counts, name) for name, *_ in c.ReaderCounts._fields_
                if name not in ("state", "holds")}

    @property
    def state(self) -> str:
        """"waiting" for a first frame, "live", or "away": the writer has closed or died."""
        return _STATES[self._count().state]
