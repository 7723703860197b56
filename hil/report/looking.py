"""Opens a report in a headless Chromium, as a reader would, and tells what is wrong with it.

`python -m hil.report.looking REPORT.html [--shots FOLDER]`: 0 when nothing is, or where there is no browser; says how
long it took to open. Needs playwright (extra `dev`) and an installed Chromium or Chrome; nothing is downloaded and
nothing is reached over the network.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import shutil
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, Page, ViewportSize, async_playwright
from playwright.async_api import TimeoutError as TooLate

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--mute-audio")
"""For a container without a sandbox of its own, a screen or a way out."""
WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}
LOOKS: tuple[tuple[str, ViewportSize, Literal["light", "dark"]], ...] = (
    ("light", WIDE, "light"),
    ("dark", WIDE, "dark"),
    ("narrow", NARROW, "light"),
)
TIMEOUT_MS = 20_000.0


def find_chromium() -> str | None:
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """The installed browser. Raises `RuntimeError` where there is none."""
    program = find_chromium()
    if program is None:
        raise RuntimeError(f"none of {', '.join(PROGRAMS)} is installed")
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=program, args=FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


async def opened(page: Page, address: str, said: list[str]) -> float:
    """Load the report at that URI; what the browser complains of, then and later, goes into `said`. Returns the
    milliseconds until its scenarios were there."""
    page.set_default_timeout(TIMEOUT_MS)
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: said.append(f"asks for {request.url}") if _goes_out(request.url) else None)
    began_s = time.monotonic()
    await page.goto(address)
    await page.wait_for_selector("#rows")
    return 1000 * (time.monotonic() - began_s)


def _goes_out(url: str) -> bool:
    return not url.startswith(("file:", "data:", "blob:"))


@dataclass(frozen=True, slots=True)
class Look:
    """What was found. `opened_ms` is from asking for the page to its list of scenarios, the first time."""

    wrong: tuple[str, ...]
    opened_ms: float


async def look(address: str, shots: Path | None = None) -> Look:
    """Everything that is wrong: complaints of the browser, no list of scenarios, scenarios that do not open, a page
    wider than its window. Screenshots of its top and of its first failed scenario go into `shots`."""
    wrong: list[str] = []
    took_ms: list[float] = []
    async with chromium() as browser:
        for name, size, colours in LOOKS:
            page = await browser.new_page(viewport=size, color_scheme=colours)
            said: list[str] = []
            try:
                took_ms.append(await opened(page, address, said))
                said += await _looked_through(page, name, shots)
            except TooLate as late:
                said.append(str(late).splitlines()[0])
            wrong += [f"{name}: {complaint}" for complaint in said]
            await page.close()
    return Look(tuple(wrong), took_ms[0] if took_ms else math.inf)


async def _looked_through(page: Page, name: str, shots: Path | None) -> list[str]:
    if shots is not None:
        await page.screenshot(path=shots / f"{name}.png")
    await _open_scenarios(page, all_of_them=name == "light")
    opened_ones = page.locator(".scenario[open]")
    if shots is not None and await opened_ones.count():
        await opened_ones.first.screenshot(path=shots / f"{name}-scenario.png")
    wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return ["the page is wider than its window"] if wide else []


async def _open_scenarios(page: Page, all_of_them: bool) -> None:
    """The first failed one, else the first; or all. Each must show its inside in time."""
    failed = page.locator('.scenario[data-passed="false"]')
    chosen = failed if await failed.count() else page.locator(".scenario")
    for scenario in await page.locator(".scenario").all() if all_of_them else [chosen.first]:
        if await scenario.count():
            await scenario.evaluate("one => { one.open = true; }")
            await scenario.locator(".body").wait_for()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m hil.report.looking", description=__doc__)
    parser.add_argument("report", type=Path)
    parser.add_argument("--shots", type=Path, help="folder for screenshots")
    chosen = parser.parse_args(arguments)
    if find_chromium() is None:
        sys.stdout.write(f"{chosen.report}: not looked at, for none of {', '.join(PROGRAMS)} is installed\n")
        return 0
    found = asyncio.run(look(chosen.report.resolve().as_uri(), chosen.shots))
    size_mb = chosen.report.stat().st_size / 1e6
    sys.stdout.write("".join(f"{line}\n" for line in found.wrong))
    sys.stdout.write(f"{chosen.report}: {size_mb:.1f} MB, opened in {found.opened_ms:.0f} ms, ")
    sys.stdout.write(f"{len(found.wrong)} complaints\n")
    return 1 if found.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
