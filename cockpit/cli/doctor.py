"""`cockpit doctor`: everything the service needs, checked one by one, with what to do about each fault."""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Literal

from cockpit.bus import Bus
from cockpit.cli.options import Subcommands, add_settings, settings_of
from cockpit.config import Settings
from cockpit.errors import CockpitError
from cockpit.modelstore import ModelStore
from cockpit.nlu.templates import TemplateUnderstander
from cockpit.profile import load_profile
from cockpit.runtime.handlers import load_handlers
from cockpit.runtime.readiness import conversing, needs
from cockpit.skillset import load_skills
from cockpit.tts.loudspeaker import has_output_device

BROKER_TIMEOUT_S = 3.0
GPL_NOTE = "GPL-3.0 software, loaded only because the settings choose it"


@dataclass(frozen=True, slots=True)
class Finding:
    """`fail` keeps some turns from working; `note` is worth knowing."""

    check: str
    state: Literal["ok", "note", "fail"]
    text: str


def add(subcommands: Subcommands) -> None:
    command = subcommands.add_parser("doctor", help="check what the service needs")
    add_settings(command)
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    findings = list(_examine(settings_of(args)))
    if args.json:
        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=1))
    else:
        for finding in findings:
            print(f"{finding.state:<5} {finding.check:<12} {finding.text}")
    return 1 if any(finding.state == "fail" for finding in findings) else 0


def _examine(settings: Settings) -> Iterator[Finding]:
    yield Finding("python", "ok", f"{platform.python_version()} on {platform.machine()}")
    yield _guarded("profile", lambda: f"{len(load_profile(settings.profile).signals)} signals")
    yield _guarded("skills", lambda: _skills(settings))
    yield from _models(settings)
    yield _conversing(settings)
    yield asyncio.run(_broker(settings))
    yield _sound(settings)


def _guarded(check: str, examine: Callable[[], str]) -> Finding:
    try:
        return Finding(check, "ok", examine())
    except CockpitError as error:
        return Finding(check, "fail", str(error))


def _skills(settings: Settings) -> str:
    skills = load_skills(settings.skills_dir)
    handlers = load_handlers(settings.skills_dir, skills)
    intents = TemplateUnderstander(skills).capabilities.intents
    return f"{len(skills.skills)} skills, {len(intents)} intents, {len(handlers)} handlers"


def _models(settings: Settings) -> Iterator[Finding]:
    store = ModelStore(settings.models_dir)
    for need in needs(settings):
        if not need.model:
            yield Finding(need.name, "note", "switched off")
            continue
        status = store.status(need.model)
        licence = f"; {GPL_NOTE}" if need.engine == "piper" else ""
        if status.state in ("missing", "corrupt"):
            text = f"{status.detail or need.model} [model-{status.state}]; try: cockpit models pull {need.model}"
            yield Finding(need.name, "fail", text)
        else:
            yield Finding(need.name, "ok", f"{need.engine} with {need.model}, {status.state}{licence}")


def _conversing(settings: Settings) -> Finding:
    """The language model on the board, which everything else works without."""
    found = conversing(settings)
    if found.wrong:
        return Finding("lm", "fail" if found.broken else "note", f"{found.wrong} (nobody on the board converses)")
    if not found.model:
        return Finding("lm", "note", "switched off")
    return Finding("lm", "ok", f"llama.cpp with {found.model}, {settings.lm.threads} thread(s)")


async def _broker(settings: Settings) -> Finding:
    bus = Bus(settings.broker)
    where = f"{settings.broker.host}:{settings.broker.port}"
    async with bus.running():
        try:
            async with asyncio.timeout(BROKER_TIMEOUT_S):
                await bus.wait_connected()
        except TimeoutError:
            return Finding("broker", "fail", f"no broker answers at {where} [bus-away]; `make demo` starts its own")
        return Finding("broker", "ok", f"{where}, MQTT {bus.protocol}")


def _sound(settings: Settings) -> Finding:
    if has_output_device(settings.speech.device):
        return Finding("sound", "ok", "there is a loudspeaker")
    reason = "PortAudio or a sound card is missing" if sys.platform == "linux" else "no sound card"
    return Finding("sound", "note", f"replies are not played: {reason}")
