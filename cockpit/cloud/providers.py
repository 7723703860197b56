"""The provider table: where each cloud model is, what it is called, what it costs, and the key to it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from cockpit.config import credential
from cockpit.errors import CloudError, ConfigError
from cockpit.yamlfile import read_yaml

TABLE = Path(__file__).with_name("providers.yaml")

PER = 1_000_000
"""Tokens that a price is for."""

Extra = dict[str, object]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ModelRow(_Row):
    """One model of a provider; prices per million tokens in the provider's currency."""

    name: str
    input: Annotated[float, Field(ge=0)]
    output: Annotated[float, Field(ge=0)]
    context: Annotated[int, Field(gt=0)]
    """Tokens of request and answer together."""
    checked: date | None
    """When the price was last read on the provider's page; None is a guess."""
    extra: Extra = Field(default_factory=dict)
    """Goes into the request's body, over the provider's own."""


class Provider(_Row):
    """One service that speaks OpenAI's chat interface."""

    id: str
    title: str
    base_url: Annotated[str, Field(pattern=r"^https?://")]
    key_env: str
    key_needed: bool = True
    currency: str
    source: str
    models: Annotated[tuple[ModelRow, ...], Field(min_length=1)]
    limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    usage: bool = True
    extra: Extra = Field(default_factory=dict)

    def model(self, name: str = "") -> ModelRow:
        """The model called `name`, or the first. Raises `ConfigError` (`config-model`)."""
        for row in self.models:
            if row.name == name or not name:
                return row
        known = ", ".join(row.name for row in self.models)
        raise ConfigError("model", f"{self.id} has no model {name} in the provider table ({known})")

    def key(self) -> SecretStr | None:
        """The key from the environment, or the systemd credential `cloud-key-<id>`; None where none is needed.

        Raises `CloudError` (`cloud-key`), which names where a key is looked for.
        """
        given = os.environ.get(self.key_env, "").strip()
        key = SecretStr(given) if given else credential(f"cloud-key-{self.id}")
        if key is None and self.key_needed:
            raise CloudError("key", f"no key for {self.id}: set {self.key_env} or the credential cloud-key-{self.id}")
        return key


class Table(_Row):
    """All providers, with what their currencies are worth in `unit`."""

    unit: str
    exchange: Mapping[str, Annotated[float, Field(gt=0)]]
    providers: Mapping[str, Provider]

    def provider(self, name: str) -> Provider:
        """Raises `ConfigError` (`config-provider`)."""
        try:
            return self.providers[name]
        except KeyError:
            known = ", ".join(self.providers)
            raise ConfigError("provider", f"no provider {name} in the provider table ({known})") from None

    def cost(self, provider: Provider, model: ModelRow, tokens_in: int, tokens_out: int) -> float:
        """What a call costs, in `unit`."""
        price = (tokens_in * model.input + tokens_out * model.output) / PER
        return price * self.exchange[provider.currency]


def load_table(own: Path | None = None) -> Table:
    """The table that comes along, with the providers of the user's file before it.

    Raises `ConfigError` (`config-unreadable`, `config-syntax`, `config-invalid`).
    """
    merged = _document(TABLE)
    for section, value in _document(own).items() if own is not None else ():
        merged[section] = {**merged.get(section, {}), **value} if isinstance(value, dict) else value
    try:
        rows = {name: {"id": name, **row} for name, row in merged["providers"].items()}
        table = Table.model_validate({**merged, "providers": rows})
    except (ValidationError, TypeError) as error:
        raise ConfigError("invalid", f"provider table {own or TABLE}: {error}") from error
    for provider in table.providers.values():
        if provider.currency not in table.exchange:
            raise ConfigError("invalid", f"provider {provider.id}: no exchange for {provider.currency}")
    return table


def _document(file: Path) -> dict[str, Any]:
    document = read_yaml(file)
    if not isinstance(document, dict):
        raise ConfigError("invalid", f"{file} is no provider table")
    return document
