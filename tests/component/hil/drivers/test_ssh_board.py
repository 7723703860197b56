"""A board over a real sshd, without root's help, on a port of its own. In systemd's place stands a program that starts,
stops and kills the one service; the assistant is the real one, without models of speech."""

from __future__ import annotations

import asyncio
import getpass
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from cockpit.config import ROOT, BrokerSettings, Settings
from hil.broker import RunningBroker, free_port
from hil.fault.kinds import checked
from hil.rig.driver import Resource, Site
from hil.rig.drivers.observer import BusObserver, BusObserverResource
from hil.rig.drivers.ssh_board import SshBoard, SshBoardResource
from hil.rig.errors import RigError
from hil.trace import Trace

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH')}:/usr/sbin")
pytestmark = pytest.mark.skipif(SSHD is None, reason="sshd is not installed (apt: openssh-server)")

SYSTEMCTL = """#!/bin/sh
# start, stop, restart, kill, show: of one service, which is started again when it dies of a signal
cd {folder}
run() {{
  setsid sh -c 'while :; do
    {python} -m cockpit run --config {folder}/cockpit.toml >> log 2>&1 &
    echo $! > pid; wait $!; code=$?
    [ $code -gt 128 ] && [ ! -e stopping ] || {{ rm -f pid; exit; }}
    sleep 0.2
  done' > /dev/null 2>&1 < /dev/null &
}}
stop() {{ touch stopping; [ -e pid ] && kill -TERM $(cat pid); while [ -e pid ]; do sleep 0.1; done; rm -f stopping; }}
case "$1" in
  restart) stop; run;;
  stop) stop;;
  kill) kill -${{2#--signal=}} $(cat pid);;
  show) cat pid 2> /dev/null || echo 0;;
esac
"""
JOURNALCTL = "#!/bin/sh\ncat {folder}/log\n"


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[SshBoardResource]:
    """A server that lets its own user in by one key."""
    for name in ("host", "client"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)], check=True)
    (tmp_path / "allowed").write_text((tmp_path / "client.pub").read_text())
    port = free_port()
    (tmp_path / "sshd_config").write_text(
        f"ListenAddress 127.0.0.1:{port}\nHostKey {tmp_path}/host\nAuthorizedKeysFile {tmp_path}/allowed\n"
        f"PidFile {tmp_path}/sshd.pid\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nPermitRootLogin yes\n"
        f'SetEnv "PYTHONPATH={ROOT}" "XDG_STATE_HOME={tmp_path}"\n'
    )
    for name, text in (("systemctl", SYSTEMCTL), ("journalctl", JOURNALCTL)):
        program = tmp_path / name
        program.write_text(text.format(folder=tmp_path, python=sys.executable))
        program.chmod(0o755)
    kind, key, *_ = (tmp_path / "host.pub").read_text().split()
    (tmp_path / "known_hosts").write_text(f"[127.0.0.1]:{port} {kind} {key}\n")
    Path("/run/sshd").mkdir(exist_ok=True) if os.geteuid() == 0 else None
    server = subprocess.Popen([str(SSHD), "-D", "-e", "-f", str(tmp_path / "sshd_config")], stderr=subprocess.DEVNULL)
    yield SshBoardResource(
        host="127.0.0.1",
        port=port,
        user=getpass.getuser(),
        key=tmp_path / "client",
        known_hosts=tmp_path / "known_hosts",
        systemctl=str(tmp_path / "systemctl"),
        journalctl=str(tmp_path / "journalctl"),
        config=str(tmp_path / "cockpit.toml"),
        ballast=str(tmp_path / "ballast"),
    )
    server.terminate()
    server.wait()


@asynccontextmanager
async def board_at(where: Resource, broker: RunningBroker, vid: str, folder: Path) -> AsyncIterator[SshBoard]:
    given: dict[str, Any] = {"models_dir": "/nonexistent", "speech": {"output": "none"}, "understanding": "templates"}
    address = BrokerSettings(host=broker.host, port=broker.port)
    site = Site("desk", Settings(vid=vid), given, Trace(), folder, address, address)
    async with BusObserver(BusObserverResource(), site), SshBoard(where, site) as board:
        yield board


async def test_the_assistant_is_started_used_killed_and_stopped(
    sshd: SshBoardResource, broker: RunningBroker, vid: str, tmp_path: Path
) -> None:
    async with board_at(sshd, broker, vid, tmp_path) as board:
        assert await board.start() > 0
        [usage] = await board.usage()
        assert usage.process == "cockpit"
        assert usage.memory_mb > 20
        assert "cockpit serves vehicle" in await board.log()
        name = await board.begin("kill", {})
        await board.end(name)
        assert [usage.process for usage in await board.usage()] == ["cockpit"]
        name = await board.begin("freeze", {})
        await board.end(name)
        await board.stop()
        assert await board.usage() == []


async def test_burdens_are_there_while_they_last(
    sshd: SshBoardResource, broker: RunningBroker, vid: str, tmp_path: Path
) -> None:
    async with board_at(sshd, broker, vid, tmp_path) as board:
        for kind, args in (("memory", {"mb": 20}), ("cpu", {"processes": 1, "niceness": 19})):
            mark = {"memory": "held = bytearray", "cpu": "echo begun"}[kind]
            name = await board.begin(kind, checked(kind, args)[1])
            assert await _runs(board, mark)
            await board.end(name)
            assert not await _runs(board, mark)


async def test_what_the_board_was_not_told_how_to_do_is_said_so(
    sshd: SshBoardResource, broker: RunningBroker, vid: str, tmp_path: Path
) -> None:
    async with board_at(sshd, broker, vid, tmp_path) as board:
        with pytest.raises(RigError, match="set_clock"):
            await board.begin("clock-jump", checked("clock-jump", {})[1])
        with pytest.raises(RigError, match="`false` failed"):
            await board.run("false")
        with pytest.raises(RigError, match="took too long"):
            await board.run("sleep 60", within_s=0.2)


async def test_a_board_with_another_key_is_not_spoken_to(
    sshd: SshBoardResource, broker: RunningBroker, vid: str, tmp_path: Path
) -> None:
    line = (tmp_path / "known_hosts").read_text().split()
    (tmp_path / "known_hosts").write_text(
        " ".join([*line[:2], (tmp_path / "client.pub").read_text().split()[1]]) + "\n"
    )
    async with board_at(sshd, broker, vid, tmp_path) as board:
        with pytest.raises(RigError, match="is not to be spoken to"):
            await board.run("true")


async def test_a_board_that_is_not_there_is_late(broker: RunningBroker, vid: str, tmp_path: Path) -> None:
    where = SshBoardResource(host="127.0.0.1", port=free_port(), connect_s=0.1, config="/tmp/x")  # noqa: S108
    async with board_at(where, broker, vid, tmp_path) as board:
        with pytest.raises(RigError, match="cannot be reached"):
            await asyncio.wait_for(board.run("true"), 30)


async def _runs(board: SshBoard, mark: str) -> bool:
    """Whether a command line on the board has `mark` in it (but for that of the one who looks)."""
    lines = (await board.run("ps -eo args")).splitlines()
    return any(mark in line for line in lines)
