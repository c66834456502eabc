"""What is decided about incentive codes: given to somebody, and used by somebody.

Rules: Vibes incentive-api.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.domain.incentives import (
    CodeIssued,
    CodeRedeemed,
    Distribution,
    IncentivePool,
    Issuance,
    Redemption,
    must_find_pool,
)
from simulator.domain.record import Command, Record
from simulator.domain.refusals import Fault, refuse

if TYPE_CHECKING:
    from simulator.domain.turn import Turn


class Claim(Record, frozen=True, kw_only=True):
    """Who a code is given to or used by, and for which application (Vibes: incentive-api)."""

    external_issuee_id: str | None = None
    issuee_id: str | None = None
    referring_application: str | None = None
    referring_application_ref_id: str | None = None


class IssueCode(Command, frozen=True, kw_only=True):
    """POST issuances of a pool: this code, or the next one (Vibes: incentive-api)."""

    pool_id: str
    code: str | None
    claim: Claim


class RedeemCode(Command, frozen=True, kw_only=True):
    """POST redemptions of a code; a claim that names nobody is fine (Vibes: incentive-api)."""

    code: str
    claim: Claim


def issue(turn: Turn, command: IssueCode) -> Issuance:
    """Give a code. 404 pool; 422 when the pool gives none now, has none left, or lacks the one asked for.

    Source: Vibes: incentive-api; that a closed pool answers 422, as one without codes, is inferred.
    """
    pool = must_find_pool(turn, command.pool_id)
    if not pool.terms.issuance_allowed:
        raise refuse(Fault.INVALID, f"pool {pool.pool_id} does not allow issuance now")
    number = turn.count("issuance", turn.world.incentives.issued)
    claim = command.claim
    issuance = Issuance(
        id=number,
        code=_chosen(turn, pool, command.code),
        pool_id=pool.pool_id,
        issuee_id=_issuee_id(turn, claim.external_issuee_id, f"issuance {number}"),
        external_issuee_id=claim.external_issuee_id,
        referring_application=claim.referring_application,
        referring_application_ref_id=claim.referring_application_ref_id,
        at=turn.now,
    )
    turn.emit(CodeIssued(issuance=issuance))
    return issuance


def redeem(turn: Turn, command: RedeemCode) -> Redemption:
    """Use a code. 404 code; 422 closed pool, unique code already used, issuee it was not given to.

    Source: Vibes: incentive-api. That a closed pool answers 422, and that a code nobody was given
    can be used by nobody in particular, is inferred.
    """
    book = turn.world.incentives
    item = book.codes.get(command.code)
    if item is None:
        raise refuse(Fault.NOT_FOUND, f'no incentive code "{command.code}"')
    pool = book.pools[item.pool_id]
    if not pool.terms.redemption_allowed:
        raise refuse(Fault.INVALID, f"pool {pool.pool_id} does not allow redemption now")
    if pool.distribution is Distribution.UNIQUE and book.redemptions_of(item.code):
        raise refuse(Fault.INVALID, f'code "{item.code}" is unique and was already redeemed')
    given = _given_to(turn, item.code, pool, command.claim)
    number = turn.count("redemption", book.redeemed)
    redemption = Redemption(
        id=number,
        code=item.code,
        pool_id=pool.pool_id,
        issuee_id=given.issuee_id if given else _issuee_id(turn, None, f"redemption {number}"),
        external_issuee_id=given.external_issuee_id if given else None,
        referring_application=command.claim.referring_application,
        referring_application_ref_id=command.claim.referring_application_ref_id,
        at=turn.now,
    )
    turn.emit(CodeRedeemed(redemption=redemption))
    return redemption


def _chosen(turn: Turn, pool: IncentivePool, wanted: str | None) -> str:
    """The code to give: the one asked for, the next fresh one, or the one of a multi pool."""
    book = turn.world.incentives
    fresh = book.unissued[pool.pool_id]
    multi = pool.distribution is Distribution.MULTI
    if wanted is not None:
        known = book.codes.get(wanted)
        if known is None or known.pool_id != pool.pool_id:
            raise refuse(Fault.INVALID, f'pool {pool.pool_id} has no code "{wanted}"')
        if not multi and wanted not in fresh:
            raise refuse(Fault.INVALID, f'code "{wanted}" is unique and was already issued')
        return wanted
    code = next(iter(book.held[pool.pool_id] if multi else fresh), None)
    if code is None:
        raise refuse(Fault.INVALID, f"pool {pool.pool_id} has no code left; add codes to it")
    return code


def _given_to(turn: Turn, code: str, pool: IncentivePool, claim: Claim) -> Issuance | None:
    """The issuance that a redemption is of: of whom it names, or the only one of a unique code."""
    issuances = turn.world.incentives.issuances_of(code)
    if claim.external_issuee_id is None and claim.issuee_id is None:
        sole = pool.distribution is Distribution.UNIQUE
        return next(iter(issuances), None) if sole else None
    for item in issuances:
        external = claim.external_issuee_id in (None, item.external_issuee_id)
        if external and claim.issuee_id in (None, item.issuee_id):
            return item
    named = [
        f'{name} "{value}"'
        for name, value in (
            ("external_issuee_id", claim.external_issuee_id),
            ("issuee_id", claim.issuee_id),
        )
        if value is not None
    ]
    raise refuse(Fault.INVALID, f'code "{code}" was not issued to {" and ".join(named)}')


def _issuee_id(turn: Turn, external_id: str | None, otherwise: str) -> str:
    """One id for one external id; who has none is somebody of their own."""
    if external_id is not None:
        return turn.short_id("issuee", external_id)
    return turn.short_id("unnamed issuee", otherwise)
