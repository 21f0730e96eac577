# SPDX-License-Identifier: MIT
"""The units of systemd, in a virtual machine that boots the host's systemd."""
from units import Units

__all__ = ["Units"]
