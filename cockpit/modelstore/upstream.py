"""Carrier: files and archives from upstream over HTTP, resumed with `Range` (RFC 9110, section 14)."""

from __future__ import annotations

import http.client
import re
import ssl
import time
import zipfile
from pathlib import Path
from shutil import copyfileobj
from urllib.error import HTTPError, URLError
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
)

from cockpit.errors import ModelError
from cockpit.modelstore.carrier import PATIENT, Advance, Patience
from cockpit.modelstore.manifest import inside

PAUSE_S = 0.5
"""Wait before the second try; doubled for each further one."""

_CHUNK_BYTES = 1 << 18
_BROKEN = (URLError, http.client.HTTPException, ConnectionError, TimeoutError, ssl.SSLError)
_HANDLERS = (
    ProxyHandler, HTTPHandler, HTTPSHandler, HTTPRedirectHandler, HTTPDefaultErrorHandler, HTTPErrorProcessor,
)  # fmt: skip


def download(url: str, target: Path, size: int | None, advance: Advance, patience: Patience = PATIENT) -> None:
    """Fetch `url` into `target`, going on with `target`.part where an earlier try left one.

    Raises `ModelError` (`model-unreachable`; `model-wrong-hash` where the server announces another size than
    `size`) and `OSError` of the disk.
    """
    if target.exists():
        advance(target.stat().st_size)
        return
    part = target.with_name(target.name + ".part")
    target.parent.mkdir(parents=True, exist_ok=True)
    fruitless = 0
    while True:
        before = _size(part)
        try:
            _go_on(url, part, size, advance, patience.silence_s)
        except _BROKEN as error:
            fruitless = 0 if _size(part) > before else fruitless + 1
            gone = isinstance(error, HTTPError) and 400 <= error.code < 500
            if gone or fruitless >= patience.attempts:
                reason = error.reason if type(error) is URLError else error
                raise ModelError("unreachable", f"cannot fetch {url}: {reason}") from error
            if fruitless:
                time.sleep(PAUSE_S * 2 ** (fruitless - 1))
        else:
            _tag_of(part).unlink(missing_ok=True)
            part.replace(target)
            return


def _go_on(url: str, part: Path, size: int | None, advance: Advance, timeout_s: float) -> None:
    """One request for what is still missing of `part`; raises one of `_BROKEN` when it ends early."""
    have = _size(part)
    tag = _tag_of(part)
    opener = OpenerDirector()
    for handler in _HANDLERS:
        opener.add_handler(handler())
    if have:
        etag = [("If-Range", tag.read_text("utf-8"))] if tag.exists() else []
        opener.addheaders = [*opener.addheaders, ("Range", f"bytes={have}-"), *etag]
    try:
        response = opener.open(url, timeout=timeout_s)
    except HTTPError as error:
        if error.code != http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise
        part.unlink()
        raise ConnectionError("the part held more than the file: begun anew") from error
    if response is None:
        raise URLError(f"no handler for {url}")
    with response:
        found = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
        resumed = response.status == http.client.PARTIAL_CONTENT and found and int(found[1]) == have
        have = have if resumed else 0
        length = response.headers.get("Content-Length")
        total = have + int(length) if length else None
        if total is not None and size is not None and total != size:
            raise ModelError("wrong-hash", f"{url} has {total} bytes, expected {size}")
        _note_etag(response.headers.get("ETag", ""), tag)
        with part.open("ab" if resumed else "wb") as file:
            while chunk := response.read(_CHUNK_BYTES):
                file.write(chunk)
                have += len(chunk)
                advance(have)
    if total is not None and have < total:
        raise ConnectionError(f"cut off after {have} of {total} bytes")


def unpack(archive: Path, strip: str, ready: Path) -> None:
    """Unpack a zip into `ready` without the leading `strip`. Raises `ModelError` (`model-corrupt`)."""
    try:
        with zipfile.ZipFile(archive) as opened:
            for info in opened.infolist():
                path = info.filename.removeprefix(strip)
                if info.is_dir() or not path:
                    continue
                target = ready / inside(path)
                target.parent.mkdir(parents=True, exist_ok=True)
                with opened.open(info) as member, target.open("wb") as file:
                    copyfileobj(member, file, _CHUNK_BYTES)
    except (zipfile.BadZipFile, ValueError) as error:
        raise ModelError("corrupt", f"{archive.name} cannot be unpacked: {error}") from error


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def _tag_of(part: Path) -> Path:
    return part.with_suffix(".etag")


def _note_etag(etag: str, tag: Path) -> None:
    """Remember a strong entity tag, so that a part is never completed with bytes of another version."""
    if etag and not etag.startswith("W/"):
        tag.write_text(etag, "utf-8")
    else:
        tag.unlink(missing_ok=True)
