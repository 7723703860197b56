"""What threads bring the language model: `python -m hil.routing.threads`, alone and beside two busy processes."""

from __future__ import annotations

import asyncio
import multiprocessing
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from cockpit.config import load_settings
from cockpit.lm.conversation import conversation
from cockpit.lm.local import LocalModel
from cockpit.lm.rungs import chosen, free_mb

QUESTIONS = ("给我讲个笑话", "为什么天是蓝的", "推荐一首歌")
BUSY = 2
TOKENS = 40


def burn() -> None:
    while True:
        pass


@contextmanager
def busy(count: int) -> Iterator[None]:
    """Other work on the machine."""
    workers = [multiprocessing.Process(target=burn, daemon=True) for _ in range(count)]
    for worker in workers:
        worker.start()
    try:
        yield
    finally:
        for worker in workers:
            worker.kill()


async def speed(threads: int) -> tuple[float, float]:
    """Pieces a second once it writes, and the median of seconds until the first."""
    settings, texts = load_settings(), conversation("zh")
    rung = chosen(settings.lm.model, settings.models_dir, free_mb())
    if rung is None:
        sys.exit("no language model was pulled: run `cockpit models pull`")
    model = LocalModel(rung, settings.models_dir, threads, settings.lm.context_tokens)
    await model.warm(texts.opening)
    firsts, pieces, wrote_s = [], 0, 0.0
    for question in QUESTIONS:
        begun_s = first_s = time.monotonic()
        async for _ in model.stream(texts.prompt(question), limit_tokens=TOKENS):
            first_s = time.monotonic() if first_s == begun_s else first_s
            pieces += 1
        firsts.append(first_s - begun_s)
        wrote_s += time.monotonic() - first_s
    model.close()
    return (pieces - len(QUESTIONS)) / wrote_s, sorted(firsts)[len(firsts) // 2]


def main() -> None:
    for beside in (0, BUSY):
        with busy(beside):
            for threads in (1, 2):
                rate, first_s = asyncio.run(speed(threads))
                print(f"{beside} busy processes, {threads} threads: {rate:.0f} pieces/s, first after {first_s:.2f} s")


if __name__ == "__main__":
    main()
