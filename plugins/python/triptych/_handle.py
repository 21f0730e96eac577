# SPDX-License-Identifier: MIT
"""What Reader and Writer share: an object of the library's, opened once and closed once."""

from __future__ import annotations

import ctypes
import os
from typing import Any, TypeVar

from . import _library as c
from ._error import check
from ._log import Log

_Self = TypeVar("_Self", bound="Handle")


class Handle:
    """A handle of the library's, its log, and whose it is.

    Closed by close(), at the end of a `with` block, or when the last reference goes. A process that was
    forked inherits the object and not the stream: there it is of no use and closes nothing.
    """

    _close_call: Any  # tri_reader_close or tri_writer_close

    def __init__(self, name: str) -> None:
        self.name = name
        self._log = Log()
        self._handle = ctypes.c_void_p()
        self._pid = os.getpid()

    def _open(self, call: Any, options: ctypes.Structure) -> None:
        check(call(ctypes.byref(self._handle), ctypes.byref(options)), self._log)

    def _opened(self) -> ctypes.c_void_p:
        """The handle for a call. Raises ValueError where it cannot be used."""
        if not self._handle:
            raise ValueError(f"this {type(self).__name__} of {self.name} is closed")
        if not self._is_ours():
            raise ValueError(f"this {type(self).__name__} of {self.name} belongs to process "
                             f"{self._pid}: open one after the fork")
        return self._handle

    def _is_ours(self) -> bool:
        return self._pid == os.getpid()

    @property
    def closed(self) -> bool:
        """Whether close() was called."""
        return not self._handle

    def close(self) -> None:
        """Lets the stream go. Frames at hand stay good. A second call does nothing."""
        if self._handle and self._is_ours():
            self._close_call(ctypes.byref(self._handle))
        self._handle.value = None

    def __enter__(self: _Self) -> _Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            self.close()
