"""The roles that can be filled in different ways, each with a capabilities record.

Engines (recognisers, voices) are plain blocking objects: they are loaded, called and closed on a worker thread
of their own, one call at a time, and never see the event loop. What awaits them lives in `cockpit.asr` and
`cockpit.tts`. All other ports are asynchronous.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from cockpit.events import Event
from cockpit.types import AudioChunk, Lang, Message, Outcome, Pcm, Permit, Snapshot, Transcript, Understanding, Zone

EventSink = Callable[[Event], None]
"""Takes an event at once and never blocks or raises."""


@dataclass(frozen=True, slots=True)
class SourceCapabilities:
    """`live`: frames come at the speed of speech and never end by themselves."""

    name: str
    live: bool


class AudioSource(Protocol):
    """Where speech comes from. Iterating yields mono PCM at 16 kHz in pieces of 20 to 100 ms.

    Raises `AudioError` when the device or file cannot be used. The iterator's queue is bounded; when the reader
    is slow the oldest frames go and are counted in `dropped`.
    """

    capabilities: SourceCapabilities
    zone: Zone

    @property
    def dropped(self) -> int: ...

    def frames(self) -> AsyncIterator[Pcm]: ...


@dataclass(frozen=True, slots=True)
class RecognizerCapabilities:
    """`model` is the id in the model manifest; `streaming` means `RecognitionStream`s can be opened."""

    name: str
    model: str
    languages: tuple[Lang, ...]
    streaming: bool
    detects_language: bool


class Expectation(Protocol):
    """What is likely to be said now, in one language: recognisers weigh it against what they hear. The edges of an
    utterance are written as empty words; a word is one Chinese character, one word of letters in small ones without
    apostrophes, or one number in digits."""

    @property
    def words(self) -> Sequence[str]:
        """Every word that is known, in the order of the alphabet."""

    @property
    def phrases(self) -> Sequence[str]:
        """Whole utterances and names that can be said now, for engines that take a grammar."""

    def cost(self, first: str, second: str, word: str) -> float:
        """How surprising `word` is after `first` and `second`, in nats."""


class Recognizer(Protocol):
    """A speech recognition engine (blocking, see the module docstring)."""

    capabilities: RecognizerCapabilities

    def load(self) -> None:
        """Read the model; idempotent. Raises `ModelError` (`model-missing`, `model-corrupt`)."""

    def recognise(self, pcm: Pcm, lang: Lang | None, expected: Expectation | None = None) -> Transcript:
        """Transcribe one whole utterance at 16 kHz; `lang` None means detect it where the engine can.

        Leans on what is `expected`, which costs time; without it the text is as quick as it can be. Empty text when
        nothing was said. Raises `RecognitionError`.
        """

    def close(self) -> None: ...


class RecognitionStream(Protocol):
    """One utterance being recognised while it is spoken (blocking)."""

    def accept(self, pcm: Pcm) -> Transcript | None:
        """Take the next piece; returns a transcript with `final=False` when the partial text changed."""

    def finish(self) -> Transcript: ...


class StreamingRecognizer(Recognizer, Protocol):
    def stream(self, lang: Lang) -> RecognitionStream: ...


@dataclass(frozen=True, slots=True)
class UnderstanderCapabilities:
    name: str
    languages: tuple[Lang, ...]
    intents: tuple[str, ...]


class Understander(Protocol):
    """Text to acts. Pure and quick; knows nothing of the dialog or the vehicle's state."""

    capabilities: UnderstanderCapabilities

    def understand(self, text: str, lang: Lang, expecting: str = "") -> Understanding:
        """Acts of one utterance. `expecting` names the slot that a question back was about (`contact`, `value`, …):
        the bare answer to it is then understood as the act `answer.<slot>`."""


@dataclass(frozen=True, slots=True)
class SynthesizerCapabilities:
    """`licence` is told to the user by `cockpit doctor`, because one engine is under the GPL."""

    name: str
    model: str
    languages: tuple[Lang, ...]
    rate_hz: int
    licence: str


class Synthesizer(Protocol):
    """A voice (blocking, see the module docstring)."""

    capabilities: SynthesizerCapabilities

    def load(self) -> None:
        """Read the model; idempotent. Raises `ModelError`."""

    def synthesise(self, text: str, lang: Lang) -> Iterator[Pcm]:
        """Voice one sentence of already normalised text, in one or more pieces. Raises `SpeechError`."""

    def close(self) -> None: ...


class AudioSink(Protocol):
    """Where speech goes. `play` returns when the chunk has been heard (or at once where nothing listens in
    real time); `stop` cuts what is playing within 100 ms and may be called at any time."""

    async def play(self, chunk: AudioChunk) -> None: ...

    async def stop(self) -> None: ...


class Vehicle(Protocol):
    """The car. The snapshot is always at hand; a wish takes time and ends in exactly one outcome."""

    def snapshot(self) -> Snapshot: ...

    async def carry_out(self, permit: Permit) -> Outcome:
        """Publish the permitted proposal and wait for its end: `done` only when the car reported `succeeded` and
        the current value is the wanted one. Never raises for what the car or an app does: that is the outcome."""


@dataclass(frozen=True, slots=True)
class LanguageModelCapabilities:
    """`model` is the id in the model manifest, or the provider's name of it; `constrained` means that it can be held to
    a grammar; `local` that nothing leaves the board."""

    name: str
    model: str
    languages: tuple[Lang, ...]
    context_tokens: int
    local: bool
    constrained: bool


class LanguageModel(Protocol):
    """Writes answers, on the board or in the cloud. What it writes is text, and never more than a proposal."""

    capabilities: LanguageModelCapabilities

    def stream(
        self, messages: Sequence[Message], *, limit_tokens: int, grammar: str | None = None
    ) -> AsyncIterator[str]:
        """Pieces of the answer as they are written; closing the iterator (or cancelling its reader) stops the model.

        `grammar` is GBNF, for models that can be `constrained`. Raises `LanguageModelError` or `CloudError`, also in
        mid-answer.
        """
