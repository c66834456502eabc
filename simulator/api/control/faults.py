"""Fault rules: what is to go wrong, and how often each has struck."""

from __future__ import annotations

import asyncio
from weakref import WeakKeyDictionary

from aiohttp import web
from pydantic import Field, StrictInt, model_validator

from simulator.api.control.call import respond, taken, told, universe_of
from simulator.documents import Spec, rather
from simulator.domain.fault_rules import PROFILES, FaultRule
from simulator.domain.faults import AddFaults, RemoveFaults
from simulator.domain.instants import iso
from simulator.runtime.universe import Universe
from simulator.specs.faults import EffectSpec, FaultSpec, MatchSpec, rules_of
from simulator.specs.values import Id, RatioText


class NewFault(Spec):
    """One rule, as a fault spec says it, or a named profile of them."""

    profile: str | None = None
    id: Id | None = None
    match: MatchSpec | None = None
    effect: EffectSpec | None = None
    ratio: RatioText = "1/1"
    budget: StrictInt | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _either(self) -> NewFault:
        if self.profile is not None:
            if self.model_fields_set != {"profile"}:
                raise ValueError("a profile has no other member")
            if self.profile not in PROFILES:
                known = rather(self.profile, list(PROFILES))
                raise ValueError(f'no profile "{self.profile}"{known}')
        elif self.match is None or self.effect is None:
            raise ValueError('write "match" and "effect", or "profile"')
        else:
            self.one()
        return self

    def one(self) -> FaultSpec:
        """The rule, checked as a whole."""
        return FaultSpec.model_validate(self.model_dump(exclude={"profile"}, exclude_unset=True))


_naming: WeakKeyDictionary[Universe, asyncio.Lock] = WeakKeyDictionary()
"""Rules without an id are named one after the other: two that come at once are two."""


async def index(request: web.Request) -> web.Response:
    """GET faults: the rules that hold, what they met and how often they fired; the profiles."""
    universe = universe_of(request)
    await universe.engine.committed()
    return respond({"items": _shown(universe), "profiles": sorted(PROFILES)})


async def create(request: web.Request) -> web.Response:
    """POST faults: 201 with the rules that hold now."""
    universe = universe_of(request)
    new = await told(request, NewFault)
    async with _naming.setdefault(universe, asyncio.Lock()):
        rules = _rules(universe, new)
        taken(await universe.engine.submit(AddFaults(rules=rules)))
    return respond({"added": [rule.id for rule in rules], "items": _shown(universe)}, 201)


async def clear(request: web.Request) -> web.Response:
    """DELETE faults: none holds any more; 204."""
    taken(await universe_of(request).engine.submit(RemoveFaults()))
    return web.Response(status=204)


async def delete(request: web.Request) -> web.Response:
    """DELETE faults/{id}: it holds no more; 204."""
    command = RemoveFaults(fault_id=request.match_info["id"])
    taken(await universe_of(request).engine.submit(command))
    return web.Response(status=204)


def _rules(universe: Universe, new: NewFault) -> tuple[FaultRule, ...]:
    if new.profile is not None:
        return PROFILES[new.profile]
    return rules_of((new.one(),), universe.world.faults.rules)


def _shown(universe: Universe) -> list[dict[str, object]]:
    book = universe.world.faults
    return [
        {
            "id": rule.id,
            "match": {
                "surface": rule.match.surface,
                "operation": rule.match.operation,
                "number": rule.match.mdn,
                "list": rule.match.list_id,
                "code": rule.match.code,
                "carrier": rule.match.carrier,
                "since": iso(rule.match.since) if rule.match.since is not None else None,
                "until": iso(rule.match.until) if rule.match.until is not None else None,
                "nth": rule.match.nth,
            },
            "effect": rule.effect,
            "value": rule.number,
            "wait_ms": rule.wait_ms,
            "ratio": f"{rule.ratio[0]}/{rule.ratio[1]}",
            "budget": rule.budget,
            "met": book.met.get(rule.id, 0),
            "fired": book.fired.get(rule.id, 0),
        }
        for rule in book.rules.values()
    ]
