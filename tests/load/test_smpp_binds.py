from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from tests.load.smpp_run import WINDOW, run

COUNT = 2_000


async def test_four_binds_lose_and_double_nothing_though_one_dies(tmp_path: Path) -> None:
    """Every message ends once, in the state its one receipt tells; a killed bind is made good."""
    ready = tmp_path / "ready.json"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "harness", "serve", "--port", "0", "--smpp-port", "0"),
        *("--db", str(tmp_path / "load.db"), "--ready-file", str(ready)),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        await process.stdout.readline()
        told = json.loads(ready.read_text())
        port = int(told["smpp"].rsplit(":", 1)[1])
        outcome = await asyncio.to_thread(run, told["url"], port, COUNT)
    finally:
        process.terminate()
        await process.wait()
    assert sum(outcome.states.values()) == COUNT
    assert set(outcome.states) == {"delivered", "undeliverable", "expired"}
    assert outcome.unanswered == WINDOW + 1
    assert 1 <= outcome.resubmitted <= outcome.unanswered
