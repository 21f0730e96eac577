# SPDX-License-Identifier: MIT
"""What Reader and Writer share: an object of the library's, opened once and closed once."""

from __future__ import annotations

import contextlib
import ctypes
import os
import threading
from collections.abc import Iterator
from typing import Any, Optional, TypeVar

from . import _library as c
from ._error import check
from ._log import Log

_Self = TypeVar("_Self", bound="Handle")


class Handle:
    """A handle of the library's, its log, and whose it is.

    Closed by close(), at the end of a `with` block, or when the last reference goes. A process that was
    forked inherits the object and not the stream: there it is of no use and closes nothing.

    The library wants one thread at a time for a handle, so threads take turns.
    """

    _close_call: Any  # tri_reader_close or tri_writer_close

    def __init__(self, name: str) -> None:
        self.name = name
        self._log = Log()
        self._handle = ctypes.c_void_p()
        self._pid = os.getpid()
        self._lock = threading.RLock()  # twice where a handler of a signal closes
        self._calls = 0
        self._closing = False

    def _open(self, call: Any, options: ctypes.Structure) -> None:
        check(call(ctypes.byref(self._handle), ctypes.byref(options)), self._log)

    @contextlib.contextmanager
    def _call(self, seconds: float = -1) -> Iterator[Optional[ctypes.c_void_p]]:
        """The handle for a call, in this thread's turn; None if that has not come within `seconds`. If
        a handler of a signal closes meanwhile, that is done at the end. Raises ValueError once it is
        closed, and in a forked process, where a turn of its parent's threads would never end."""
        if not self._is_own_process():
            raise ValueError(f"this {type(self).__name__} of {self.name} belongs to process "
                             f"{self._pid}: open one after the fork")
        if not self._lock.acquire(timeout=seconds):
            yield None
            return
        try:
            if self.closed:
                raise ValueError(f"this {type(self).__name__} of {self.name} is closed")
            self._calls += 1
            try:
                yield self._handle
            finally:
                self._calls -= 1
                if self._closing:
                    self.close()
        finally:
            self._lock.release()

    def _is_own_process(self) -> bool:
        return self._pid == os.getpid()

    @property
    def closed(self) -> bool:
        """Whether close() was called."""
        return self._closing or not self._handle

    def close(self) -> None:
        """Lets the stream go. Frames at hand stay good. A call that waits in another thread ends with
        ValueError. A second call does nothing."""
        self._closing = True
        if not self._is_own_process():
            return
        with self._lock:
            if not self._calls:
                self._close_call(ctypes.byref(self._handle))

    def __enter__(self: _Self) -> _Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            self.close()
