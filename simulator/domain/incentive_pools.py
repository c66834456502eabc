"""What is decided about incentive pools: made, changed, and filled with codes.

Rules: Vibes incentive-api. How codes come into a pool is no call of Vibes; ours is a control call.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from simulator.domain.ids import CODE_LETTERS
from simulator.domain.incentives import (
    CodeCounts,
    CodesAdded,
    Distribution,
    IncentivePool,
    PoolCreated,
    PoolStanding,
    PoolTerms,
    PoolUpdated,
    must_find_pool,
)
from simulator.domain.record import Command, Record
from simulator.domain.refusals import Fault, Problem, Refused, refuse

if TYPE_CHECKING:
    from simulator.domain.turn import Turn

LONGEST_GENERATED = 10
"""Characters of a generated code, where the pool allows as many (inferred)."""


class CreatePool(Command, frozen=True, kw_only=True):
    """POST incentives/pools; without a distribution its codes are unique (Vibes: incentive-api)."""

    terms: PoolTerms
    distribution: Distribution | None


class UpdatePool(Command, frozen=True, kw_only=True):
    """PUT incentives/pools/{id}: every term anew; without a distribution it stays.

    Source: Vibes: incentive-api.
    """

    pool_id: str
    terms: PoolTerms
    distribution: Distribution | None


class AddCodes(Command, frozen=True, kw_only=True):
    """An operator fills a pool, with these codes or with so many generated ones (inferred)."""

    pool_id: str
    codes: tuple[str, ...] = ()
    count: int = 0


class CodesKept(Record, frozen=True, kw_only=True):
    """Reply: how many codes came in, and the pool as it then stands (inferred)."""

    added: int
    standing: PoolStanding


def create(turn: Turn, command: CreatePool) -> PoolStanding:
    """Make an empty pool (Vibes: incentive-api)."""
    pool = IncentivePool(
        pool_id=turn.count("incentive pool", len(turn.world.incentives.pools)),
        terms=command.terms,
        distribution=command.distribution or Distribution.UNIQUE,
        created_at=turn.now,
        updated_at=turn.now,
    )
    turn.emit(PoolCreated(pool=pool))
    return PoolStanding(pool=pool, counts=CodeCounts(total=0, issued=0, remaining=0))


def update(turn: Turn, command: UpdatePool) -> PoolStanding:
    """Change a pool. 404 unknown, 422 for another distribution while it holds codes.

    Source: Vibes: incentive-api; the 422 is inferred. A new `max_characters` holds for codes to come.
    """
    before = must_find_pool(turn, command.pool_id)
    wanted = command.distribution or before.distribution
    counts = turn.world.incentives.counts(before)
    if wanted is not before.distribution and counts.total:
        raise refuse(
            Fault.INVALID,
            f"pool {before.pool_id} holds codes, so its distribution stays {before.distribution}",
        )
    pool = msgspec.structs.replace(
        before, terms=command.terms, distribution=wanted, updated_at=turn.now
    )
    turn.emit(PoolUpdated(pool=pool))
    return PoolStanding(pool=pool, counts=counts)


def add_codes(turn: Turn, command: AddCodes) -> CodesKept:
    """Fill a pool. Refused whole, with every problem, if one code is wrong or stands twice (inferred)."""
    pool = must_find_pool(turn, command.pool_id)
    wanted = len(command.codes) or command.count
    if not wanted:
        raise refuse(Fault.INVALID, "there are no codes to add")
    held = turn.world.incentives.held[pool.pool_id]
    if pool.distribution is Distribution.MULTI and len(held) + wanted > 1:
        raise refuse(
            Fault.INVALID,
            f"pool {pool.pool_id} is multi: it holds one code, which is issued again and again",
        )
    codes = command.codes or _generated(turn, pool, command.count)
    problems = _problems(turn, pool, codes)
    if problems:
        raise Refused(*problems)
    turn.emit(CodesAdded(pool_id=pool.pool_id, codes=codes))
    before = turn.world.incentives.counts(pool)
    counts = msgspec.structs.replace(
        before, total=before.total + len(codes), remaining=before.remaining + len(codes)
    )
    return CodesKept(added=len(codes), standing=PoolStanding(pool=pool, counts=counts))


def _problems(turn: Turn, pool: IncentivePool, codes: tuple[str, ...]) -> list[Problem]:
    longest, known = pool.terms.max_characters, turn.world.incentives.codes
    told: list[str] = []
    for code, times in Counter(codes).items():
        if times > 1:
            told.append(f'code "{code}" stands {times} times; a code stands once in a company')
        if code in known:
            told.append(f'code "{code}" stands already in pool {known[code].pool_id}')
        if len(code) > longest:
            told.append(f'code "{code}" is longer than max_characters, {longest}')
        if not _plain(code):
            told.append(f'code "{code}" cannot be part of a path; use letters and digits')
    return [Problem(fault=Fault.INVALID, message=text) for text in told]


def _plain(code: str) -> bool:
    """Whether a client can ask for the code by its path."""
    shown = bool(code) and code.isprintable() and code == code.strip()
    return shown and "/" not in code and code not in (".", "..")


def _generated(turn: Turn, pool: IncentivePool, count: int) -> tuple[str, ...]:
    """Codes derived from the seed, the pool and their number; one that is taken is passed over."""
    length = min(pool.terms.max_characters, LONGEST_GENERATED)
    known = turn.world.incentives.codes
    alike = sum(1 for code in known if len(code) == length)
    room = len(CODE_LETTERS) ** length // 2 - alike  # half stays free, so that one is soon found
    if count > room:
        raise refuse(
            Fault.INVALID,
            f"max_characters {pool.terms.max_characters} has room for {max(room, 0)} generated "
            f"codes more; ask for fewer, or raise it",
        )
    number = len(turn.world.incentives.held[pool.pool_id])
    made: dict[str, None] = {}
    while len(made) < count:
        number += 1
        code = turn.code("incentive code", f"{pool.pool_id}/{number}", length)
        if code not in known:
            made[code] = None
    return tuple(made)
