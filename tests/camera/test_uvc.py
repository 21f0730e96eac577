# SPDX-License-Identifier: MIT
"""The driver of USB cameras, in a virtual machine that runs the host's programs."""
from uvc import Uvc

__all__ = ["Uvc"]
