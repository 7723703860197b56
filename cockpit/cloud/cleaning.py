"""What a cloud reply may be: plain text to be spoken. Everything else in it is dropped. Pure.

Markdown loses its marks; code, JSON, tool calls, what looks like one, the thinking of a model, template tokens,
addresses, signal paths and control characters go altogether. What is left is text, and text only: nothing that comes
through here is ever read as an act.
"""

from __future__ import annotations

import re

HOLD = 240
"""Characters that are held back for the end of a clause before they are let go without one."""

_STEP = r"[ \t]*(?:Action|Action Input|Observation|Tool|Tool call|Function|Function call)[ \t]*[:：][^\n]*"
"""A line of an agent's script."""

_BLOCK = re.compile(
    r"(?P<fence>```|~~~)"
    r"|<(?P<tag>think|thinking|reasoning|tool_calls?|tool_use|tool|function_calls?|function|invoke|script|style)\b[^>]*>"
    r"|<｜(?P<wide>tool▁calls?▁begin)｜>"
    r"|(?P<brace>\{)",
    re.IGNORECASE,
)
"""Where something begins that is no speech, however long it goes on."""

_END = re.compile(r"[。！？；：，、…\n]|[.!?;:,](?=\s)")
"""Where a clause ends."""

_UNFINISHED = re.compile(
    r"(?:!?\[[^\]\n]*(?:\](?:\([^)\n]*)?)?"  # a link, up to its closing parenthesis
    r"|<[/|｜]?[A-Za-z▁_][^<>\n]*|<[<|｜]?[^<>\n]{0,40}"  # a tag or token
    r"|[A-Za-z_][\w.]*\([^()\n]*"  # a call
    rf"|(?:\A|\n){_STEP})\Z"
)
_LIST_MARK = re.compile(r"(?:\A|\n)[ \t]*\d{1,2}[.)、]\Z")

_DROPPED = (
    re.compile(r"<\|[^|<>]{0,60}\|>|<｜[^｜<>]{0,60}｜>|<<[^<>]{0,40}>>|\[/?(?:INST|SYS|TOOL_CALLS?)\]", re.IGNORECASE),
    re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)"),
    re.compile(r"</?[A-Za-z][^<>\n]*>"),
    re.compile(r"(?:https?|ftp|file|javascript|data|tel|mailto):[!-~]+|\bwww\.[!-~]+", re.IGNORECASE),
    re.compile(rf"\n{_STEP}"),
    re.compile(r"\b[A-Za-z]\w*(?:[._]\w+)+\([^()\n]*\)|\b[a-z]+[A-Z]\w*\([^()\n]*\)"),
    re.compile(r"\b[A-Za-z]\w+(?:\.[A-Za-z]\w+){2,}\b(?:[ \t]*=[ \t]*[\w.\"']+)?"),
    re.compile(r"\b\w+(?:/\w+){3,}"),
    re.compile(r"\[\s*\"[^\]\n]*\]"),
    re.compile(r"`[^`\n]*[(){}=;<>][^`\n]*`"),
)
"""What is no speech, within a line."""

_LINK = re.compile(r"(?<!!)\[([^\]\n]*)\]\([^)\n]*\)")
_LINE_MARK = re.compile(r"\n[ \t]*(?:(?:#{1,6}|[-*+•·>]|\d{1,2}[.)])[ \t]+|\d{1,2}、[ \t]*|[-*_=|: \t]{3,}(?=\n))+")
_EMPHASIS = re.compile(r"\*{1,3}(?!\d)|(?<!\d)\*|__|~~|`|(?<!\w)_(?=\w)|(?<=\w)_(?!\w)|^#+|\\(?=[^\w\s])")
_CELL = re.compile(r"[ \t]*\|[ \t]*")
_UNSPEAKABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff0-\uffff"
    "\ud800-\udfff\ue000-\uf8ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff\U000e0000-\U0010ffff]"
)
_WIDE = re.compile(r"[\u3000-\u9fff\uff00-\uffef]")
_PAUSE = re.compile("[。！？；：，、]")
_WORDS = re.compile(r"[^\W_]")
_LOOSE = re.compile(r"\A[。！？；：，、….!?;:,)\]]+")
"""What cannot begin an answer; it stood behind something that was dropped."""


class Cleaner:
    """Cleans an answer as it comes, clause by clause. `dropped` counts what was no speech."""

    def __init__(self) -> None:
        self._raw = ""
        self._closing: str | None = None
        self._depth = 0
        self._line_start = True
        self._last = self._gap = ""
        self.dropped = 0

    def feed(self, piece: str) -> str:
        """Take the next piece; returns what can be said by now, perhaps nothing."""
        self._raw += piece
        said: list[str] = []
        while True:
            if self._closing is not None:
                if not self._leave_block():
                    break
            elif block := _BLOCK.search(self._raw):
                said.append(self._say(self._raw[: block.start()]))
                self._enter_block(block)
            else:
                cut = self._cut()
                said.append(self._say(self._raw[:cut]))
                self._raw = self._raw[cut:]
                break
        return "".join(said)

    def finish(self) -> str:
        """The rest, when nothing more comes. What was begun and not ended is dropped with it."""
        rest, self._raw = ("" if self._closing is not None else self._raw), ""
        self._closing = None
        return self._say(rest)

    def _enter_block(self, block: re.Match[str]) -> None:
        self.dropped += 1
        self._raw = self._raw[block.end() :]
        self._depth = 1
        if block["fence"]:
            self._closing = block["fence"]
        elif block["brace"]:
            self._closing = "}"
        else:
            self._closing = "<｜tool▁calls▁end｜>" if block["wide"] else f"</{block['tag'].lower()}>"

    def _leave_block(self) -> bool:
        """Drop up to the end of the block; False while it has not come."""
        closing = self._closing or ""
        if closing == "}":
            for at, char in enumerate(self._raw):
                self._depth += (char == "{") - (char == "}")
                if not self._depth:
                    self._raw, self._closing = self._raw[at + 1 :], None
                    return True
            self._raw = ""
            return False
        at = self._raw.lower().find(closing)
        if at < 0:
            self._raw = self._raw[-len(closing) + 1 :]
            return False
        self._raw, self._closing = self._raw[at + len(closing) :], None
        return True

    def _cut(self) -> int:
        """How much of what is held can be let go: whole clauses, and nothing that is not ended yet."""
        ends = [end.end() for end in _END.finditer(self._raw)]
        for end in reversed(ends):
            head = self._raw[:end]
            if not _UNFINISHED.search(head) and not (self._line_start and _LIST_MARK.search(head)):
                return end
        return len(self._raw) if len(self._raw) > HOLD else 0

    def _say(self, raw: str) -> str:
        if not raw:
            return ""
        text = _UNSPEAKABLE.sub("", raw.replace("\r", "\n"))
        text = _LINK.sub(r"\1", "\n" + text if self._line_start else text)
        self._line_start = text.endswith("\n")
        for pattern in _DROPPED:
            text, times = pattern.subn("", text)
            self.dropped += times
        text = _LINE_MARK.sub("\n", text)
        text = _EMPHASIS.sub("", _CELL.sub(" ", text)).replace("\t", " ")
        return self._joined(text)

    def _joined(self, text: str) -> str:
        """`text` behind what was said before: new lines become a pause, and several spaces one. A gap is said only when
        something follows it."""
        said: list[str] = []
        for part in re.split(r"(\s+)", text):
            if not part:
                continue
            if part.isspace():
                self._gap = "\n" if "\n" in part + self._gap else " "
                continue
            word = part if self._last else _LOOSE.sub("", part)
            if word and (self._last or _WORDS.search(word)):
                said += [self._pause(), word]
                self._last, self._gap = word[-1], ""
        return "".join(said)

    def _pause(self) -> str:
        """What is said of the gap between the last word and the next."""
        if not self._last or not self._gap or _PAUSE.match(self._last):
            return ""
        if self._gap == "\n" and self._last.isalnum():
            return "；" if _WIDE.match(self._last) else "; "
        return " "


def clean(text: str) -> str:
    """All of `text` that can be said; empty where nothing can."""
    cleaner = Cleaner()
    return cleaner.feed(text) + cleaner.finish()
