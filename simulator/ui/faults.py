"""Faults: what goes wrong by rule, switched on and healed by hand; carriers and how each behaves."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from simulator.api.control.faults import NewFault
from simulator.documents import read
from simulator.domain.carriers import NAMES
from simulator.domain.fault_rules import EFFECTS, PROFILES, Effect, FaultRule, Surface
from simulator.domain.faults import AddFaults, FaultFired, RemoveFaults
from simulator.domain.instants import MILLISECOND, Instant, format_duration, iso, parse_duration
from simulator.domain.profiles import CarrierProfile, Delay
from simulator.errors import UserError
from simulator.runtime.ports import Entry
from simulator.specs.faults import rules_of
from simulator.ui import fault_words
from simulator.ui.page import Page

LATEST_ROWS = 20_000
"""Whom a rule hit last is looked for in so many of the newest rows of the journal."""

_NUMBERS = ("status", "vendor_error", "fail")
_DURATIONS = ("delay", "store_slow", "reorder")


async def index(page: Page) -> web.Response:
    """The rules that hold, with how often each was met and struck, and the carriers."""
    now, book = page.universe.engine.now(), page.universe.world.faults
    last = await _last_hits(page)
    return page.show(
        "faults.html.j2",
        rules=[
            {
                "id": rule.id,
                "whom": fault_words.whom(rule),
                "what": fault_words.what(rule),
                "share": fault_words.share(rule),
                "when": fault_words.when(rule, now),
                "met": book.met.get(rule.id, 0),
                "fired": book.fired.get(rule.id, 0),
                "last": last.get(rule.id),
            }
            for rule in book.rules.values()
        ],
        looked=LATEST_ROWS,
        profiles=fault_words.PROFILES,
        surfaces=fault_words.SURFACES,
        effects={effect: fault_words.EFFECTS[effect] for effect in Effect},
        carriers=[_carrier(page, *item) for item in page.universe.account.carriers.items()],
        codes=NAMES,
    )


async def add(page: Page) -> web.Response:
    """A named profile, a carrier in trouble, or a rule of one's own holds from now on."""
    told = await page.form()
    match told.get("kind"):
        case "profile":
            document: dict[str, object] = {"profile": told.get("profile", "")}
        case "carrier":
            document = _in_trouble(page, told)
        case _:
            document = _own(page, told)
    await page.submit(AddFaults(rules=_rules(page, document)))
    return page.back("faults")


async def heal(page: Page) -> web.Response:
    """One rule holds no more, or none does."""
    await page.submit(RemoveFaults(fault_id=page.request.match_info.get("fault_id")))
    return page.back("faults")


def _rules(page: Page, document: Mapping[str, object]) -> tuple[FaultRule, ...]:
    new = read(NewFault, document)
    if new.profile is not None:
        return PROFILES[new.profile]
    return rules_of((new.one(),), page.universe.world.faults.rules)


def _in_trouble(page: Page, told: Mapping[str, str]) -> dict[str, object]:
    """A carrier, or every one, is down or slow. Said again, it takes the place of what was said."""
    carrier, trouble = told.get("carrier", ""), told.get("trouble", "outage")
    effects: dict[str, dict[str, object]] = {
        "outage": {"outage": True},
        "slow": {"delay": told.get("late", "")},
    }
    if trouble not in effects:
        raise UserError(f'a carrier has no trouble "{trouble}"; it may be outage or slow')
    if carrier and carrier not in NAMES:
        raise UserError(f'no carrier "{carrier}"; choose one of the list')
    match = {"surface": "carrier", "carrier": carrier or None, "until": _until(page, told)}
    return {"id": f"{trouble}-{carrier or 'all'}", "match": match, "effect": effects[trouble]}


def _own(page: Page, told: Mapping[str, str]) -> dict[str, object]:
    """A rule as the form has it; what was left empty is left out."""
    surface, effect = told.get("surface", ""), told.get("effect", "")
    narrow = {name: told.get(name, "").strip() for name in ("operation", "number", "list", "code")}
    match = {name: value for name, value in narrow.items() if value}
    document: dict[str, object] = {
        "match": {
            "surface": surface,
            **match,
            "carrier": told.get("carrier") or None,
            "until": _until(page, told),
        },
        "effect": {effect: _value(surface, effect, told.get("value", "").strip())},
    }
    for name, member in (("name", "id"), ("ratio", "ratio")):
        if told.get(name, "").strip():
            document[member] = told[name].strip()
    if told.get("budget", "").strip():
        document["budget"] = _whole(told["budget"].strip(), "how often at most")
    return document


def _value(surface: str, effect: str, value: str) -> object:
    """What an effect's member holds. Raises UserError where its value is missing or too much."""
    known = EFFECTS.get(Surface(surface), frozenset()) if surface in [*Surface] else frozenset()
    if known and effect not in known:
        raise UserError(
            f'{fault_words.SURFACES[Surface(surface)]} know no "{effect}"; '
            f"it may be {', '.join(sorted(known))}"
        )
    if effect in _NUMBERS:
        return _whole(value, f"the value of {effect}")
    if effect in _DURATIONS:
        if not value:
            raise UserError(f'{effect} needs how long as its value; write "30s"')
        return value
    if value:
        raise UserError(f"{effect} takes no value; leave it empty")
    return True


def _whole(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise UserError(f'{name} is a whole number, not "{text}"')
    return int(text)


def _until(page: Page, told: Mapping[str, str]) -> str | None:
    """When a rule that holds for so long is over; None where it holds until it is healed."""
    text = told.get("for", "").strip()
    if not text:
        return None
    try:
        return iso(Instant(page.universe.engine.now() + parse_duration(text)))
    except (ValueError, OverflowError) as error:
        raise UserError(str(error)) from error


async def _last_hits(page: Page) -> dict[str, dict[str, object]]:
    """Whom each rule hit last, where the newest rows of the journal tell of it."""
    book = page.universe.world.faults
    wanted = {key for key, count in book.fired.items() if count}
    if not wanted:
        return {}
    after = max(0, page.universe.engine.seq - LATEST_ROWS)
    rows = await page.universe.store.entries(page.key, after, types=[FaultFired.__name__])
    found: dict[str, dict[str, object]] = {}
    for row in reversed(rows):
        if not wanted:
            break
        fired = row.value
        if isinstance(fired, FaultFired) and fired.fault_id in wanted:
            wanted.remove(fired.fault_id)
            found[fired.fault_id] = _hit(row, fired)
    return found


def _hit(row: Entry, fired: FaultFired) -> dict[str, object]:
    occasion = fired.occasion
    return {
        "at": row.at,
        "mdn": occasion.mdn,
        "operation": occasion.operation,
        "message_id": occasion.message_id,
    }


def _carrier(page: Page, code: str, profile: CarrierProfile) -> dict[str, object]:
    others = "every other carrier" if len(page.universe.account.carriers) > 1 else "every carrier"
    return {
        "name": others if code == "default" else NAMES.get(code, code),
        "code": code,
        "profile": profile.name.replace("_", " "),
        "to_carrier": _delay(profile.carrier_delay),
        "to_phone": _delay(profile.handset_delay),
        "losses": _losses(profile),
        "per_second": profile.per_second,
        "troubles": _troubles(page, code),
    }


def _troubles(page: Page, code: str) -> list[str]:
    """What rules do to a carrier now; to one that has no profile of its own, by its name."""
    now, own, told = page.universe.engine.now(), page.universe.account.carriers, []
    for rule in page.universe.world.faults.rules.values():
        hit = rule.match.carrier
        if rule.match.surface is not Surface.CARRIER or fault_words.when(rule, now)[0] != "bad":
            continue
        if hit in (None, code):
            told.append(rule.id)
        elif code == "default" and hit not in own:
            told.append(f"{rule.id} at {NAMES.get(hit, hit)}")
    return told


def _delay(delay: Delay) -> str:
    half, most = (format_duration(ms * MILLISECOND) for ms in (delay.median, delay.p95))
    return half if half == most else f"{half}, 1 in 20 over {most}"


def _losses(profile: CarrierProfile) -> str:
    shares = (
        ("refused", profile.refusal),
        ("undeliverable", profile.loss),
        ("never reached", profile.unreachable),
    )
    told = [f"{hits} in {of} {word}" for word, (hits, of) in shares if hits]
    return ", ".join(told) or "none"
