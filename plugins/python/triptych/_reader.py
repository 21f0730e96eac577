# SPDX-License-Identifier: MIT
"""One of any number of consumers of a stream."""

from __future__ import annotations

import ctypes
import math
import time
from typing import Iterator, Optional

from . import _library as c
from ._error import check
from ._frame import Frame, FrameRef
from ._handle import Handle

_STATES = {0: "waiting", 1: "live", 2: "away"}
_SLICE_S = 0.1  # how long Ctrl-C, or a close() by another thread, may go unheard
# The writer may come back, or make the stream anew.
_RETRYABLE = (c.ERR_TIMEOUT, c.ERR_INTERRUPTED, c.ERR_NO_WRITER, c.ERR_CORRUPT)


class Reader(Handle):
    """Reads the stream `name`, which need not exist yet, and follows it through restarts.

    name   of the stream: 1 to 31 of A-Z a-z 0-9 - _ . and not - or . first; case matters
    mode   which frame iteration hands over: "latest" or "next"
    wait   how it waits: "block", "spin" or "paced"
    lock   lock the slots of frames in use, where permitted
    retained  where the writer is dead already, begin with its last frame

    Raises ValueError for a name or word that is none.

    Threads: any; those that call one Reader take turns, and share its frames among them. A call that
    waits lets other threads run. Frames, their planes and arrays may be used and let go from any
    thread. Processes and sub-interpreters: each opens its own, after the fork.
    """

    _close_call = c.lib.tri_reader_close

    def __init__(self, name: str = "cam0", mode: str = "latest", wait: str = "block",
                 lock: bool = True, retained: bool = False) -> None:
        super().__init__(name)
        self._counts = c.ReaderStats()  # after the last call
        self._torn = 0
        self._mode = c.value_of(c.MODES, "mode", mode)
        self._open(c.lib.tri_reader_open, c.ReaderOptions(
            name=name.encode(), mode=self._mode, wait=c.value_of(c.WAITS, "wait", wait),
            flags=(0 if lock else c.READER_NO_LOCK) | (c.READER_RETAINED if retained else 0),
            log=ctypes.pointer(self._log.struct)))

    def latest(self, timeout: Optional[float] = None) -> Frame:
        """The newest whole frame that this reader has not seen; what was missed is skipped.

        Waits at most `timeout` seconds, None for ever, then raises TimeoutError; 0 looks once. A writer
        that closes or dies is waited for: see `state`. Raises PermissionError where this user may not
        read the stream, Error where it is of no use, ValueError after close().
        """
        return self._acquire(c.MODES["latest"], timeout)

    def next(self, timeout: Optional[float] = None) -> Frame:
        """The oldest frame not yet seen that is still whole in its slot; otherwise as latest()."""
        return self._acquire(c.MODES["next"], timeout)

    def _acquire(self, mode: int, timeout: Optional[float]) -> Frame:
        end = math.inf if timeout is None else time.monotonic() + timeout
        ref = FrameRef()  # before the call: a Ctrl-C right after it must not lose the slot
        while True:
            left = max(0.0, min(_SLICE_S, end - time.monotonic()))
            code = self._try(mode, ref, left)
            if code == c.OK:
                return Frame(self, ref.frame, ref)
            if code in _RETRYABLE and time.monotonic() < end:
                continue
            if code in (c.ERR_INTERRUPTED, c.ERR_NO_WRITER):
                code = c.ERR_TIMEOUT
            check(code, self._log)

    def _try(self, mode: int, ref: FrameRef, seconds: float) -> int:
        """Waits so long for its turn, then so long for a frame; what the library says."""
        with self._call(seconds) as reader:
            if reader is None:
                return c.ERR_TIMEOUT
            c.lib.tri_reader_set_mode(reader, mode)
            code: int = c.lib.tri_reader_acquire(reader, ctypes.byref(ref.frame),
                                                int(seconds * 1000))
            c.lib.tri_reader_get_stats(reader, ctypes.byref(self._counts))
        return code

    def __iter__(self) -> Iterator[Frame]:
        """Frames in this reader's mode, from one writer after the other, until the reader is closed: by
        another thread, or by the handler of a signal."""
        while not self.closed:
            try:
                taken = [self._acquire(self._mode, None)]
            except ValueError:
                if self.closed:
                    return
                raise
            yield taken.pop()  # no reference stays here: the caller's `del` releases the slot

    def _check_intact(self, frame: c.Frame) -> bool:
        whole = bool(c.lib.tri_reader_is_intact(None, ctypes.byref(frame)))
        self._torn += not whole
        return whole

    @property
    def counts(self) -> dict[str, int]:
        """What was seen so far: frames, skipped, torn, dropped_driver, dropped_writer, restarts, and
        the slots of the stream. All 0 after close()."""
        names = [name for name, *_ in c.ReaderStats._fields_ if name not in ("state", "can_lock")]
        if self.closed:
            return dict.fromkeys(names, 0)
        return {name: getattr(self._counts, name) for name in names} | {"torn": self._torn}

    @property
    def state(self) -> str:
        """"waiting" for a first frame, "live", or "away": the writer has closed or died."""
        return _STATES[0 if self.closed else self._counts.state]
