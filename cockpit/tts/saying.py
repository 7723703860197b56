"""One reply on its way out: the next piece voiced while the present one plays, held while a person speaks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace

from cockpit.ports import AudioSink
from cockpit.tts.joining import resume_at
from cockpit.tts.sentences import Piece
from cockpit.types import AudioChunk

HOLD_LIMIT_S = 10.0
"""Speech that is held longer is given up, for nobody would know what it goes on with."""


class Saying:
    """Plays the pieces of one reply as they come. `started` is called when the first sound goes out."""

    def __init__(
        self,
        pieces: AsyncIterator[Piece],
        voiced: Callable[[Piece], Awaitable[AudioChunk]],
        sinks: Sequence[AudioSink],
        started: Callable[[], None],
    ) -> None:
        self._pieces, self._voiced, self._sinks, self._started = pieces, voiced, sinks, started
        self._sounded = False
        self._free = asyncio.Event()
        self._free.set()
        self._holds, self._held_at_s = 0, 0.0

    async def run(self) -> bool:
        """Whether all was heard, rather than held too long. Raises what voices and sinks raise; nothing plays then."""
        following = asyncio.ensure_future(self._next())
        try:
            while (chunk := await following) is not None:
                following = asyncio.ensure_future(self._next())
                if not await self._play(chunk):
                    return False
        except BaseException:
            await self._silence()
            raise
        else:
            return True
        finally:
            following.cancel()
            await asyncio.wait({following})
            if not following.cancelled():
                following.exception()

    async def _next(self) -> AudioChunk | None:
        """The next piece, voiced; None behind the last one."""
        piece = await anext(self._pieces, None)
        return None if piece is None else await self._voiced(piece)

    async def _play(self, chunk: AudioChunk) -> bool:
        """The whole of `chunk`, in several goes where it is held in between; False when it is held too long."""
        loop = asyncio.get_running_loop()
        at = 0
        while at < len(chunk.pcm):
            if not await self._freed():
                return False
            if not self._sounded:
                self._sounded = True
                self._started()
            holds, begun_s = self._holds, loop.time()
            await _play(replace(chunk, pcm=chunk.pcm[at:]), self._sinks)
            if self._holds == holds:
                return True
            heard = at + int((self._held_at_s - begun_s) * chunk.rate_hz)
            at = resume_at(chunk.pcm, heard, chunk.rate_hz) if heard < len(chunk.pcm) else heard
        return True

    async def _freed(self) -> bool:
        try:
            async with asyncio.timeout(HOLD_LIMIT_S):
                return await self._free.wait()
        except TimeoutError:
            return False

    async def hold(self) -> None:
        """Fall silent; what is left is kept for `resume`."""
        if self._free.is_set():
            self._free.clear()
            self._holds += 1
            self._held_at_s = asyncio.get_running_loop().time()
            await self._silence()

    def resume(self) -> None:
        self._free.set()

    async def _silence(self) -> None:
        await asyncio.gather(*(sink.stop() for sink in self._sinks), return_exceptions=True)


async def _play(chunk: AudioChunk, sinks: Sequence[AudioSink]) -> None:
    """Into every sink at once; the first failure is raised after all others have had the chunk."""
    results = await asyncio.gather(*(sink.play(chunk) for sink in sinks), return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
