"""Fuzz: `python -m tests.fuzz.run --count 100000 --seed 1`, or `--replay build/fuzz/0001-....json`.

Every input follows from the seed and its number. The simulator runs in a process of its own; what
is found is written to build/fuzz, and makes the status 1.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any, NamedTuple

from tests.fuzz import asking, decoders
from tests.fuzz.findings import Findings, load
from tests.fuzz.lanes import Lane
from tests.fuzz.talking import SmppLane

FOLDER = Path("build/fuzz")
BATCH = 256
SHARES = {"decoders": 8, "platform": 5, "connect": 3, "control": 3, "smpp": 1}
"""Of twenty batches so many are of each kind."""

KNOWN: tuple[str, ...] = ()
"""What is found and not mended yet; it is told and does not fail the run."""


class Target(NamedTuple):
    """The process under fuzz, where it listens, and the reader of what it logs."""

    process: asyncio.subprocess.Process
    host: str
    http: int
    smpp: int
    heard: asyncio.Task[None]

    async def stop(self) -> None:
        """End it."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        await self.process.wait()
        await self.heard


async def start(findings: Findings) -> Target:
    """A simulator in a process of its own; each error it logs is a finding."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.fuzz.target"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**20,
    )
    assert process.stdout is not None
    urls = json.loads(await process.stdout.readline())
    host, _, http = urls["http"].removeprefix("http://").rpartition(":")
    smpp = int(urls["smpp"].rpartition(":")[2])

    async def hear(lines: asyncio.StreamReader) -> None:
        while line := await lines.readline():
            logged = json.loads(line)["logged"]
            last = " | ".join(logged.strip().splitlines()[-3:])
            findings.add("log", f"{last} <- {logged.splitlines()[0][:300]}", None, logged.encode())

    return Target(process, host, int(http), smpp, asyncio.create_task(hear(process.stdout)))


class Run:
    """One run: its lanes, and how many inputs went through each."""

    def __init__(self, seed: int, count: int, folder: Path, seconds: float) -> None:
        self.findings = Findings(folder, seed)
        self.counts: dict[str, int] = dict.fromkeys(SHARES, 0)
        self.lanes: dict[str, Lane] = {}
        self._seed = seed
        self._count = count
        self._ends = monotonic() + seconds

    async def go(self) -> None:
        """All of it, each kind beside the others."""
        target = await start(self.findings)
        try:
            for kind in ("platform", "connect", "control"):
                self.lanes[kind] = Lane(kind, target.host, target.http, self.findings)
            ports = (target.http, target.smpp)
            self.lanes["smpp"] = SmppLane(ports, target.host, self.findings)
            for lane in self.lanes.values():
                await lane.begin()
            await asyncio.gather(*(self._lane(kind) for kind in SHARES))
        finally:
            for lane in self.lanes.values():
                await lane.close()
            await target.stop()

    async def _lane(self, kind: str) -> None:
        share = self._count * SHARES[kind] // sum(SHARES.values())
        do = self._doer(kind)
        for number in range(0, share, BATCH):
            if monotonic() > self._ends:
                return
            size = min(BATCH, share - number)
            await do(Random(f"{self._seed}:{kind}:{number}"), size)
            self.counts[kind] += size

    def _doer(self, kind: str) -> Callable[[Random, int], Awaitable[None]]:
        if kind == "decoders":
            return self._decode
        lane = self.lanes[kind]
        if isinstance(lane, SmppLane):
            return lane.talk

        async def ask(rng: Random, size: int) -> None:
            await lane.batch([lane.make(rng) for _ in range(size)])

        return ask

    async def _decode(self, rng: Random, size: int) -> None:
        for number in range(size):
            name, octets = decoders.make(rng)
            told = decoders.fault_of(name, octets)
            if told is not None:
                self.findings.add(f"decoder {name}", told, None, octets)
            if number % 8 == 0:
                await asyncio.sleep(0)  # the other lanes have their turn


async def replay(path: Path) -> list[str]:
    """What a finding's octets do now, again."""
    surface, given, octets = load(path)
    if surface.startswith("decoder "):
        told = decoders.fault_of(surface.removeprefix("decoder "), octets)
        return [] if told is None else [told]
    findings = Findings(FOLDER / "again", 0)
    target = await start(findings)
    try:
        if given is None:
            smpp = SmppLane((target.http, target.smpp), target.host, findings)
            await smpp.begin()
            await smpp.asks_again(octets)
            await smpp.close()
        else:
            lane = Lane(surface, target.host, target.http, findings)
            await lane.begin()
            answer = await lane.asks(given)
            template = given.path.removeprefix(f"/companies/{lane.key}/")
            told = asking.fault_of(given, answer, template)
            sys.stdout.write(f"{answer.status} {answer.body[:500]!r}\n")
            if told is not None:
                findings.add(surface, told, given)
            await lane.close()
    finally:
        await target.stop()
    return list(findings.kinds)


def unknown(kinds: dict[str, int]) -> dict[str, int]:
    """The kinds of findings that nobody knows of yet."""
    return {
        kind: count for kind, count in kinds.items() if not any(known in kind for known in KNOWN)
    }


def main(arguments: list[str] | None = None) -> int:
    """Run, or replay; 1 where something was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.run", description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=86_400, help="end after so long")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--replay", type=Path)
    told = parser.parse_args(arguments)
    if told.replay is not None:
        found = asyncio.run(replay(told.replay))
        sys.stdout.write("\n".join(found or ["nothing"]) + "\n")
        return bool(found)
    run = Run(told.seed, told.count, told.folder, told.seconds)
    begun = monotonic()
    asyncio.run(run.go())
    took = monotonic() - begun
    _report(run, took)
    return bool(unknown(run.findings.kinds))


def _report(run: Run, took: float) -> None:
    lines: list[Any] = [
        f"{sum(run.counts.values()):,} inputs in {took:.0f} s, {sum(run.counts.values()) / took:,.0f}/s"
    ]
    for kind, count in run.counts.items():
        accepted = f", {run.lanes[kind].accepted:,} taken" if kind in run.lanes else ""
        lines.append(f"  {kind}: {count:,}{accepted}")
    new = unknown(run.findings.kinds)
    for kind, count in sorted(run.findings.kinds.items()):
        lines.append(f"{'FOUND' if kind in new else 'known'} {count} x {kind}")
    sys.stdout.write("\n".join(map(str, lines)) + "\n")


if __name__ == "__main__":
    sys.exit(main())
