"""What must hold in a world after every event. `check` raises on the first that does not."""

from __future__ import annotations

from simulator.domain.incentives import Distribution
from simulator.domain.lines import is_smpp
from simulator.domain.world import World


class Broken(AssertionError):
    """An invariant of the world does not hold: a fault of the simulator, never of its user."""


def check(world: World) -> None:
    """Raise Broken, naming what is wrong, unless the world is consistent."""
    _people(world)
    _memberships(world)
    _participations(world)
    _messages(world)
    _callbacks(world)
    _incentives(world)
    first = world.timers.next()
    _must(first is None or first.due >= world.now, f"{first} was due before {world.now}")


def _people(world: World) -> None:
    for key, person in world.people.by_key.items():
        if person.mdn is not None:
            owner = world.people.with_mdn(person.mdn)
            _must(owner is not None and owner.person_key == key, f"{person.mdn} finds another")


def _memberships(world: World) -> None:
    for key, active in world.subscriptions.active.items():
        for item in active:
            _must(item.opt_out_at is None, f"{key} is active on a list it left")
            _must(bool(item.consent), f"{key} is on a list without consent")
    for key in world.subscriptions.ended:
        for item in world.subscriptions.history(key):
            late = item.opt_out_at is not None and item.opt_out_at < item.opt_in_at
            _must(not late, f"{key} left a list before it was on it")


def _participations(world: World) -> None:
    for key, item in world.participations.pending.items():
        timer = world.timers.get(f"expire:{key}")
        _must(timer is not None, f"participation {key} would never lapse")
        found = world.participations.get(item.campaign_id, item.mdn)
        _must(found == item, f"participation {key} is not the one of its number")


def _messages(world: World) -> None:
    for key in world.messages.in_flight:
        _must(world.timers.get(f"mt:{key}") is not None, f"message {key} would never end")
    for key in world.parts.waiting:
        _must(world.timers.get(f"parts:{key}") is not None, f"parts {key} wait for ever")
    bound = [kind for kind in world.binds.open.values() if kind != "transmitter"]
    _must(world.binds.receivers == len(bound), "receivers are counted wrong")


def _callbacks(world: World) -> None:
    book = world.lines
    for url, line in book.lines.items():
        _must(bool(line), f"{url} has an empty line")
        tried = [key for key in line if key in book.attempts]
        _must(book.abreast.get(url, 0) == len(tried), f"{url} counts what is under way wrong")
        if url in book.downed:
            _must(world.timers.get(f"recover:{url}") is not None, f"{url} is downed for ever")
            _must(not tried, f"{url} is downed and tried")
        for key in line:
            waits = world.timers.get(f"retry:{key}") is not None
            _must(waits == (key in book.waiting), f"{key} waits without a timer")
        if not is_smpp(url):
            _must(tried in ([], list(line)[:1]), f"{url} is tried out of order")
    for key in book.kept:
        _must(world.timers.get(f"late:{key}") is not None, f"{key} is kept for ever")


def _incentives(world: World) -> None:
    book = world.incentives
    held = {code: pool_id for pool_id, codes in book.held.items() for code in codes}
    _must(held == {key: item.pool_id for key, item in book.codes.items()}, "a code has two pools")
    _must(book.issued == sum(map(len, book.issuances.values())), "an issuance is not counted")
    _must(book.redeemed == sum(map(len, book.redemptions.values())), "a redemption is not counted")
    for pool in book.pools.values():
        codes, counts = book.held[pool.pool_id], book.counts(pool)
        given = [code for code in codes if book.issuances_of(code)]
        _must(counts.issued == len(given), f"pool {pool.pool_id} counts its issued codes wrong")
        if pool.distribution is Distribution.MULTI:
            _must(len(codes) <= 1, f"pool {pool.pool_id} is multi and holds several codes")
            continue
        for code in codes:
            _must(len(book.issuances_of(code)) <= 1, f"unique code {code} was issued twice")
            _must(len(book.redemptions_of(code)) <= 1, f"unique code {code} was redeemed twice")


def _must(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Broken(otherwise)
