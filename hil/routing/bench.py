"""`make bench-route`: a day's requests answered at a good, a weak and no link.

The whole service on a real broker, with the model on the board; the cloud is a real model server (the same small model
over real HTTP) behind the weak-network proxy. Every request of mix.{lang}.yaml is typed once at each link. Measured:
who answered, when the first word was there and when it can be heard, what it cost beside asking the cloud every time,
and whether the answer is one by the rules in `hil.routing.judging`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cockpit.cloud.providers import Provider, Table, load_table
from cockpit.config import ROOT, CloudSettings, PrivacySettings, Settings, SpeechSettings, load_settings
from cockpit.router.situation import LinkLevel
from cockpit.tts.sentences import pieces
from cockpit.tts.speech import Speech
from cockpit.types import LANGS, Lang
from hil.conversation import Exchange
from hil.modelserver import model_server
from hil.routing.judging import good
from hil.routing.mix import Request, requests
from hil.routing.report import written
from hil.speech.replies import spoken
from hil.standalone import Stand, standalone
from hil.weaknet.faults import Fault
from hil.weaknet.proxy import WeakNet

Row = dict[str, Any]
LINKS: dict[LinkLevel, Fault] = {
    "good": Fault(delay_s=0.02),
    "weak": Fault(delay_s=0.35, jitter_s=0.2, loss=0.1),
    "none": Fault(mode="blackhole"),
}
PROBES = 3
PRICED_AS = "qwen"
"""Whose prices a call is counted at."""
TOKENS = (90, 60)
"""Of a request with what goes with it, and of an answer, where the cloud is asked every time."""
TABLE = """
providers:
  net:
    title: net
    base_url: {url}
    key_env: COCKPIT_BENCH_KEY
    currency: {currency}
    source: ""
    models: [{{name: {model}, input: {input}, output: {output}, context: 4096, checked: null}}]
"""


def chosen(lang: Lang, every: int) -> list[Request]:
    """Every `every`th request of each kind."""
    kinds: dict[str, int] = {}
    found = []
    for request in requests(lang):
        kinds[request.kind] = kinds.get(request.kind, -1) + 1
        if kinds[request.kind] % every == 0:
            found.append(request)
    return found


async def run(every: int, langs: Sequence[Lang]) -> list[Row]:
    """One row a request and link."""
    os.environ.setdefault("COCKPIT_BENCH_KEY", "bench")
    settings, rows = load_settings(), list[Row]()
    prices = load_table()
    speech = Speech.from_settings(settings)
    heard: dict[tuple[str, Lang], float] = {}
    async with model_server(settings.models_dir) as server:
        port = int(server.url.rsplit(":", 1)[1].split("/")[0])
        for level, fault in LINKS.items():
            for lang in langs:
                async with WeakNet("127.0.0.1", port, fault) as net:
                    with TemporaryDirectory(prefix="cockpit-") as folder:
                        own = _settings(settings, net.url, Path(folder), prices)
                        async with standalone(own) as stand:
                            await _settled(stand)
                            for request in chosen(lang, every):
                                exchange = await stand.person.type(request.text, lang)
                                await stand.person.reset()
                                rows.append(await _row(request, level, exchange, speech, heard))
                                _tell(rows[-1], len(rows))
        rows.append({"kind": "wire", "requests": len(server.received), "private": _leaked(server.received, langs)})
    await speech.close()
    return rows


def _settings(settings: Settings, url: str, folder: Path, prices: Table) -> Settings:
    """The bench's: the proxy as the only provider, at a real one's prices."""
    provider: Provider = prices.provider(PRICED_AS)
    row = provider.model("")
    file = folder / "providers.yaml"
    values = {"currency": provider.currency, "model": row.name, "input": row.input, "output": row.output}
    file.write_text(TABLE.format(url=url, **values), "utf-8")
    cloud = CloudSettings(enabled=True, providers=["net"], providers_file=file, budget_month=1000.0)
    return settings.model_copy(
        update={
            "cloud": cloud,
            "state_dir": folder,
            "privacy": PrivacySettings(record=folder / "sent.jsonl"),
            "speech": SpeechSettings(zh="none", en="none", output="none"),
        }
    )


async def _settled(stand: Stand) -> None:
    """Until everything is open and the link is known."""
    await stand.service.tiers.opened.wait()
    cloud = stand.service.tiers.cloud
    for _ in range(PROBES):
        if cloud is not None:
            await cloud.probe.once()


async def _row(
    request: Request, link: str, exchange: Exchange, speech: Speech, heard: dict[tuple[str, Lang], float]
) -> Row:
    receipts = exchange.all("receipt")
    words_ms = exchange.timings.get("words", exchange.timings["reply"])
    first = pieces(exchange.reply)[0].text if exchange.reply else ""
    if first and (first, request.lang) not in heard:
        heard[first, request.lang] = (await spoken(speech, first, request.lang)).first_ms
    routes = exchange.all("route")
    return {
        "lang": request.lang,
        "kind": request.kind,
        "link": link,
        "text": request.text,
        "reply": exchange.reply,
        "reply_kind": exchange.kind,
        "tiers": sorted({route["tier"] for route in routes}),
        "reasons": sorted({route["reason"] for route in routes}),
        "answered": sorted({receipt["answered"] for receipt in receipts} | ({"nlu"} if not receipts else set())),
        "cloud_calls": sum(receipt["route"]["tier"] == "cloud" for receipt in receipts),
        "words_ms": round(words_ms, 1),
        "sound_ms": round(words_ms + heard.get((first, request.lang), 0.0), 1),
        "cost": sum(receipt["cost"] for receipt in receipts),
        "errors": [error["code"] for error in exchange.all("error")],
        "good": good(request, exchange),
    }


def _leaked(received: Sequence[Any], langs: Sequence[Lang]) -> int:
    """How many private requests of the mix stand in what came over the wire."""
    private = [request.text for lang in langs for request in requests(lang) if request.kind == "private"]
    bodies = [request.body.decode("utf-8", "replace") for request in received]
    written = [(text, json.dumps(text)[1:-1]) for text in private]
    return sum(plain in body or escaped in body for body in bodies for plain, escaped in written)


def always_cloud(lang: Lang, count: int) -> float:
    """What `count` requests would cost if the cloud answered each."""
    table = load_table()
    provider = table.provider(PRICED_AS)
    del lang
    return count * table.cost(provider, provider.model(""), *TOKENS)


def _tell(row: Row, number: int) -> None:
    line = f"{number} {row['link']} {row['lang']} {row['kind']}: {row['text'][:30]} → {row['reply'][:40]}"
    print(line, file=sys.stderr, flush=True)


def summary(rows: Sequence[Row]) -> list[Row]:
    """One row a language and link."""
    found = []
    for link in LINKS:
        for lang in LANGS:
            of = [row for row in rows if row.get("link") == link and row["lang"] == lang]
            if of:
                sound = [row["sound_ms"] for row in of]
                found.append(
                    {
                        "lang": lang,
                        "link": link,
                        "requests": len(of),
                        "on_board": sum(not row["cloud_calls"] for row in of) / len(of),
                        "sound_ms": statistics.median(sound),
                        "sound_p95_ms": sorted(sound)[min(len(sound) - 1, int(0.95 * len(sound)))],
                        "late": sum(one > 1500 for one in sound),
                        "good": sum(row["good"] for row in of) / len(of),
                        "calls": sum(row["cloud_calls"] for row in of),
                        "cost": sum(row["cost"] for row in of),
                        "always": always_cloud(lang, len(of)),
                    }
                )
    return found


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m hil.routing.bench", description="share of the board, waits, cost")
    parser.add_argument("--every", type=int, default=1, help="take every Nth request of each kind (default all)")
    parser.add_argument("--lang", nargs="+", choices=LANGS, default=[*LANGS])
    parser.add_argument("--out", type=Path, default=Path("out/route.json"))
    parser.add_argument("--docs", type=Path, default=ROOT / "docs")
    parser.add_argument("--pages", action="store_true", help="measure nothing; page and plot of the last report anew")
    options = parser.parse_args(arguments)
    if options.pages:
        report = json.loads(options.out.read_text("utf-8"))
    else:
        begun = time.monotonic()
        rows = asyncio.run(run(options.every, options.lang))
        report = {"summary": summary(rows), "rows": rows, "every": options.every, "load": os.getloadavg()[0]}
        report["seconds"] = round(time.monotonic() - begun)
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", "utf-8")
    written(report, options.docs if options.every == 1 else options.out.parent)


if __name__ == "__main__":
    main()
