"""Incentives: pools of codes, the codes in them, who was given one and who has used one.

What is decided about them is in `incentive_pools` and `issuing`. Rules: Vibes incentive-api.
"""

from __future__ import annotations

from collections import OrderedDict
from enum import StrEnum
from typing import TYPE_CHECKING

from simulator.domain.instants import Instant
from simulator.domain.record import Event, Record
from simulator.domain.refusals import Fault, refuse

if TYPE_CHECKING:
    from simulator.domain.turn import Turn

LONGEST_POOL_ID = 18
"""Digits of a pool id: what is longer names no pool (inferred)."""


class Distribution(StrEnum):
    """How a pool gives its codes: each once, or its one code again and again (Vibes: incentive-api)."""

    UNIQUE = "unique"
    MULTI = "multi"


class PoolTerms(Record, frozen=True, kw_only=True):
    """What a client says of a pool; nobody is written to at the threshold (Vibes: incentive-api)."""

    name: str
    issuance_allowed: bool
    redemption_allowed: bool
    low_threshold: int
    max_characters: int
    notification_email_address: str


class IncentivePool(Record, frozen=True, kw_only=True):
    """A pool of codes; its id counts from 1 (Vibes: incentive-api)."""

    pool_id: int
    terms: PoolTerms
    distribution: Distribution
    created_at: Instant
    updated_at: Instant


class CodeCounts(Record, frozen=True, kw_only=True):
    """How many codes a pool has, has given at least once, and can still give.

    Source: Vibes: incentive-api; that the code of a `multi` pool always remains is inferred.
    """

    total: int
    issued: int
    remaining: int


class PoolStanding(Record, frozen=True, kw_only=True):
    """A pool and its counts, as every answer shows them (Vibes: incentive-api)."""

    pool: IncentivePool
    counts: CodeCounts


class IncentiveCode(Record, frozen=True, kw_only=True):
    """A code: in one pool, and once in the company, since it is found without its pool.

    Source: Vibes: incentive-api.
    """

    code: str
    pool_id: int
    created_at: Instant


class CodeUse(Record, frozen=True, kw_only=True):
    """A code given or used: by whom, and which application says so (Vibes: incentive-api).

    `issuee_id` is ours: the same for the same `external_issuee_id`, else one of its own (inferred).
    """

    id: int
    code: str
    pool_id: int
    issuee_id: str
    external_issuee_id: str | None
    referring_application: str | None
    referring_application_ref_id: str | None
    at: Instant


class Issuance(CodeUse, frozen=True, kw_only=True):
    """A code was given to somebody; ids count from 1 (Vibes: incentive-api)."""


class Redemption(CodeUse, frozen=True, kw_only=True):
    """Somebody used a code; ids count from 1 (Vibes: incentive-api)."""


class PoolCreated(Event, frozen=True, kw_only=True):
    """There is a new, empty pool (Vibes: incentive-api)."""

    pool: IncentivePool


class PoolUpdated(Event, frozen=True, kw_only=True):
    """A pool changed; its whole new state (Vibes: incentive-api)."""

    pool: IncentivePool


class CodesAdded(Event, frozen=True, kw_only=True):
    """Codes came into a pool, in this order (inferred: Vibes takes them in its own pages)."""

    pool_id: int
    codes: tuple[str, ...]


class CodeIssued(Event, frozen=True, kw_only=True):
    """A code was given (Vibes: incentive-api)."""

    issuance: Issuance


class CodeRedeemed(Event, frozen=True, kw_only=True):
    """A code was used (Vibes: incentive-api)."""

    redemption: Redemption


class Incentives:
    """All pools, their codes in the order they came, and every use of each, oldest first.

    Source: Vibes: incentive-api.
    """

    def __init__(self) -> None:
        self.pools: dict[int, IncentivePool] = {}
        self.codes: dict[str, IncentiveCode] = {}
        self.held: dict[int, list[str]] = {}
        self.unissued: dict[int, OrderedDict[str, None]] = {}
        self.issuances: dict[str, list[Issuance]] = {}
        self.redemptions: dict[str, list[Redemption]] = {}
        self.issued = 0
        self.redeemed = 0

    def pool(self, pool_id: str) -> IncentivePool | None:
        """The pool a path names, or None; what is no number names none."""
        if not (pool_id.isascii() and pool_id.isdigit() and len(pool_id) <= LONGEST_POOL_ID):
            return None
        return self.pools.get(int(pool_id))

    def counts(self, pool: IncentivePool) -> CodeCounts:
        """How many codes the pool has, gave, and can give."""
        total, fresh = len(self.held[pool.pool_id]), len(self.unissued[pool.pool_id])
        lasting = pool.distribution is Distribution.MULTI
        return CodeCounts(total=total, issued=total - fresh, remaining=total if lasting else fresh)

    def standing(self, pool: IncentivePool) -> PoolStanding:
        """The pool with its counts."""
        return PoolStanding(pool=pool, counts=self.counts(pool))

    def issuances_of(self, code: str) -> list[Issuance]:
        """Every time the code was given."""
        return self.issuances.get(code, [])

    def redemptions_of(self, code: str) -> list[Redemption]:
        """Every time the code was used."""
        return self.redemptions.get(code, [])

    def apply_created(self, event: PoolCreated) -> None:
        """A pool begins empty."""
        number = event.pool.pool_id
        self.pools[number] = event.pool
        self.held[number], self.unissued[number] = [], OrderedDict()

    def apply_updated(self, event: PoolUpdated) -> None:
        """A pool changes and keeps its codes."""
        if event.pool.pool_id not in self.pools:
            raise ValueError(f"there is no pool {event.pool.pool_id} to update")
        self.pools[event.pool.pool_id] = event.pool

    def apply_added(self, event: CodesAdded, at: Instant) -> None:
        """Codes can be given from now on."""
        held, unissued = self.held[event.pool_id], self.unissued[event.pool_id]
        for code in event.codes:
            self.codes[code] = IncentiveCode(code=code, pool_id=event.pool_id, created_at=at)
            held.append(code)
            unissued[code] = None

    def apply_issued(self, event: CodeIssued) -> None:
        """A code was given once, or once more."""
        item = event.issuance
        self.issued += 1
        self.unissued[item.pool_id].pop(item.code, None)
        self.issuances.setdefault(item.code, []).append(item)

    def apply_redeemed(self, event: CodeRedeemed) -> None:
        """A code was used once, or once more."""
        self.redeemed += 1
        self.redemptions.setdefault(event.redemption.code, []).append(event.redemption)


def must_find_pool(turn: Turn, pool_id: str) -> IncentivePool:
    """The pool, or the refusal that becomes a 404 (inferred: Vibes declares none)."""
    pool = turn.world.incentives.pool(pool_id)
    if pool is None:
        raise refuse(Fault.NOT_FOUND, f'no incentive pool "{pool_id}"')
    return pool
