# SPDX-License-Identifier: MIT
"""Base of Reader and Writer: an object of the library, opened once and closed once."""

from __future__ import annotations

import contextlib
import ctypes
import os
import threading
from collections.abc import Iterator
from typing import Any, NoReturn, Optional, TypeVar

from . import _library as c
from ._error import check
from ._log import Log

_Self = TypeVar("_Self", bound="Handle")


class Handle:
    """A handle of the library, its log and its process.

    close(), the end of a `with` block or the last reference closes it. A forked process inherits the
    object, but cannot use it, and closes nothing. A lock serialises the calls of several threads.
    """

    _close_call: Any  # tri_reader_close or tri_writer_close

    def __init__(self, name: str) -> None:
        self.name = name
        self._log = Log()
        self._handle = ctypes.c_void_p()
        self._pid = os.getpid()
        self._lock = threading.RLock()  # recursive: a signal handler may call close()
        self._open_lock = threading.RLock()  # keeps the handle open during an interrupt
        self._calls = 0
        self._closing = False

    def _open(self, call: Any, options: ctypes.Structure) -> None:
        check(call(ctypes.byref(self._handle), ctypes.byref(options)), self._log)

    @contextlib.contextmanager
    def _call(self, seconds: float = -1) -> Iterator[Optional[ctypes.c_void_p]]:
        """Locks the handle for a call; yields None if that takes longer than `seconds`. If a signal
        handler calls close() meanwhile, the handle closes at the end. Raises ValueError if it is
        closed, and in a forked process, where the lock of another thread would never be released."""
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
        """Closes the stream. Frames stay valid. A call that waits in another thread ends with
        ValueError. A second call does nothing."""
        self._closing = True
        if not self._is_own_process():
            return
        self._end_call()
        with self._lock:
            if not self._calls:
                with self._open_lock:
                    self._close_call(ctypes.byref(self._handle))

    def _end_call(self) -> None:
        """Ends a call that waits, in another thread or in the main thread. Any thread."""
        with self._open_lock:
            if self._handle:
                self._interrupt()

    def _interrupt(self) -> None:
        """Ends the library's wait, where there is one."""

    def __reduce__(self) -> NoReturn:
        """Refuses copy and pickle: the end of a copy would close the original."""
        raise TypeError(f"a {type(self).__name__} cannot be copied or pickled: open one of the same "
                        "name")

    def __enter__(self: _Self) -> _Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            self.close()
