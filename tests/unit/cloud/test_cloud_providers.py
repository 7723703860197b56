"""The provider table and what is told of failures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx2
import pytest

from cockpit.cloud.failures import retry_after_s
from cockpit.cloud.providers import load_table
from cockpit.cloud.reading import estimated_tokens
from cockpit.errors import CloudError, ConfigError

WANTED = {"openai", "qwen", "deepseek", "zhipu", "ernie", "spark", "pangu", "doubao", "minimax", "self-hosted"}


def test_the_table_holds_all_that_are_promised() -> None:
    table = load_table()
    assert set(table.providers) == WANTED
    assert table.provider("openai").model().name == "gpt-4o-mini"
    assert len({provider.base_url for provider in table.providers.values()}) == len(WANTED)
    assert all(
        provider.base_url.startswith("https://") for name, provider in table.providers.items() if name != "self-hosted"
    )


def test_costs_are_counted_in_one_unit() -> None:
    table = load_table()
    openai = table.provider("openai")
    assert table.cost(openai, openai.model("gpt-4o-mini"), 1_000_000, 0) == pytest.approx(0.15 * table.exchange["USD"])


def test_a_file_of_ones_own_adds_and_replaces(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        "providers: {qwen: {title: Q, base_url: 'http://q/v1', key_env: Q, currency: EUR, source: '',"
        " models: [{name: m, input: 1, output: 2, context: 100, checked: null}]}}\nexchange: {EUR: 8.0}\n"
    )
    table = load_table(own)
    assert set(table.providers) == WANTED
    qwen = table.provider("qwen")
    assert (qwen.base_url, qwen.model().name) == ("http://q/v1", "m")
    assert table.cost(qwen, qwen.model(), 0, 1_000_000) == 16.0


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "providers: {x: 3}",
        "providers: {x: {title: X}}",
        "providers: {x: {title: X, base_url: 'ftp://x', key_env: K, currency: CNY, source: '', models: []}}",
        "providers: {qwen: {title: Q, base_url: 'http://q', key_env: Q, currency: XYZ, source: '',"
        " models: [{name: m, input: 1, output: 2, context: 100, checked: null}]}}",
    ],
)
def test_a_table_that_is_none_is_a_mistake(text: str, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(text)
    with pytest.raises(ConfigError):
        load_table(own)


def test_unknown_names_are_told_with_the_known_ones() -> None:
    table = load_table()
    with pytest.raises(ConfigError, match="deepseek"):
        table.provider("deepsek")
    with pytest.raises(ConfigError, match="gpt-4o-mini"):
        table.provider("openai").model("gpt-2")


def test_keys_come_from_the_environment_before_the_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = load_table().provider("qwen")
    monkeypatch.delenv("DASHSCOPE_API_KEY", raising=False)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    with pytest.raises(CloudError, match="DASHSCOPE_API_KEY"):
        provider.key()
    (tmp_path / "cloud-key-qwen").write_text("from-a-file\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    key = provider.key()
    assert key is not None
    assert key.get_secret_value() == "from-a-file"
    monkeypatch.setenv("DASHSCOPE_API_KEY", " from-the-environment ")
    key = provider.key()
    assert key is not None
    assert key.get_secret_value() == "from-the-environment"
    assert "from" not in repr(key)


@pytest.mark.parametrize(
    ("given", "wait_s"),
    [
        ("3", 3.0),
        ("0.5", 0.5),
        ("-1", 0.0),
        ("", None),
        ("soon", None),
        ("inf", None),
        ("nan", None),
        ("99" * 300, None),
    ],
)
def test_retry_after(given: str, wait_s: float | None) -> None:
    assert retry_after_s(httpx2.Headers({"Retry-After": given})) == wait_s


def test_retry_after_may_be_a_date() -> None:
    when = datetime.now(UTC) + timedelta(seconds=100)
    wait_s = retry_after_s(httpx2.Headers({"Retry-After": format_datetime(when, usegmt=True)}))
    assert wait_s is not None
    assert 90 < wait_s <= 100


def test_tokens_are_estimated_rather_high() -> None:
    assert estimated_tokens("今天天气") == 4
    assert estimated_tokens("weather") == 3
    assert estimated_tokens("") == 0
