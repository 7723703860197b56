"""Memory that loading an engine took for a moment and freed, handed back to the system."""

from __future__ import annotations

import ctypes
from contextlib import suppress


def release() -> None:
    """glibc's malloc_trim(3), which took a third off the service's size after its engines were loaded; where there
    is no glibc, nothing."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
