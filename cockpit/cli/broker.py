"""`cockpit broker setup|renew|revoke|show`: a mosquitto that lets in only whom it knows, and what they need for it."""

from __future__ import annotations

import argparse
import os
import pwd
import socket
from pathlib import Path

from rich.console import Console
from rich.table import Table

from cockpit.broker.configuration import Listener
from cockpit.broker.folder import DEFAULT_DAYS, BrokerFolder
from cockpit.broker.roles import ROLES, Client, usual_clients
from cockpit.cli.options import Subcommands
from cockpit.config import load_settings
from cockpit.profile import load_profile
from cockpit.types import ZONES

LOCAL = ("localhost", "127.0.0.1", "::1")
SOON_DAYS = 30
"""A certificate with less than this is told of, and renewed."""


def add(subcommands: Subcommands) -> None:
    command = subcommands.add_parser("broker", help="a broker with TLS, client certificates and rights for each client")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    setup = actions.add_parser("setup", help="make an authority, certificates, mosquitto.conf and the access list")
    setup.add_argument("folder", type=Path, metavar="DIR")
    setup.add_argument("--config", type=Path, metavar="FILE", help="settings in TOML")
    setup.add_argument("--vid", help="vehicle id in the topics (default: that of the settings)")
    setup.add_argument("--client", action="append", default=[], metavar="ROLE[:NAME]", help="one more client: rig, …")
    setup.add_argument("--san", action="append", default=[], metavar="NAME", help="a DNS name or address of the broker")
    setup.add_argument("--listen", default="", metavar="ADDRESS", help="address to listen on (default: all)")
    setup.add_argument("--port", type=int, default=8883)
    setup.add_argument("--user", default="", help="whom the broker runs as where root starts it (default: mosquitto)")
    setup.add_argument("--force", action="store_true", help="make everything anew, the authority too")
    setup.set_defaults(run=_setup)
    renew = actions.add_parser("renew", help=f"new certificates for those that end within {SOON_DAYS} days")
    renew.add_argument("folder", type=Path, metavar="DIR")
    renew.add_argument("name", nargs="*", help="or for these, however long they last")
    renew.add_argument("--within", type=int, default=SOON_DAYS, metavar="DAYS")
    renew.set_defaults(run=_renew)
    revoke = actions.add_parser("revoke", help="take all rights from a client")
    revoke.add_argument("folder", type=Path, metavar="DIR")
    revoke.add_argument("name")
    revoke.set_defaults(run=_revoke)
    show = actions.add_parser("show", help="who has a certificate, and until when; status 1 when one ends soon")
    show.add_argument("folder", type=Path, metavar="DIR")
    show.add_argument("--name", help="print the settings of this client as TOML instead")
    show.add_argument("--host", default="localhost")
    show.add_argument("--port", type=int, default=8883)
    show.set_defaults(run=_show)
    for action in (setup, renew):
        action.add_argument("--days", type=_days, default=DEFAULT_DAYS, help="how long certificates last")


def _days(text: str) -> int:
    days = int(text)
    if days < 1:
        raise ValueError
    return days


def _setup(args: argparse.Namespace) -> int:
    settings = load_settings(args.config, **({"vid": args.vid} if args.vid else {}))
    folder = BrokerFolder(args.folder)
    names = list(dict.fromkeys([*args.san, *LOCAL, socket.gethostname()]))
    clients = usual_clients(load_profile(settings.profile).apps, ZONES)
    clients += [Client.parse(text) for text in args.client]
    listener = Listener(args.port, args.listen, args.user or _usual_user())
    folder.setup(settings.vid, clients, names, listener, args.days, force=args.force)
    _print_table(folder)
    print(f"\nStart the broker:  mosquitto -c {folder.server / 'mosquitto.conf'}")
    print(f"Keep {folder.folder / 'ca.key'} off the car: it is needed only here, to let others in.")
    print("\nThe assistant's settings:\n")
    print(folder.settings("assistant", names[0], args.port))
    return 0


def _usual_user() -> str:
    """Whom a mosquitto that root starts becomes, where there is such a user."""
    try:
        return pwd.getpwnam("mosquitto").pw_name if os.geteuid() == 0 else ""
    except KeyError:
        return ""


def _renew(args: argparse.Namespace) -> int:
    folder = BrokerFolder(args.folder)
    renewed = folder.renew(args.name, args.days, args.within)
    print(f"renewed: {', '.join(renewed) or 'none was due'}")
    if "server" in renewed:
        print("Have the broker read its certificate again: kill -HUP, or restart it.")
    return 0


def _revoke(args: argparse.Namespace) -> int:
    BrokerFolder(args.folder).revoke(args.name)
    print(f"{args.name} has no rights any more. Have the broker read its access list again: kill -HUP, or restart it.")
    return 0


def _show(args: argparse.Namespace) -> int:
    folder = BrokerFolder(args.folder)
    if args.name:
        print(folder.settings(args.name, args.host, args.port))
        return 0
    return 1 if _print_table(folder) else 0


def _print_table(folder: BrokerFolder) -> bool:
    """Who there is; whether a certificate ends soon."""
    table = Table("name", "may", "until", "days left")
    soon = False
    for entry in folder.entries():
        ends_soon = entry.days_left < SOON_DAYS
        soon = soon or ends_soon
        what = ROLES[entry.role].description if entry.role in ROLES else entry.role
        until = entry.certificate.not_valid_after_utc.date().isoformat()
        table.add_row(entry.name, what, until, f"{entry.days_left}{' !' if ends_soon else ''}")
    Console(highlight=False).print(table)
    return soon
