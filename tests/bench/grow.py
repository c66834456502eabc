"""One point of a line of growth: `python -m tests.bench.grow pending 10000 --file FILE`.

The account runs in this process, on a file, and is told commands without HTTP: what grows is the
simulator's own cost. Prints what one cost, and the highest memory, as JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import msgspec

from simulator import garbage
from simulator.app import build
from simulator.config import ServerSettings
from simulator.domain.acquisition import AddParticipant
from simulator.domain.bulk import ImportSubscribers
from simulator.domain.commands import AnyCommand
from simulator.domain.decide import Refusal
from simulator.domain.instants import DAY, HOUR, Instant
from simulator.domain.numbers import Mdn
from simulator.domain.person import PersonPatch
from simulator.domain.sending import SubmitMt
from simulator.runtime.ports import AccountRecord
from simulator.runtime.universe import Universe
from simulator.spec import read_account
from tests.bench import calls, machine
from tests.bench.results import BenchError

AT_ONCE = 1_000
"""Commands in one batch."""

MEASURED = 2_000
"""How many more are measured at most, once there are so many."""

PHONES = 10_000
"""Messages go to the same phones again and again."""

REFUSING = {"default": {"profile": "instant", "refusal": "1/1"}}
"""Carriers that refuse every prompt at once: a pending opt-in is then nothing but its time-out."""


class Grown(msgspec.Struct, frozen=True):
    """Microseconds that one more took, and the highest memory in MiB."""

    each_us: float
    mib: float


class Kind(NamedTuple):
    """What one more of something is, and among what."""

    title: str
    among: str

    def __str__(self) -> str:
        return self.title


WORKS = {
    "people": Kind("add a participant among so many people", "people"),
    "messages": Kind("submit a message after so many", "messages under way"),
    "pending": Kind("advance 24h: each of so many opt-ins that lapse", "pending opt-ins"),
}


async def people(universe: Universe, size: int) -> float:
    """People by import; then participants."""
    for start in range(0, size, AT_ONCE):
        patches = tuple(
            PersonPatch(mdn=Mdn(calls.mdn(number)))
            for number in range(start, min(start + AT_ONCE, size))
        )
        await universe.engine.submit(ImportSubscribers(list_id=calls.LIST, persons=patches))
    more = min(MEASURED, size)
    return await _timed(universe, list(map(_participant, range(size, size + more))))


async def messages(universe: Universe, size: int) -> float:
    """Messages, then more of them."""
    await _all(universe, map(_message, range(size)))
    return await _timed(universe, list(map(_message, range(min(MEASURED, size)))))


async def pending(universe: Universe, size: int) -> float:
    """Opt-ins and the end of their prompts, then the day in which all of them lapse."""
    await _all(universe, map(_participant, range(size)))
    await universe.advance(lambda now: Instant(now + HOUR))
    started = perf_counter()
    await universe.advance(lambda now: Instant(now + DAY))
    return (perf_counter() - started) / size * 1e6


def _participant(number: int) -> AnyCommand:
    phone = calls.mdn(number)
    return AddParticipant(
        campaign_id=calls.CAMPAIGN,
        ref=None,
        patch=PersonPatch(mdn=Mdn(phone), external_person_id=f"x{phone[1:]}"),
    )


def _message(number: int) -> AnyCommand:
    return SubmitMt(mdn=Mdn(calls.mdn(number % PHONES)), code=calls.CODE, text=calls.TEXT)


async def _timed(universe: Universe, commands: Sequence[AnyCommand]) -> float:
    started = perf_counter()
    await _all(universe, commands)
    return (perf_counter() - started) / len(commands) * 1e6


async def _all(universe: Universe, commands: Iterable[AnyCommand]) -> None:
    todo = iter(commands)
    while some := list(islice(todo, AT_ONCE)):
        for reply in await asyncio.gather(*(universe.engine.submit(one) for one in some)):
            if isinstance(reply, Refusal):
                raise BenchError(f"a command was refused: {reply.problems}")


async def grow(kind: str, size: int, file: Path) -> Grown:
    """Make so many in a new file, and measure."""
    settings = ServerSettings(port=0, db=file, accounts=())
    async with build(settings) as simulator:
        wish = calls.spec(carriers=REFUSING) if kind == "pending" else calls.spec()
        account, password = read_account(wish, key=calls.KEY, now=simulator.accounts.wall.now())
        record = AccountRecord(account.company_key, account.username, password)
        universe = await simulator.accounts.create(record, account)
        measure = {"people": people, "messages": messages, "pending": pending}[kind]
        each = await measure(universe, size)
    return Grown(each, machine.memory_mib(os.getpid(), "VmHWM"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=tuple(WORKS))
    parser.add_argument("size", type=int)
    parser.add_argument("--file", type=Path, required=True)
    told = parser.parse_args()
    with garbage.set_aside():  # as `smsim serve` does
        grown = asyncio.run(grow(told.kind, told.size, told.file))
    sys.stdout.buffer.write(msgspec.json.encode(grown))
