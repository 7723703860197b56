"""Whether an answer is one, by rules that anyone can apply again. They tell nothing of whether what is said is true.

| kind | an answer is good when |
|---|---|
| command | something was done, was so already, was asked back, or was refused with its reason |
| status | it answers, or says that there is no such thing or no fresh value |
| manual | it names a section of the manual, or says that the manual does not say |
| chat, knowledge | it answers in the language of the request, in at most 12 s of speech |
| several | at least one act came to its end, or one part was answered; nothing of it failed |
| private | anything but a failure; that nothing leaves the board is measured on the wire |
"""

from __future__ import annotations

from cockpit.lm.guard import limit, spoken_length
from cockpit.types import Lang
from hil.conversation import Exchange
from hil.routing.mix import Request

ENDED = frozenset({"done", "already", "partial", "ask", "refused", "unavailable", "answer"})


def good(request: Request, exchange: Exchange) -> bool:
    """By the rule of the request's kind."""
    if exchange.kind == "failed" or not exchange.reply:
        return False
    if request.kind in ("command", "status", "several", "private"):
        return exchange.kind in ENDED or request.kind == "private"
    if request.kind == "manual" and "manual" in {route["reason"] for route in exchange.all("route")}:
        return True
    return exchange.kind == "answer" and _spoken(exchange.reply, request.lang)


def _spoken(text: str, lang: Lang) -> bool:
    """Whether it can be said in 12 s, in `lang`."""
    han = any("\u3400" <= letter <= "\u9fff" for letter in text)
    return han == (lang == "zh") and spoken_length(text, lang) <= limit(lang) + 8
