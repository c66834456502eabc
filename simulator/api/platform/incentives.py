"""Incentive pools and codes (Vibes: incentive-api)."""

from __future__ import annotations

from aiohttp import web

from simulator.api.platform.call import Call, not_found
from simulator.api.platform.errors import respond
from simulator.domain.incentive_pools import CreatePool, UpdatePool
from simulator.domain.incentives import (
    IncentiveCode,
    Incentives,
    Issuance,
    PoolStanding,
    Redemption,
)
from simulator.domain.issuing import IssueCode, RedeemCode
from simulator.wire import incentive_json, incentive_views


async def pools(call: Call) -> web.Response:
    """GET incentives/pools: all of them, oldest first (Vibes: incentive-api)."""
    book = (await call.world()).incentives
    shown = [
        incentive_views.pool(call.company, book.standing(item)) for item in book.pools.values()
    ]
    return respond(shown)


async def create(call: Call) -> web.Response:
    """POST incentives/pools: 200 with the empty pool (Vibes: incentive-api)."""
    terms, distribution = incentive_json.read_pool(await call.body())
    reply = await call.submit(CreatePool(terms=terms, distribution=distribution))
    return _pool(call, reply)


async def pool(call: Call) -> web.Response:
    """GET incentives/pools/{id} (Vibes: incentive-api)."""
    book, pool_id = (await call.world()).incentives, call.path("incentive_pool_id")
    item = book.pool(pool_id)
    if item is None:
        raise not_found(f'no incentive pool "{pool_id}"')
    return _pool(call, book.standing(item))


async def update(call: Call) -> web.Response:
    """PUT incentives/pools/{id}: 200 with the pool as it now is (Vibes: incentive-api)."""
    terms, distribution = incentive_json.read_pool(await call.body())
    command = UpdatePool(
        pool_id=call.path("incentive_pool_id"), terms=terms, distribution=distribution
    )
    return _pool(call, await call.submit(command))


async def issue(call: Call) -> web.Response:
    """POST incentives/pools/{id}/issuances: 200 with the issuance (Vibes: incentive-api)."""
    code, claim = incentive_json.read_issuance(await call.body())
    command = IssueCode(pool_id=call.path("issuance_pool_id"), code=code, claim=claim)
    reply = await call.submit(command)
    assert isinstance(reply, Issuance)
    return respond(incentive_views.use(call.company, reply))


async def code(call: Call) -> web.Response:
    """GET incentives/codes/{code}: its tallies (Vibes: incentive-api)."""
    book, item = await _found(call)
    return respond(incentive_views.code(call.company, book, item))


async def issuances(call: Call) -> web.Response:
    """GET incentives/codes/{code}/issuances: an array, maybe empty (Vibes: incentive-api)."""
    book, item = await _found(call)
    return respond([incentive_views.use(call.company, use) for use in book.issuances_of(item.code)])


async def redeem(call: Call) -> web.Response:
    """POST incentives/codes/{code}/redemptions: 200 with an array of the one redemption.

    Source: Vibes: incentive-api.
    """
    claim = incentive_json.read_redemption(await call.body())
    reply = await call.submit(RedeemCode(code=call.path("incentive_code"), claim=claim))
    assert isinstance(reply, Redemption)
    return respond([incentive_views.use(call.company, reply)])


async def redemptions(call: Call) -> web.Response:
    """GET incentives/codes/{code}/redemptions: an array, maybe empty (Vibes: incentive-api)."""
    book, item = await _found(call)
    return respond(
        [incentive_views.use(call.company, use) for use in book.redemptions_of(item.code)]
    )


async def _found(call: Call) -> tuple[Incentives, IncentiveCode]:
    book, name = (await call.world()).incentives, call.path("incentive_code")
    item = book.codes.get(name)
    if item is None:
        raise not_found(f'no incentive code "{name}"')
    return book, item


def _pool(call: Call, standing: object) -> web.Response:
    assert isinstance(standing, PoolStanding)
    return respond(incentive_views.pool(call.company, standing))
