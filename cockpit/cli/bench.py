from cockpit.cli.options import Subcommands


def add(subcommands: Subcommands) -> None:
    del subcommands
