# SPDX-License-Identifier: MIT
"""The driver of USB cameras, in a virtual machine that runs the host's programs."""
from libcamera import Libcamera
from uvc import Uvc

__all__ = ["Libcamera", "Uvc"]
