"""What is noticed about the link to the cloud."""

from __future__ import annotations

from collections.abc import Callable

from cockpit.types import LinkSample

LinkObserver = Callable[[LinkSample], None]
"""Takes a sample at once; never blocks or raises."""
