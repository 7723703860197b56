"""The assistant's settings file, as a rig makes it: what its own file says, and where the rig's broker is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from cockpit.config import BrokerSettings
from hil.rig.driver import Site


def assistant_toml(site: Site, **more: str) -> str:
    """The file's text; `more` holds where the rig's file says nothing else."""
    settings = {**more, **site.given, "vid": site.vid, "broker": _broker(site.assistant_broker)}
    return "\n".join(_toml(settings)) + "\n"


def _broker(broker: BrokerSettings) -> dict[str, Any]:
    """All but the password, which stands in no file."""
    return broker.model_dump(mode="json", exclude={"password"}, exclude_none=True)


def _toml(table: Mapping[str, Any], name: str = "") -> Iterator[str]:
    """The lines of a table: plain keys first, then the tables within it. JSON's scalars and strings are TOML's, too."""
    for key, value in table.items():
        if not isinstance(value, Mapping) and value is not None:
            yield f"{json.dumps(key)} = {json.dumps(value, ensure_ascii=False)}"
    for key, value in table.items():
        if isinstance(value, Mapping):
            inner = f"{name}.{json.dumps(key)}" if name else json.dumps(key)
            yield f"[{inner}]"
            yield from _toml(value, inner)
