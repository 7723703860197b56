"""An MQTT broker of one's own: mosquitto where it is installed, else amqtt inside this process.

Both listen on the loopback interface only, let everyone in and keep nothing on disk.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

HOST = "127.0.0.1"
START_TIMEOUT_S = 10.0
STOP_TIMEOUT_S = 5.0

Kind = Literal["mosquitto", "amqtt"]


@dataclass(frozen=True, slots=True)
class RunningBroker:
    """Where it listens, and which it is. amqtt speaks MQTT 3.1.1 only."""

    host: str
    port: int
    kind: Kind


def find_mosquitto() -> str | None:
    """The mosquitto program; distributions put it where only root's PATH looks."""
    return shutil.which("mosquitto", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin"]))


def free_port() -> int:
    """A TCP port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def running_broker(port: int | None = None, kind: Kind | None = None) -> AsyncIterator[RunningBroker]:
    """A broker that accepts connections, for as long as the block lasts; on a free port unless told otherwise.

    Raises `RuntimeError` when it does not start, e.g. because the port is taken.
    """
    port = port or free_port()
    kind = kind or ("mosquitto" if find_mosquitto() else "amqtt")
    async with _mosquitto(port) if kind == "mosquitto" else _amqtt(port):
        yield RunningBroker(HOST, port, kind)


@asynccontextmanager
async def _mosquitto(port: int) -> AsyncIterator[None]:
    with tempfile.TemporaryDirectory(prefix="cockpit-broker-") as folder:
        config = _write_config(Path(folder, "mosquitto.conf"), port)
        async with configured_mosquitto(config, port):
            yield


@asynccontextmanager
async def configured_mosquitto(config: Path, port: int) -> AsyncIterator[None]:
    """mosquitto with a configuration that has it listen on `port`, for as long as the block lasts.

    Raises `RuntimeError` when it is not installed or does not start.
    """
    program = find_mosquitto()
    if program is None:
        raise RuntimeError("mosquitto is not installed")
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(program, "-c", str(config), stdout=quiet, stderr=quiet)
    try:
        await _until_listening(port, process)
        yield
    finally:
        await stop(process)


def _write_config(file: Path, port: int) -> Path:
    file.write_text(
        f"listener {port} {HOST}\nallow_anonymous true\npersistence false\nset_tcp_nodelay true\n"
        "max_queued_messages 10000\nlog_dest stderr\nlog_type error\n",
        "utf-8",
    )
    return file


async def _until_listening(port: int, process: asyncio.subprocess.Process) -> None:
    """Knock until someone opens: mosquitto has no other way of telling that holds for all its versions."""
    with suppress(TimeoutError):
        async with asyncio.timeout(START_TIMEOUT_S):
            while process.returncode is None:
                with suppress(OSError):
                    _, writer = await asyncio.open_connection(HOST, port)
                    writer.close()
                    await writer.wait_closed()
                    await asyncio.sleep(0)
                    if process.returncode is None:
                        return
                await asyncio.sleep(0.02)
    raise RuntimeError(f"mosquitto does not start on port {port}; is the port taken?")


async def stop(process: asyncio.subprocess.Process) -> None:
    """End a child process, by force when it does not end by itself."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_TIMEOUT_S)
    except TimeoutError:
        process.kill()
        await process.wait()


@asynccontextmanager
async def _amqtt(port: int) -> AsyncIterator[None]:
    from amqtt.broker import Broker  # noqa: PLC0415 (half a second, and seldom needed)

    for name in ("amqtt", "transitions"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    anonymous = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
    broker = Broker({"listeners": {"default": {"type": "tcp", "bind": f"{HOST}:{port}"}}, "plugins": anonymous})
    try:
        await broker.start()
    except Exception as error:
        raise RuntimeError(f"amqtt does not start on port {port}: {error}") from error
    try:
        yield
    finally:
        await broker.shutdown()
