# SPDX-License-Identifier: MIT
"""Reads a stream."""

from __future__ import annotations

import ctypes
import math
import time
from collections.abc import AsyncIterator, Iterator
from typing import Optional

from . import _library as c
from ._error import check
from ._event_loop import readable
from ._frame import Frame, FrameRef
from ._handle import Handle
from ._signals import Interrupting

_STATES = {0: "waiting", 1: "live", 2: "no-writer"}
_MS_MAX = 2**31 - 1
# The writer may return, or create the stream again.
_RETRYABLE = (c.ERR_TIMEOUT, c.ERR_INTERRUPTED, c.ERR_NO_WRITER, c.ERR_CORRUPT)


class Reader(Handle):
    """Reads the stream `name`, waits for it if there is none, and follows it through restarts.

    name   of the stream: 1 to 31 of A-Z a-z 0-9 - _ . and not - or . first; case matters
    mode   which frames iteration returns: "latest" or "next"
    wait   how to wait: "block", "spin" or "paced"
    lock   lock the slots of frames in use, where permitted
    retained  if the writer is dead already, begin with its last frame

    Raises ValueError for an invalid argument.

    Threads: any; a lock serialises calls of one Reader, and its threads share the frames. A call that
    waits lets other threads run; in the main thread a signal ends it: the first wait starts a thread
    for that, and each one uses signal.set_wakeup_fd(). Any thread may use and release frames, planes
    and arrays. Forked processes and sub-interpreters open readers of their own.
    """

    _close_call = c.lib.tri_reader_close

    def __init__(self, name: str = "cam0", mode: str = "latest", wait: str = "block",
                 lock: bool = True, retained: bool = False) -> None:
        super().__init__(name)
        self._stats = c.ReaderStats()  # of the last call
        self._torn = 0
        self._mode = c.value_of(c.MODES, "mode", mode)
        self._open(c.lib.tri_reader_open, c.ReaderOptions(
            name=c.text("name", name), mode=self._mode, wait=c.value_of(c.WAITS, "wait", wait),
            flags=(0 if lock else c.READER_NO_LOCK) | (c.READER_RETAINED if retained else 0),
            log=ctypes.pointer(self._log.struct)))

    def latest(self, timeout: Optional[float] = None) -> Frame:
        """Returns the newest intact frame that this reader has not seen. Missed frames are skipped.

        Waits at most `timeout` seconds, None: indefinitely, then raises TimeoutError; 0 polls once.
        Also waits while there is no writer, see `state`. Raises PermissionError if this user may not
        read the stream, Error if it is not usable, ValueError after close().
        """
        return self._acquire(c.MODES["latest"], timeout)

    def next(self, timeout: Optional[float] = None) -> Frame:
        """Returns the oldest frame not yet seen that is still intact; otherwise as latest()."""
        return self._acquire(c.MODES["next"], timeout)

    def _acquire(self, mode: int, timeout: Optional[float]) -> Frame:
        end = math.inf if timeout is None else time.monotonic() + timeout
        ref = FrameRef()  # before the call, so that KeyboardInterrupt cannot lose the slot
        while True:
            left = max(0.0, end - time.monotonic())
            with Interrupting(self._end_call if left > 0 else None):
                code = self._try(mode, ref, left)
            if code == c.OK:
                return Frame(self, ref.frame, ref)
            if code in _RETRYABLE and time.monotonic() < end:
                continue
            if code in (c.ERR_INTERRUPTED, c.ERR_NO_WRITER):
                code = c.ERR_TIMEOUT
            check(code, self._log)

    def _try(self, mode: int, ref: FrameRef, seconds: float) -> int:
        """Waits up to `seconds` for the lock and for a frame each. Returns the error code."""
        limited = seconds < _MS_MAX / 1000
        with self._call(seconds if limited else -1) as reader:
            if reader is None:
                return c.ERR_TIMEOUT
            c.lib.tri_reader_set_mode(reader, mode)
            code: int = c.lib.tri_reader_acquire(reader, ctypes.byref(ref.frame),
                                                math.ceil(seconds * 1000) if limited else -1)
            c.lib.tri_reader_get_stats(reader, ctypes.byref(self._stats))
        return code

    def __iter__(self) -> Iterator[Frame]:
        """Yields frames in this reader's mode, also of later writers, until another thread or a signal
        handler closes the reader."""
        while not self.closed:
            try:
                taken = [self._acquire(self._mode, None)]
            except ValueError:
                if self.closed:
                    return
                raise
            yield taken.pop()  # keeps no reference: the caller's `del` releases the slot

    async def __aiter__(self) -> AsyncIterator[Frame]:
        """Yields frames in asyncio's event loop, as iteration does. Close the reader in the same
        thread, and not while a task waits for a frame: cancel the task first."""
        while not self.closed:
            await readable(self.fileno())
            try:
                taken = [self._acquire(self._mode, 0)]
            except TimeoutError:
                continue
            yield taken.pop()

    def fileno(self) -> int:
        """A descriptor for event loops: readable when latest(0) or next(0) would not raise
        TimeoutError. Do not read it. close() closes it."""
        with self._call() as reader:
            fd: int = c.lib.tri_reader_fd(reader)
        if fd < 0:
            check(fd, self._log)
        return fd

    def _interrupt(self) -> None:
        c.lib.tri_reader_interrupt(self._handle)

    def _check_intact(self, frame: c.Frame) -> bool:
        intact = bool(c.lib.tri_reader_is_intact(None, ctypes.byref(frame)))
        self._torn += not intact
        return intact

    @property
    def stats(self) -> dict[str, int]:
        """Counters of this reader: frames, skipped, torn, dropped_driver, dropped_writer, restarts; and
        the stream's numbers of slots. All 0 after close()."""
        names = [name for name, *_ in c.ReaderStats._fields_ if name not in ("state", "can_lock")]
        if self.closed:
            return dict.fromkeys(names, 0)
        return {name: getattr(self._stats, name) for name in names} | {"torn": self._torn}

    @property
    def state(self) -> str:
        """"waiting" before the first frame, "live", or "no-writer" after the writer closed or died."""
        return _STATES[0 if self.closed else self._stats.state]
