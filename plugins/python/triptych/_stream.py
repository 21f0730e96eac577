# SPDX-License-Identifier: MIT
"""Lists streams."""

from __future__ import annotations

import ctypes
from typing import Any

from . import _library as c
from ._error import check

STATES = {0: "live", 1: "dead", 2: "unreadable", 3: "corrupt", 4: "version", 5: "too-large"}
_FIELDS = ("owner", "mode", "writer_pid", "attached", "bytes", "slots", "held", "published",
           "dropped_driver", "dropped_writer")


def streams() -> list[dict[str, Any]]:
    """All streams of this IPC namespace as dictionaries: name, source, state, owner, mode, writer_pid,
    attached, bytes, slots, held, published, dropped_driver, dropped_writer."""
    listed = ctypes.c_void_p()
    check(c.lib.tri_stream_list_open(ctypes.byref(listed)))
    try:
        found = [c.lib.tri_stream_list_at(listed, i).contents
                 for i in range(c.lib.tri_stream_list_count(listed))]
        return [{"name": s.name.decode(), "source": s.source.decode(), "state": STATES[s.state],
                 **{field: getattr(s, field) for field in _FIELDS}} for s in found]
    finally:
        c.lib.tri_stream_list_close(ctypes.byref(listed))
