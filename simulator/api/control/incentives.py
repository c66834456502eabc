"""Incentive codes by an operator's hand: the way they come into a pool."""

from __future__ import annotations

from aiohttp import web
from pydantic import Field, StrictInt, model_validator

from simulator.api.control.call import respond, taken, told, universe_of
from simulator.documents import Spec
from simulator.domain.incentive_pools import AddCodes, CodesKept

MOST_AT_ONCE = 10_000


class CodesSpec(Spec):
    """The codes to add, or how many to make."""

    codes: tuple[str, ...] | None = Field(default=None, min_length=1, max_length=MOST_AT_ONCE)
    count: StrictInt | None = Field(default=None, ge=1, le=MOST_AT_ONCE)

    @model_validator(mode="after")
    def _one_of_both(self) -> CodesSpec:
        if (self.codes is None) == (self.count is None):
            raise ValueError("give codes or count, one of them")
        return self


async def add_codes(request: web.Request) -> web.Response:
    """POST incentives/pools/{id}/codes: 201 with counts; all of them, or none and every fault."""
    spec = await told(request, CodesSpec)
    command = AddCodes(
        pool_id=request.match_info["id"], codes=spec.codes or (), count=spec.count or 0
    )
    reply = taken(await universe_of(request).engine.submit(command))
    assert isinstance(reply, CodesKept)
    counts = reply.standing.counts
    return respond(
        {
            "added": reply.added,
            "total": counts.total,
            "issued": counts.issued,
            "remaining": counts.remaining,
        },
        201,
    )
