"""Scenarios as tests of pytest: `pytest -p hil.scenario.plugin --rig FILE hil/scenarios`.

Nothing is collected without `--rig`. The rig is opened when the first scenario runs, on a thread of its own, so that it
lives on between them; the run is written down when the session ends, and fails it where a budget is broken.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from threading import Thread

import pytest

from hil.rig.rig import open_rig
from hil.scenario.load import Loaded, load_file
from hil.scenario.outcome import RunOutcome, ScenarioOutcome
from hil.scenario.run import Runner, write
from hil.scenario.telling import complaints

Job = tuple[Loaded, "Future[ScenarioOutcome]"]


class RigThread:
    """A rig, open on its own event loop, for callers that have none."""

    def __init__(self, rig: Path, out: Path) -> None:
        self._rig, self._out = rig, out
        self._loop: asyncio.AbstractEventLoop | None = None
        self._jobs: asyncio.Queue[Job | None] | None = None
        self._ready: Future[None] = Future()
        self._thread = Thread(target=self._run, name="rig", daemon=True)
        self.outcome: RunOutcome | None = None

    def run(self, loaded: Loaded) -> ScenarioOutcome:
        """One scenario; opens the rig at first. Raises what opening it raised."""
        if self._thread.ident is None:
            self._thread.start()
        self._ready.result()
        done: Future[ScenarioOutcome] = Future()
        self._put((loaded, done))
        return done.result()

    def close(self) -> None:
        """Give the rig back and write down what there was."""
        if self._thread.is_alive():
            self._put(None)
            self._thread.join()

    def _put(self, job: Job | None) -> None:
        assert self._loop is not None  # noqa: S101 (ready)
        assert self._jobs is not None  # noqa: S101
        self._loop.call_soon_threadsafe(self._jobs.put_nowait, job)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            if self._ready.done():
                raise
            self._ready.set_exception(error)

    async def _serve(self) -> None:
        self._loop, self._jobs = asyncio.get_running_loop(), asyncio.Queue()
        async with open_rig(self._rig, folder=self._out) as rig:
            runner = Runner(rig)
            self._ready.set_result(None)
            async with runner.running():
                while (job := await self._jobs.get()) is not None:
                    await _do(runner, *job)
            self.outcome = runner.outcome()
            write(self.outcome, self._out)


async def _do(runner: Runner, loaded: Loaded, done: Future[ScenarioOutcome]) -> None:
    try:
        done.set_result(await runner.scenario(loaded))
    except Exception as error:  # noqa: BLE001 (it is the waiting test that fails)
        done.set_exception(error)


RIG = pytest.StashKey[RigThread]()


class ScenarioFailedError(Exception):
    """A scenario that did not pass; the message is the whole report of it."""


class ScenarioFile(pytest.File):
    def collect(self) -> Iterator[ScenarioItem]:
        for loaded in load_file(self.path):
            yield ScenarioItem.from_parent(self, name=loaded.scenario.id, loaded=loaded)


class ScenarioItem(pytest.Item):
    def __init__(self, *, loaded: Loaded, **more: object) -> None:
        super().__init__(**more)  # type: ignore[arg-type]
        self._loaded = loaded
        for tag in loaded.scenario.all_tags:
            self.extra_keyword_matches.add(tag)

    def runtest(self) -> None:
        outcome = self.config.stash[RIG].run(self._loaded)
        if not outcome.passed:
            if outcome.level == "should" and all(claim.ok for one in outcome.attempts for claim in one.claims):
                pytest.xfail(told(outcome))
            raise ScenarioFailedError(told(outcome))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        del style
        if isinstance(excinfo.value, ScenarioFailedError):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"{self._loaded.scenario.id}: {self._loaded.scenario.title}"


def told(outcome: ScenarioOutcome) -> str:
    """What was not as it should be, a line each."""
    lines = [f"attempt {one.number}: {line}" for one in outcome.attempts for line in complaints(one)]
    return "\n".join([f"{outcome.id}: {outcome.title}", *lines])


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("cockpit scenarios")
    group.addoption("--rig", type=Path, metavar="FILE", help="the rig on which scenarios (*.yaml) are run")
    group.addoption(
        "--rig-out", type=Path, default=Path("out/hil/pytest"), metavar="DIR", help="for run.json and sounds"
    )


def pytest_configure(config: pytest.Config) -> None:
    rig = config.getoption("--rig")
    if rig is not None:
        config.stash[RIG] = RigThread(rig, config.getoption("--rig-out"))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ScenarioFile | None:
    if RIG in parent.config.stash and file_path.suffix == ".yaml":
        return ScenarioFile.from_parent(parent, path=file_path)
    return None


def pytest_sessionfinish(session: pytest.Session) -> None:
    if RIG not in session.config.stash:
        return
    thread = session.config.stash[RIG]
    thread.close()
    figures = thread.outcome.figures if thread.outcome is not None else ()
    if any(not figure.ok for figure in figures) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    thread = config.stash.get(RIG, None)
    for figure in thread.outcome.figures if thread is not None and thread.outcome is not None else ():
        if not figure.ok:
            value = "missing" if figure.value is None else f"{figure.value:g}"
            terminalreporter.write_line(f"budget {figure.name}: {value} of {figure.limit:g} {figure.unit}", red=True)
