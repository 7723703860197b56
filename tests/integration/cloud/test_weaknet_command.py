"""The weak network from the command line."""

from __future__ import annotations

import asyncio
import sys

import aiohttp

from cockpit.config import ROOT


async def test_the_command_answers_in_the_servers_place() -> None:
    command = [sys.executable, "-m", "hil.weaknet", "--to", "127.0.0.1:9", "--say", "开窗"]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, cwd=ROOT)
    try:
        assert process.stdout is not None
        async with asyncio.timeout(30):
            url = (await process.stdout.readline()).decode().split()[0]
            async with aiohttp.ClientSession() as session, session.post(f"{url}/chat/completions", json={}) as response:
                assert response.status == 200
                assert "开" in await response.text()
    finally:
        process.terminate()
        await process.wait()
