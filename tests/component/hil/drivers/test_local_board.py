"""A board that is a process of this machine, with a program in the assistant's place."""

from __future__ import annotations

import sys

import pytest

from hil.rig.driver import Site
from hil.rig.drivers.local_board import LocalBoard, LocalBoardResource
from hil.rig.errors import RigError


def where(program: str, **more: object) -> LocalBoardResource:
    return LocalBoardResource(command=[sys.executable, "-c", program], **more)


async def test_one_that_dies_before_it_is_online_is_told_with_what_it_wrote(site: Site) -> None:
    async with LocalBoard(where("import sys; sys.exit('no such model')"), site) as board:
        with pytest.raises(RigError, match="did not come up; the last that it wrote:\nno such model") as error:
            await board.start()
        assert error.value.code == "rig-late"
        assert await board.usage() == []
        with pytest.raises(RigError, match="cannot be killed"):
            await board.kill()


async def test_one_that_never_gets_online_is_late_and_stopped_when_the_rig_is_left(site: Site) -> None:
    async with LocalBoard(where("import time; time.sleep(600)", online_s=0.5, stop_s=5), site) as board:
        with pytest.raises(RigError, match="did not come up"):
            await board.start()
        assert board.pid is not None
    assert board.pid is None


async def test_it_is_given_a_settings_file_and_nothing_of_this_process_settings(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COCKPIT_VID", "of-this-process")
    site.given = {"language": "en", "speech": {"output": "none", "kokoro_voices": {"zh": 'a"b'}}}
    program = (
        "import os, sys, tomllib\nsettings = tomllib.load(open(sys.argv[2], 'rb'))\n"
        "print(settings, 'COCKPIT_VID' in os.environ, flush=True)"
    )
    async with LocalBoard(where(program), site) as board:
        with pytest.raises(RigError):
            await board.start()
        log = await board.log()
    assert f"'vid': '{site.vid}'" in log
    assert "'language': 'en'" in log
    assert "'kokoro_voices': {'zh': 'a\"b'}" in log
    assert "'port': 1," in log
    assert log.endswith("False")
