"""The report in a real browser, as somebody reads it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from hil.report import write_report
from hil.report.looking import LOOKS, PROGRAMS, WIDE, chromium, find_chromium, look, opened
from hil.scenario.outcome import RunOutcome
from tests.report_runs import attempt, everything, large, run, scenario, write_run, write_wav

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(find_chromium() is None, reason=f"none of {', '.join(PROGRAMS)} is installed"),
]


def report(folder: Path, outcome: RunOutcome, *earlier: RunOutcome) -> Path:
    folders = [write_run(one, folder / f"before-{n}") for n, one in enumerate(earlier)]
    out = folder / "report.html"
    write_report(write_run(outcome, folder), folders, out)
    return out


@pytest.fixture
def said() -> list[str]:
    """What the browser complained of."""
    return []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, said: list[str]) -> AsyncIterator[Page]:
    """A window of an English reader; the test fails when the browser complains of anything."""
    page = await browser.new_page(viewport=WIDE, locale="en-GB", color_scheme="light")
    yield page
    await page.close()
    assert said == []


@pytest_asyncio.fixture(loop_scope="module")
async def shown(page: Page, said: list[str], tmp_path: Path) -> Page:
    await opened(page, report(tmp_path, everything()).as_uri(), said)
    return page


async def names(page: Page) -> list[str]:
    return [str(await one.get_attribute("id")) for one in await page.locator(".scenario").all()]


async def test_a_look_finds_nothing_wrong_and_takes_pictures(browser: Browser, tmp_path: Path) -> None:
    found = await look(report(tmp_path, everything(), run(scenario("passes"))).as_uri(), tmp_path / "shots")
    assert found.wrong == ()
    sizes = {file.stem: file.stat().st_size for file in (tmp_path / "shots").iterdir()}
    assert set(sizes) == {f"{look}{part}" for look in ("light", "dark", "narrow") for part in ("", "-scenario")}
    blank = await (await browser.new_page(viewport=WIDE)).screenshot()
    assert min(sizes.values()) > 3 * len(blank)


INLINE = "script-src 'unsafe-inline';"
OUTSIDE = '<img src="http://192.0.2.1/x.png" alt="">'


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({'"use strict";': '"use strict"; // not what was hashed'}, "Content Security Policy"),
        ({"<noscript>": f"{OUTSIDE}<noscript>"}, "Content Security Policy"),
        ({"<noscript>": f"{OUTSIDE}<noscript>", "img-src data:": "img-src *"}, "asks for http://192.0.2.1/x.png"),
        ({"script-src 'sha256-": f"{INLINE} 'sha256", "function details(": "function gone("}, "details is not defined"),
        ({"max-width:76rem": "min-width:2000px"}, "the page is wider than its window"),
    ],
    ids=["script", "outside", "request", "error", "wide"],
)
async def test_a_look_finds_what_is_wrong(
    changes: dict[str, str], complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hil.report.looking.TIMEOUT_MS", 2_000.0)
    monkeypatch.setattr("hil.report.looking.LOOKS", LOOKS[:1])
    file = report(tmp_path, everything())
    html = file.read_text("utf-8")
    for good, bad in changes.items():
        assert good in html
        html = html.replace(good, bad)
    file.write_text(html, "utf-8")
    assert complaint in " ".join((await look(file.as_uri())).wrong)


async def test_the_head_says_why_the_run_failed(shown: Page) -> None:
    await expect(shown).to_have_title("failed · virtual · cockpit hil")
    reasons = [await one.inner_text() for one in await shown.locator("#why li").all()]
    assert reasons[0].startswith("✗ lies a reply said what was not so: “车窗已打开。” ≠ Window = 40")
    assert "✗ memory: 1,700 MB, limit 1,600 MB" in reasons
    assert "✗ jitter: not measured" in reasons
    assert not any("should-fails" in reason for reason in reasons)


async def test_filters_leave_what_they_say(shown: Page) -> None:
    assert await names(shown) == ["passes", "unsteady", "lies", "breaks", "should-fails"]
    await shown.get_by_role("button", name="Failed", exact=True).click()
    assert await names(shown) == ["unsteady", "lies", "breaks", "should-fails"]
    await expect(shown.locator("#count")).to_have_text("4 of 5")
    await shown.get_by_label("Language").nth(1).select_option("en")
    assert await names(shown) == ["unsteady", "breaks"]
    await shown.get_by_label("Search words, tags, ids").fill("rig-late")
    assert await names(shown) == ["breaks"]
    await shown.get_by_label("Search words, tags, ids").fill("nothing like it")
    await expect(shown.locator("#rows")).to_have_text("No scenario matches.")


async def test_tag_level_and_order(shown: Page) -> None:
    await shown.get_by_label("Tag", exact=True).select_option("fault-delay")
    assert await names(shown) == ["unsteady", "breaks"]
    await shown.get_by_label("Tag", exact=True).select_option("")
    await shown.get_by_label("Level").select_option("should")
    assert await names(shown) == ["should-fails"]
    await shown.get_by_label("Level").select_option("")
    await shown.get_by_label("Order").select_option("name")
    assert await names(shown) == ["breaks", "lies", "passes", "should-fails", "unsteady"]


async def test_a_scenario_opens_on_its_failed_attempt_with_all_lanes(shown: Page) -> None:
    await shown.locator("#unsteady > summary").click()
    inside = shown.locator("#unsteady .body")
    await expect(inside.get_by_role("tab", selected=True)).to_have_text("✗ Attempt 2, 2 s")
    lanes = [await one.inner_html() for one in await inside.locator("text.lane").all()]
    assert lanes == [
        "Faults", "Steps", "Sound", "Turn", "Events", "set", "result", "state", "CAN", "Reply", "Host", "Expected",
    ]  # fmt: skip
    assert await inside.locator("rect.fault").count() == 1
    row = inside.get_by_role("row").filter(has_text="reply done")
    cells = [" ".join((await cell.inner_text()).split()) for cell in await row.get_by_role("cell").all()]
    assert cells == ["3", "reply done", "✓", "✗ got: failed: 车窗没有动。"]


async def test_keys_walk_from_entry_to_entry_and_show_them_raw(shown: Page) -> None:
    await shown.locator("#passes > summary").click()
    plot = shown.locator("#passes svg")
    await plot.focus()
    raw = shown.locator("#passes [role=region]")
    for _ in range(40):
        await shown.keyboard.press("ArrowRight")
        if "vehicle/demo/set/" in await raw.inner_text():
            break
    await expect(raw).to_contain_text('"value": 100')
    await expect(shown.locator("#passes [aria-live]")).to_contain_text(
        "set: Cabin.Door.Row1.DriverSide.Window.Position 100"
    )
    before = await plot.inner_html()
    await shown.keyboard.press("+")
    assert await plot.inner_html() != before


async def test_the_pointer_tells_what_is_under_it(shown: Page) -> None:
    await shown.locator("#passes > summary").click()
    fault = shown.locator("#passes rect.faultname")
    await fault.hover()
    await expect(shown.locator("#tip")).to_contain_text("delay ms 200")
    await fault.click()
    await expect(shown.locator("#passes [role=region]")).to_contain_text('"from_s": 0')
    await shown.mouse.move(2, 2)
    await expect(shown.locator("#tip")).to_be_hidden()


@pytest.mark.parametrize("seconds", [1.0, 120.0])
async def test_sounds_inside_and_beside_the_page_load_and_move_the_cursor(
    seconds: float, page: Page, said: list[str], tmp_path: Path
) -> None:
    folder = write_run(everything(), tmp_path)
    write_wav(folder / "said.wav", seconds)
    write_report(folder, [], folder / "report.html")
    await opened(page, (folder / "report.html").as_uri(), said)
    await page.locator("#passes > summary").click()
    player = page.locator("#passes audio").first
    source = str(await player.get_attribute("src"))
    assert source.startswith("data:audio/wav") if seconds == 1.0 else source == "said.wav"
    length = await player.evaluate(
        """audio => new Promise((done, failed) => {
             audio.addEventListener("error", () => failed(audio.error.message));
             if (audio.readyState > 0) done(audio.duration);
             else audio.addEventListener("loadedmetadata", () => done(audio.duration));
           })"""
    )
    assert length == pytest.approx(seconds, abs=0.01)
    await player.evaluate("audio => { audio.currentTime = 0.5; }")
    await page.locator("#passes line.cursor").wait_for(state="attached")


async def test_a_missing_sound_is_told(page: Page, said: list[str], tmp_path: Path) -> None:
    folder = write_run(everything(), tmp_path)
    await asyncio.to_thread((folder / "said.wav").unlink)
    write_report(folder, [], folder / "report.html")
    await opened(page, (folder / "report.html").as_uri(), said)
    await page.locator("#passes > summary").click()
    await expect(page.locator("#passes .sounds figure").first).to_contain_text("the file is missing")
    assert await page.locator("#passes audio").count() == 1


async def test_language_and_colours_switch_and_keep_what_is_open(shown: Page) -> None:
    await shown.locator("#lies > summary").click()
    await shown.get_by_role("button", name="中文").click()
    await expect(shown.locator("h1")).to_have_text("台架 virtual 上的测试")
    await expect(shown.locator("#lies .body")).to_contain_text("回复中的说法：1 条中有 1 条不实")
    assert await shown.evaluate("document.documentElement.lang") == "zh-CN"
    light = await shown.evaluate("getComputedStyle(document.body).backgroundColor")
    await shown.get_by_role("button", name="深色").click()
    assert await shown.evaluate("getComputedStyle(document.body).backgroundColor") != light


async def test_an_address_with_an_id_opens_that_scenario(page: Page, said: list[str], tmp_path: Path) -> None:
    await opened(page, report(tmp_path, everything()).as_uri() + "#breaks", said)
    await expect(page.locator("#breaks .body")).to_contain_text("rig-late: not online")


async def test_changes_since_earlier_runs_are_told_and_lead_there(page: Page, said: list[str], tmp_path: Path) -> None:
    slow = [attempt(n, hear_ms=400.0 + n) for n in (1, 2, 3)]
    quick = [attempt(n, hear_ms=300.0 + n) for n in (1, 2, 3)]
    before = run(scenario("a"), scenario("slow", *quick))
    now = run(scenario("a", attempt(ok=False)), scenario("slow", *slow), hours=1)
    await opened(page, report(tmp_path, now, before).as_uri(), said)
    await expect(page.locator("#comparison")).to_contain_text("New failures (1): a")
    row = page.locator("#comparison tr").filter(has_text="turn 1: hear")
    assert (await row.inner_text()).split("\t") == ["slow", "turn 1: hear", "302 ms", "402 ms", "± 1 ms", "▲ +33 %"]
    await row.get_by_role("link").click()
    await expect(page.locator("#slow .body")).to_be_visible()


async def test_everything_that_can_be_used_has_a_name(shown: Page) -> None:
    await shown.locator("#unsteady > summary").click()
    nameless = await shown.evaluate(
        """() => [...document.querySelectorAll("button, input, select, audio, [role=img], [role=tablist], svg")]
             .filter((one) => !(one.getAttribute("aria-label") || one.textContent.trim()))
             .map((one) => one.outerHTML)"""
    )
    assert nameless == []


async def test_a_large_run_opens_and_says_what_it_left_out(page: Page, said: list[str], tmp_path: Path) -> None:
    await opened(page, report(tmp_path, large(seconds=2)).as_uri(), said)
    await expect(page.locator("#count")).to_have_text("70 of 70")
    await page.locator("#s69 > summary").click()
    entries = page.locator("#s69 .inner").filter(has_text="entries")
    await expect(entries.locator("summary")).to_contain_text("of 519 entries")
    await entries.locator("summary").click()
    await expect(entries).to_contain_text("All of it is in run.json.")
