"""Arguments that several subcommands share, and the settings they make."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from cockpit.config import BrokerSettings, Settings, load_settings
from cockpit.errors import ConfigError

Subcommands = Any
"""argparse's own type for this is private."""


def add_settings(command: argparse.ArgumentParser) -> None:
    """`--config`, `--broker` and `--vid`."""
    command.add_argument("--config", type=Path, metavar="FILE", help="settings in TOML")
    command.add_argument("--broker", metavar="HOST:PORT", help="the MQTT broker (default 127.0.0.1:1883)")
    command.add_argument("--vid", help="vehicle id in the topics (default demo)")


def add_credentials(command: argparse.ArgumentParser) -> None:
    """`--credentials`: for subcommands that are several clients at once, each with a certificate of its own."""
    command.add_argument("--credentials", type=Path, metavar="DIR", help="what `cockpit broker setup` made")


def settings_of(args: argparse.Namespace, **overrides: object) -> Settings:
    """The settings of file, environment and command line. Raises `ConfigError`."""
    if args.vid is not None:
        overrides["vid"] = args.vid
    settings = load_settings(args.config, **overrides)
    if args.broker is None:
        return settings
    return settings.model_copy(update={"broker": _broker(args.broker, settings.broker)})


def _broker(address: str, base: BrokerSettings) -> BrokerSettings:
    host, colon, port = address.rpartition(":")
    if not colon:
        host, port = address, "1883"
    if not port.isdecimal() or not 0 < int(port) < 65536 or not host:
        raise ConfigError("bad-broker", f"--broker wants HOST:PORT, not {address!r}")
    return base.model_copy(update={"host": host.strip("[]"), "port": int(port)})
