"""The `cockpit` command: one module a subcommand, each with `add` (its arguments) and `run` (what it does)."""

from cockpit.cli.main import main

__all__ = ["main"]
