"""What can go wrong with a call, put into one error each."""

from __future__ import annotations

import math
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2
import openai

from cockpit.cloud.transport import TooLong
from cockpit.errors import CloudError

KEEP_AWAY_S = 300.0
"""How long a provider that refuses the key, or is not who it says, is left alone."""

ABNORMAL = (openai.OpenAIError, httpx2.HTTPError, httpx2.StreamError, TooLong, OSError, ValueError, RecursionError)
"""Everything that the client raises when a response is not as it should be; `ValueError` is broken JSON or UTF-8."""

LINK_CODES = frozenset({"cloud-connection", "cloud-cut", "cloud-first-token", "cloud-timeout"})
"""Failures that speak against the link rather than the provider."""


class CallFailed(CloudError):  # noqa: N818 (an event in the life of a call)
    """`retry_s` is when it may be tried again (None: not in this call), `keep_away_s` how long the provider is better
    left alone."""

    def __init__(self, reason: str, message: str, retry_s: float | None = None, keep_away_s: float = 0.0) -> None:
        super().__init__(reason, message)
        self.retry_s = retry_s
        self.keep_away_s = keep_away_s


def failure(error: BaseException, who: str, begun: bool) -> CallFailed:
    """`error` as one of the codes; `begun` says that the response had come, so that a break is a cut.

    Nothing of a response's body goes into the message: it could hold what was sent, or a key.
    """
    for cause in _causes(error):
        if isinstance(cause, CallFailed):
            return cause
        if isinstance(cause, CloudError):
            return CallFailed(cause.code.removeprefix("cloud-"), cause.message)
        if isinstance(cause, TooLong):
            return CallFailed("too-long", f"{who} sent more than an answer can be")
        if isinstance(cause, ssl.SSLCertVerificationError):
            return CallFailed(
                "certificate", f"{who} is not who it says: its certificate is not valid", None, KEEP_AWAY_S
            )
    return _status(error.response, who) if isinstance(error, openai.APIStatusError) else _broken(error, who, begun)


def _broken(error: BaseException, who: str, begun: bool) -> CallFailed:
    if isinstance(error, openai.APIConnectionError | httpx2.HTTPError | httpx2.StreamError | OSError):
        if begun:
            return CallFailed("cut", f"{who} broke off", 0.0)
        return CallFailed("connection", f"no connection to {who}", 0.0)
    if isinstance(error, openai.APIError):
        return CallFailed("server", f"{who} reported an error in its answer", 0.0)
    return CallFailed("nonsense", f"{who} answered nonsense ({type(error).__name__})")


def _status(response: httpx2.Response, who: str) -> CallFailed:
    status = response.status_code
    if status in (401, 402, 403):
        return CallFailed("auth", f"{who} refuses the key or the account (HTTP {status})", None, KEEP_AWAY_S)
    if status == 429:
        wait_s = retry_after_s(response.headers)
        return CallFailed("rate", f"{who} is asked too often (HTTP 429)", wait_s, wait_s or 0.0)
    if status < 400:
        return CallFailed("nonsense", f"{who} answered HTTP {status} in place of an answer")
    return CallFailed("server", f"{who} failed (HTTP {status})", 0.0 if status >= 500 or status == 408 else None)


def retry_after_s(headers: httpx2.Headers) -> float | None:
    """`Retry-After` in seconds from now, given as seconds or a date; None where there is none that makes sense."""
    given = headers.get("retry-after", "").strip()
    try:
        wait_s = float(given)
    except ValueError:
        try:
            when = parsedate_to_datetime(given)
        except ValueError:
            return None
        wait_s = (when.replace(tzinfo=when.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return max(0.0, wait_s) if math.isfinite(wait_s) else None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
