"""Settings of a turn, of who answers in it, and of what may be told to whom."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from cockpit.config.section import ROOT, Section, state_dir


class TurnSettings(Section):
    """Deadlines of one turn."""

    deadline_s: Annotated[float, Field(gt=0, le=60)] = 12.0
    """From the end of speech (or the arrival of a text) to the reply, whatever happens."""
    command_ttl_ms: Annotated[int, Field(ge=100, le=60_000)] = 3000
    result_timeout_s: Annotated[float, Field(gt=0, le=60)] = 6.0
    """How long a moving actuator or a busy app is waited for."""
    context_s: Annotated[float, Field(gt=0, le=3600)] = 60.0
    queue: Annotated[int, Field(ge=1, le=100)] = 4
    """Utterances of one zone that may wait; one more is refused with an error."""


class LanguageModelSettings(Section):
    """The language model on the board, which talks."""

    model: str = "auto"
    """auto is the best one that was pulled and fits into free memory; the id of one in the manifest; none."""
    threads: Annotated[int, Field(ge=1, le=16)] = 1
    """Two write half as fast again on two free cores, and half as fast while something else runs, as a voice does."""
    context_tokens: Annotated[int, Field(ge=512, le=32_768)] = 2048
    propose: bool = False
    """Whether it may propose acts for what nothing else understood (always asked about first). Off: of requests that
    only hint at what is wanted, qwen2.5-coder-0.5b gets a fifth right and most wrong, and it hears a wish in every
    remark (`python -m hil.routing.proposing`)."""


class CloudSettings(Section):
    """Cloud models: off unless turned on. Keys are never settings (`cockpit/cloud/providers.yaml` names where each is
    looked for)."""

    enabled: bool = False
    providers: list[str] = ["qwen"]
    """Whom to ask, by name in the provider table, best first; `name/model` for another than its first model."""
    providers_file: Path | None = None
    """A provider table of one's own, over the one that comes along."""
    strategy: Literal["first", "best"] = "first"
    """first asks the providers side by side and takes the first good answer; best takes of those that have answered
    within `judge_s` the one in the right script that ends what it says and that the others agree with most."""
    side_by_side: Annotated[int, Field(ge=1, le=4)] = 1
    """How many of `providers` are asked at once; each call costs. The others are for when one of them is away."""
    first_token_s: Annotated[float, Field(gt=0, le=30)] = 2.0
    """From the request to the first words of an answer."""
    deadline_s: Annotated[float, Field(gt=0, le=60)] = 8.0
    """From the request to the end of the answer."""
    judge_s: Annotated[float, Field(gt=0, le=30)] = 4.0
    """How long `best` waits for answers."""
    reply_tokens: Annotated[int, Field(ge=16, le=4096)] = 256
    """An answer that goes on after this many is cut."""
    reply_kb: Annotated[int, Field(ge=4, le=4096)] = 256
    """Bytes read of one response, whatever is in it."""
    budget_month: Annotated[float, Field(ge=0)] = 20.0
    """What all calls of a calendar month may cost, in the provider table's unit (yuan)."""
    breaker_failures: Annotated[int, Field(ge=1, le=20)] = 3
    """Failures in a row after which a provider is left alone for a while."""
    breaker_s: Annotated[float, Field(gt=0, le=3600)] = 30.0
    """For how long at first; doubled each time that it fails again, up to ten times as long."""
    ca_file: Path | None = None
    """Certificates (PEM) to trust besides the system's, for a server of one's own."""
    probe_s: Annotated[float, Field(gt=0, le=3600)] = 15.0
    """How often the link is probed when nothing else tells about it."""
    probe_metered_s: Annotated[float, Field(gt=0, le=3600)] = 120.0
    """The same where traffic is paid by volume."""
    probe_deadline_s: Annotated[float, Field(gt=0, le=30)] = 2.0


class ManualSettings(Section):
    """The owner's manual, from which questions about how the car works are answered."""

    zh: list[Path] = [ROOT / "cockpit" / "profiles" / "reference.manual.zh.md"]
    """Its Markdown files in Chinese, in order; none leaves such questions unanswered."""
    en: list[Path] = [ROOT / "cockpit" / "profiles" / "reference.manual.en.md"]
    """The same in English."""
    meanings: bool = True
    """Whether it is searched by meaning too, where `cockpit models pull e5-small` was done; by words alone else."""


class PrivacySettings(Section):
    """The local record of what was sent to the cloud (`cockpit privacy log`)."""

    record: Path = Field(default_factory=lambda: state_dir() / "sent.jsonl")
    contacts: Path | None = None
    """Names of people that must not leave the board: a vCard file (`.vcf`), or a name a line."""
    keep_text: bool = False
    """Whether the record holds the redacted text itself; else its SHA-256 and length only."""
    record_mb: Annotated[float, Field(gt=0, le=1024)] = 4.0
    """The record's size at most, its older half included; the oldest sends go."""
    fsync: bool = True
    """Whether each line is on the disk before anything is sent."""
