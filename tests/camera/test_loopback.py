# SPDX-License-Identifier: MIT
"""A stream as a V4L2 device: v4l2loopback, in a virtual machine that runs the host's programs."""
from loopback import Loopback

__all__ = ["Loopback"]
