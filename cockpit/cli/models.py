"""`cockpit models`: what can be pulled, pulling it, and checking what is there."""

from __future__ import annotations

import argparse
import json

from cockpit.cli.options import Subcommands, add_settings, settings_of
from cockpit.modelstore import ModelStore, PullDisplay, load_manifest


def add(subcommands: Subcommands) -> None:
    command = subcommands.add_parser("models", help="list, pull or verify models")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, text in (
        ("list", "show every model, its size, licence and state"),
        ("pull", "fetch models; without names the profile `default`"),
        ("verify", "hash every file that is there"),
    ):
        action = actions.add_parser(name, help=text)
        action.add_argument("names", nargs="*", metavar="MODEL|PROFILE", help="profiles: minimal, default, full")
        action.add_argument("--json", action="store_true", help="print JSON")
        add_settings(action)
        action.set_defaults(run={"list": _list, "pull": _pull, "verify": _verify}[name])


def _store(args: argparse.Namespace) -> ModelStore:
    return ModelStore(settings_of(args).models_dir, load_manifest())


def _list(args: argparse.Namespace) -> int:
    store, manifest = _store(args), load_manifest()
    rows = []
    for name in manifest.resolve(args.names or ["full"]):
        model = manifest.model(name)
        profiles = [profile for profile in manifest.profiles if name in manifest.resolve([profile])]
        rows.append(
            {
                "id": name, "state": store.state(name), "bytes": model.installed_bytes, "languages": model.languages,
                "licence": model.licence, "profiles": profiles, "purpose": model.purpose,
            }
        )  # fmt: skip
    if args.json:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return 0
    for row in rows:
        size = f"{row['bytes'] / 1e6:.0f} MB" if isinstance(row["bytes"], int) and row["bytes"] else "?"
        print(f"{row['id']:<20} {row['state']:<11} {size:>8}  {row['purpose']}")
        print(f"{'':<20} {', '.join(profiles_of(row)):<20}  {row['licence']}")
    return 0


def profiles_of(row: dict[str, object]) -> list[str]:
    """The names of the profiles that a listed model is in."""
    found = row["profiles"]
    return [str(name) for name in found] if isinstance(found, list) else []


def _pull(args: argparse.Namespace) -> int:
    store = _store(args)
    ids = load_manifest().resolve(args.names or ["default"])
    with PullDisplay() as display:
        results = store.pull(ids, display)
    if args.json:
        print(json.dumps([{"id": r.id, "outcome": r.outcome, "bytes": r.bytes, "seconds": r.seconds} for r in results]))
    return 1 if any(result.outcome == "failed" for result in results) else 0


def _verify(args: argparse.Namespace) -> int:
    store, manifest = _store(args), load_manifest()
    there = [name for name in manifest.resolve(args.names or ["full"]) if args.names or store.state(name) != "missing"]
    statuses = store.verify(there)
    if args.json:
        print(json.dumps([{"id": s.id, "state": s.state, "detail": s.detail} for s in statuses]))
    else:
        for status in statuses:
            print(f"{status.id:<20} {status.state:<11} {status.detail}")
    return 1 if any(not status.acceptable for status in statuses) else 0
