"""How onnxruntime runs the rewritten models."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import onnxruntime as ort

_CPU = Path("/proc/cpuinfo")


def session_options(threads: int) -> Any:
    """`SessionOptions` for 8-bit products on `threads` threads that sleep while they wait."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    # waiting threads must not spin: the cores are shared with a car's other work
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if not _has_vnni():
        # an x86 processor without VNNI saturates 8-bit products (with it, this would be four times slower)
        options.add_session_config_entry("session.x64quantprecision", "1")
    return options


@cache
def _has_vnni() -> bool:
    try:
        return "vnni" in _CPU.read_text("utf-8")
    except OSError:
        return False
