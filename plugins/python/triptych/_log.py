# SPDX-License-Identifier: MIT
"""Forwards the library's messages to the logger "triptych"."""

from __future__ import annotations

import logging

from . import _library as c

_logger = logging.getLogger("triptych")
_LEVELS = {c.LOG_ERROR: logging.DEBUG,  # an exception reports it already
           c.LOG_WARN: logging.WARNING, c.LOG_INFO: logging.INFO}


class Log:
    """Keeps the last error for the exception. Must outlive the handle that uses it."""

    def __init__(self) -> None:
        self.last_error = ""
        self._write = c.LOG_WRITE(self._write_record)
        self.struct = c.Log(self._write, None, c.LOG_INFO)

    def _write_record(self, _user: object, level: int, part: bytes, text: bytes) -> None:
        message = text.decode(errors="replace")
        if level == c.LOG_ERROR:
            self.last_error = message
        _logger.log(_LEVELS.get(level, logging.DEBUG), "%s: %s", part.decode(), message)
