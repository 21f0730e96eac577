# SPDX-License-Identifier: MIT
"""A real V4L2 driver: the kernel's vivid, in a virtual machine that runs the host's programs."""
from faults import Faults
from listing import Listing
from memory import MemoryCgroup
from standby import Standby
from streaming import Streaming
from zero_copy import ZeroCopy

__all__ = ["Faults", "Listing", "MemoryCgroup", "Standby", "Streaming", "ZeroCopy"]
