from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from cockpit.asr.engines import EngineRow
from cockpit.asr.model_files import require
from cockpit.asr.recognition import Recognition
from cockpit.config import AsrSettings
from cockpit.errors import ModelError, RecognitionError
from cockpit.ports import Expectation, RecognizerCapabilities
from cockpit.types import Lang, Pcm, Transcript, Utterance

UTTERANCE = Utterance(np.zeros(16_000, np.float32), "driver", 0.0)


@dataclass
class Engine:
    """Says what it is told to; its model is one file. Counts what is asked of it, and on which threads."""

    name: str
    models: Path
    says: dict[Lang, tuple[str, float]]
    languages: dict[Lang, float] = field(default_factory=dict)
    loads: int = 0
    detections: int = 0
    heard: list[Lang | None] = field(default_factory=list)
    expected: list[Expectation | None] = field(default_factory=list)
    threads: set[str] = field(default_factory=set)
    blocked_by: threading.Event | None = None
    closed: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        detects = bool(self.languages)
        self.capabilities = RecognizerCapabilities(
            self.name, f"{self.name}-model", tuple(self.says), streaming=False, detects_language=detects
        )
        self.file = self.models / f"{self.name}-model" / "weights"
        self.file.parent.mkdir(parents=True)
        self.file.write_text("good")

    def load(self) -> None:
        self.loads += 1
        require(self.file.parent, ("weights",))
        if self.file.read_text() != "good":
            raise ModelError("corrupt", f"{self.name} is broken")

    def recognise(self, pcm: Pcm, lang: Lang | None, expected: Expectation | None = None) -> Transcript:
        assert len(pcm)
        self.expected.append(expected)
        self.threads.add(threading.current_thread().name)
        self.heard.append(lang)
        if self.blocked_by is not None:
            self.blocked_by.wait(10)
        chosen = lang or max(self.languages, key=lambda known: self.languages[known])
        text, confidence = self.says[chosen]
        return Transcript(text, chosen, self.name, confidence)

    def detect(self, pcm: Pcm) -> dict[Lang, float]:
        assert len(pcm)
        self.detections += 1
        return self.languages

    def close(self) -> None:
        self.closed.set()


@dataclass
class Bench:
    recognition: Recognition
    moonshine: Engine
    whisper: Engine

    async def hear(self, lang: Lang | None = None) -> tuple[str, str]:
        transcript = await self.recognition.transcribe(UTTERANCE, lang)
        return transcript.engine, transcript.text


@pytest.fixture
async def make(tmp_path: Path) -> AsyncIterator[Callable[..., Bench]]:
    made: list[Recognition] = []

    def bench(english: tuple[str, float] = ("open it", 0.9), chinese: float = 0.9, **settings: object) -> Bench:
        moonshine = Engine("moonshine", tmp_path, {"en": english})
        whisper = Engine(
            "whisper", tmp_path, {"zh": ("打开", 0.8), "en": ("open", 0.8)}, {"zh": chinese, "en": 1 - chinese}
        )
        engines = {
            engine.name: EngineRow(lambda _, name=engine.name: f"{name}-model", lambda *_, engine=engine: engine)
            for engine in (moonshine, whisper)
        }
        made.append(Recognition(AsrSettings.model_validate(settings), tmp_path, engines))
        return Bench(made[-1], moonshine, whisper)

    yield bench
    for recognition in made:
        recognition.close()


async def test_each_language_has_its_engine_on_a_thread_of_its_own(make: Callable[..., Bench]) -> None:
    bench = make()
    assert await bench.hear("en") == ("moonshine", "open it")
    assert await bench.hear("zh") == ("whisper", "打开")
    assert bench.moonshine.threads.isdisjoint(bench.whisper.threads)
    assert threading.current_thread().name not in bench.moonshine.threads | bench.whisper.threads


async def test_a_zone_has_its_language(make: Callable[..., Bench]) -> None:
    bench = make(zone_language={"driver": "zh"})
    assert await bench.hear() == ("whisper", "打开")
    assert bench.moonshine.heard == []
    assert await bench.hear("en") == ("moonshine", "open it")


async def test_sure_english_needs_no_language_detection(make: Callable[..., Bench]) -> None:
    bench = make()
    assert await bench.hear() == ("moonshine", "open it")
    assert bench.whisper.loads == 0


async def test_no_english_word_is_chinese(make: Callable[..., Bench]) -> None:
    bench = make(english=("", 0.8))
    assert await bench.hear() == ("whisper", "打开")
    assert bench.whisper.detections == 0


@pytest.mark.parametrize(("chinese", "heard"), [(0.9, ("whisper", "打开")), (0.2, ("moonshine", "da kai"))])
async def test_unsure_english_is_told_apart_by_whisper(
    make: Callable[..., Bench], chinese: float, heard: tuple[str, str]
) -> None:
    bench = make(english=("da kai", 0.4), chinese=chinese)
    assert await bench.hear() == heard
    assert bench.whisper.detections == 1


async def test_whisper_alone_detects_by_itself(make: Callable[..., Bench]) -> None:
    bench = make(en="whisper")
    assert await bench.hear() == ("whisper", "打开")
    assert (bench.whisper.heard, bench.whisper.detections) == (["zh"], 1)


async def test_english_falls_back_to_whisper(make: Callable[..., Bench]) -> None:
    bench = make()
    bench.moonshine.file.unlink()
    assert await bench.hear("en") == ("whisper", "open")
    assert await bench.hear() == ("whisper", "打开")
    assert bench.recognition.ready() == {"zh": True, "en": True}


async def test_without_whisper_english_still_works_and_chinese_is_a_clear_error(make: Callable[..., Bench]) -> None:
    bench = make(english=("open it", 0.4))
    bench.whisper.file.write_text("bad")
    assert await bench.hear() == ("moonshine", "open it")
    for _ in range(3):
        with pytest.raises(ModelError) as error:
            await bench.hear("zh")
        assert error.value.code == "model-corrupt"
    assert bench.whisper.loads == 1
    assert bench.recognition.ready() == {"zh": False, "en": True}
    assert [status.state for status in bench.recognition.status()] == ["broken", "loaded"]


async def test_a_model_that_is_repaired_works_without_a_restart(make: Callable[..., Bench]) -> None:
    bench = make()
    bench.whisper.file.unlink()
    with pytest.raises(ModelError, match="cockpit models pull whisper-model") as error:
        await bench.hear("zh")
    assert error.value.code == "model-missing"
    bench.whisper.file.write_text("good")
    assert bench.recognition.ready()["zh"]
    assert await bench.hear("zh") == ("whisper", "打开")


async def test_what_comes_too_late_is_an_error_and_the_next_one_works(make: Callable[..., Bench]) -> None:
    bench = make(deadline_s=0.05)
    bench.whisper.blocked_by = threading.Event()
    with pytest.raises(RecognitionError) as error:
        await bench.hear("zh")
    assert error.value.code == "asr-late"
    bench.whisper.blocked_by.set()
    bench.whisper.blocked_by = None
    assert await bench.hear("zh") == ("whisper", "打开")


async def test_the_loop_is_free_while_an_engine_works(make: Callable[..., Bench]) -> None:
    bench = make()
    bench.whisper.blocked_by = threading.Event()
    turn = asyncio.create_task(bench.hear("zh"))
    assert await bench.hear("en") == ("moonshine", "open it")
    assert not turn.done()
    bench.whisper.blocked_by.set()
    assert await turn == ("whisper", "打开")


async def test_warm_loads_what_is_used_and_status_tells(make: Callable[..., Bench]) -> None:
    bench = make()
    assert [status.state for status in bench.recognition.status()] == ["idle", "idle"]
    bench.moonshine.file.unlink()
    await bench.recognition.warm()
    whisper, moonshine = bench.recognition.status()
    assert (whisper.state, moonshine.state) == ("loaded", "missing")
    assert "cockpit models pull moonshine-model" in moonshine.message


async def test_close_frees_the_engines(make: Callable[..., Bench]) -> None:
    bench = make()
    await bench.hear("zh")
    bench.recognition.close()
    assert await asyncio.to_thread(bench.whisper.closed.wait, 10)
    with pytest.raises(RecognitionError) as error:
        await bench.hear("zh")
    assert error.value.code == "asr-closed"


class Known:
    """Satisfies `ports.Expectation`, and gives itself whatever is asked."""

    words = phrases = ("open",)

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    def expected(self, expecting: str = "", offered: Sequence[str] = ()) -> Known:
        self.asked.append((expecting, tuple(offered)))
        return self

    def cost(self, first: str, second: str, word: str) -> float:
        return 1.0


async def test_what_is_expected_reaches_the_engine_of_the_language(make: Callable[..., Bench]) -> None:
    bench, known = make(), Known()
    bench.recognition.lean_on({"zh": known})
    await bench.recognition.transcribe(UTTERANCE, "zh", "contact", ("妈妈",))
    await bench.recognition.transcribe(UTTERANCE, "en")
    assert known.asked == [("contact", ("妈妈",))]
    assert (bench.whisper.expected, bench.moonshine.expected) == ([known], [None])


async def test_what_was_said_so_far_is_told_without_leaning(make: Callable[..., Bench]) -> None:
    bench, known = make(), Known()
    bench.recognition.lean_on({"zh": known, "en": known})
    partial = await bench.recognition.partial(UTTERANCE.pcm, "en")
    assert (partial.text, partial.final, bench.moonshine.expected) == ("open it", False, [None])


async def test_the_language_is_told_without_leaning(make: Callable[..., Bench]) -> None:
    bench, known = make(), Known()
    bench.recognition.lean_on({"zh": known, "en": known})
    assert await bench.hear() == ("moonshine", "open it")
    assert bench.moonshine.expected == [None, known]
