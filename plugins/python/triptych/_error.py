# SPDX-License-Identifier: MIT
"""Exceptions for the error codes of libtriptych."""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from . import _library as c

if TYPE_CHECKING:
    from ._log import Log


class Error(OSError):
    """A call of libtriptych failed; `code` is its enum tri_err."""

    def __init__(self, code: int, log: str = "") -> None:
        self.code = code
        text = c.lib.tri_strerror(code).decode()
        super().__init__(log or text)

    def __reduce__(self) -> tuple[type[Error], tuple[int, str]]:
        return type(self), (self.code, str(self))  # OSError's would pass the text only


class NoWriter(Error, ConnectionError):
    """The stream has no writer any more."""


class Torn(Error):
    """The frame was overwritten during use."""


def check(code: int, log: Optional[Log] = None) -> None:
    """Raises the exception for `code`, with the last logged error as its text."""
    if code == c.OK:
        return
    text = log.last_error if log else ""
    if code == c.ERR_TIMEOUT:
        raise TimeoutError(c.lib.tri_strerror(code).decode())
    if code == c.ERR_DENIED:
        raise PermissionError(text or c.lib.tri_strerror(code).decode())
    if code == c.ERR_INVALID:
        raise ValueError(text or c.lib.tri_strerror(code).decode())
    kinds = {c.ERR_NO_WRITER: NoWriter, c.ERR_TORN: Torn}
    raise kinds.get(code, Error)(code, text)
