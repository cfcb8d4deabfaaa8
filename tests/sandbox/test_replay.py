"""The recorded requests, asked of the sandbox: how many of its answers equal the real server's."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

from twentyql.sandbox import Sandbox

SHARED = Path(__file__).parents[2].parent / "shared"
RECORDED = SHARED / "twenty"
REPLAY = SHARED / "tools" / "replay.py"
# May rise, never fall. One of the 107 cannot be equal: it shows columns of the metadata that no snapshot has.
FLOOR = 106

pytestmark = pytest.mark.skipif(not REPLAY.exists(), reason=f"the recordings are not there: {SHARED}")


async def test_answers_equal_the_real_servers() -> None:
    async with Sandbox.from_snapshot(RECORDED) as sandbox:
        arguments = [str(REPLAY), sandbox.url, str(RECORDED / "recordings" / "read.jsonl"), str(FLOOR)]
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            env={**os.environ, "REPLAY_KEY": sandbox.key},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output = (await process.communicate())[0].decode()
    print(output)
    equal = re.search(r"(\d+) of (\d+) answers equal", output)
    assert equal, output
    assert int(equal[1]) >= FLOOR, output
