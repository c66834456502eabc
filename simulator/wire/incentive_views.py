"""What the incentive operations answer (Vibes: incentive-api)."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from simulator.domain.incentives import CodeUse, IncentiveCode, Incentives, PoolStanding
from simulator.wire import incentive_shapes as shapes
from simulator.wire.times import platform_time


def pool_url(company: str, pool_id: int) -> str:
    """Relative, by pool id (Vibes: incentive-api)."""
    return f"/companies/{company}/incentives/pools/{pool_id}"


def code_url(company: str, code: str) -> str:
    """Relative, by the code itself (Vibes: incentive-api)."""
    return f"/companies/{company}/incentives/codes/{quote(code, safe='')}"


def pool(company: str, standing: PoolStanding) -> shapes.IncentivePool:
    """A pool and its counts (Vibes: incentive-api)."""
    item, terms, counts = standing.pool, standing.pool.terms, standing.counts
    return shapes.IncentivePool(
        id=item.pool_id,
        name=terms.name,
        issuance_allowed=terms.issuance_allowed,
        redemption_allowed=terms.redemption_allowed,
        incentive_codes=shapes.PoolCodes(
            total=counts.total,
            issued=counts.issued,
            remaining=counts.remaining,
            low_threshold=terms.low_threshold,
            max_charachters=terms.max_characters,
            max_characters=terms.max_characters,
        ),
        distribution=shapes.Distribution(method=item.distribution.value),
        notification_email_address=terms.notification_email_address,
        created_at=platform_time(item.created_at),
        updated_at=platform_time(item.updated_at),
        url=pool_url(company, item.pool_id),
    )


def code(company: str, book: Incentives, item: IncentiveCode) -> shapes.IncentiveCode:
    """A code with its tallies; it is active while its pool allows issuance (Vibes: incentive-api).

    That it was updated when it was last given or used is inferred.
    """
    given, used = book.issuances_of(item.code), book.redemptions_of(item.code)
    latest = max([item.created_at, *(use.at for use in (*given[-1:], *used[-1:]))])
    return shapes.IncentiveCode(
        code=item.code,
        active=book.pools[item.pool_id].terms.issuance_allowed,
        issuances=_tally(given),
        redemptions=_tally(used),
        created_at=platform_time(item.created_at),
        updated_at=platform_time(latest),
        url=code_url(company, item.code),
    )


def use(company: str, item: CodeUse) -> shapes.Issuance:
    """An issuance or a redemption (Vibes: incentive-api)."""
    return shapes.Issuance(
        id=item.id,
        external_issuee_id=item.external_issuee_id,
        issuee_id=item.issuee_id,
        referring_application=item.referring_application,
        referring_application_ref_id=item.referring_application_ref_id,
        incentive_code=shapes.CodeReference(code=item.code, url=code_url(company, item.code)),
        incentive_pool=shapes.PoolReference(id=item.pool_id, url=pool_url(company, item.pool_id)),
        created_at=platform_time(item.at),
        updated_at=platform_time(item.at),
    )


def _tally(uses: Sequence[CodeUse]) -> shapes.Tally:
    return shapes.Tally(total=len(uses), unique=len({item.issuee_id for item in uses}))
