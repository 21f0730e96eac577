# SPDX-License-Identifier: MIT
"""A real V4L2 driver: the kernel's vivid, in a virtual machine that runs the host's programs."""
from camera.faults import Faults
from camera.listing import Listing
from camera.memory import MemoryCgroup
from camera.streaming import Streaming
from camera.zero_copy import ZeroCopy

__all__ = ["Faults", "Listing", "MemoryCgroup", "Streaming", "ZeroCopy"]
