# SPDX-License-Identifier: MIT
"""Detections: labelled boxes of a frame, as JSON in its user data."""

from __future__ import annotations

import dataclasses
import json
from typing import Any, List, Optional, Tuple

from . import _library as c


@dataclasses.dataclass
class Detection:
    """A labelled box, in pixels of the frame in memory."""

    label: str
    box: Tuple[float, float, float, float]  # left, top, width, height
    score: Optional[float] = None  # confidence, 0 to 1
    id: Optional[int] = None  # of the tracked object


def _without_none(fields: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value is not None}


def _is_number(value: Any, least: float, most: float) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and least <= value <= most


def _read(one: Any) -> Detection:
    """Reads one detection. Raises ValueError, KeyError or TypeError if it breaks a rule."""
    box, score, id = one["box"], one.get("score"), one.get("id")
    if not (isinstance(one["label"], str) and len(box) == 4 and
            all(_is_number(edge, -1e6, 1e6) for edge in box) and box[2] > 0 and box[3] > 0 and
            (score is None or _is_number(score, 0, 1)) and
            (id is None or isinstance(id, int) and 0 <= id < 2**31)):
        raise ValueError("not a detection")
    left, top, width, height = box
    return Detection(one["label"], (left, top, width, height), score, id)


def _check(one: dict[str, Any]) -> None:
    """Raises ValueError if a reader would refuse a detection, and with it all of the frame."""
    try:
        _read(one)
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"{one}: not a detection; use text as label, a box wider and higher than 0, "
                         "a score from 0 to 1, an id from 0") from None


@dataclasses.dataclass
class Detections:
    """The objects that a detector found in a frame."""

    detections: List[Detection]
    frame: Optional[int] = None  # number of the frame that was searched
    size: Optional[Tuple[float, float]] = None  # of the picture in which the boxes are; None: the frame
    omitted: int = 0  # further ones, for which there was no room

    def to_bytes(self) -> bytes:
        """Returns user data for Writer.write() or Draft.user. Leaves out detections with the lowest
        scores if there is no room for all; they add to `omitted`. Raises ValueError for what
        from_bytes() would not read."""
        found = [_without_none(dataclasses.asdict(one)) for one in self.detections]
        for one in found:
            _check(one)
        ranked = sorted(found, key=lambda one: float(one.get("score", -1)), reverse=True)
        for kept in range(len(found), -1, -1):
            omitted = self.omitted + len(found) - kept
            text = json.dumps(_without_none({
                "version": 1, "frame": self.frame, "size": self.size, "omitted": omitted or None,
                "detections": found if kept == len(found) else ranked[:kept]}),
                separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
            if len(text) <= c.USER_MAX:
                break
        return text

    @classmethod
    def from_bytes(cls, user: bytes) -> Optional[Detections]:
        """Reads Frame.user. Returns None if it is something else, or breaks a rule."""
        try:
            read = json.loads(user)
            frame, omitted = read.get("frame"), read.get("omitted", 0)
            found = cls([_read(one) for one in read["detections"]], frame, None, omitted)
            if "size" in read:
                width, height = read["size"]
                found.size = width, height
            is_valid = (read["version"] == 1 and isinstance(omitted, int) and
                        (frame is None or isinstance(frame, int)) and
                        all(_is_number(edge, 1, 1e6) for edge in found.size or ()))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None
        return found if is_valid else None
