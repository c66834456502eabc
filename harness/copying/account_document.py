"""An account as its spec: what a scenario's `account:` must say so that it begins the same.

Written out in full first; then each member goes whose absence makes the same account, so that only
what differs from a plain one stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from simulator.domain.account import Account, AcquisitionCampaign, ClockStart, Connect, Settings
from simulator.domain.instants import MILLISECOND, format_duration, iso
from simulator.domain.personas import Habit, Persona
from simulator.domain.prices import Prices, in_units
from simulator.domain.profiles import SHIPPED, CarrierProfile, Delay, Window
from simulator.errors import BadSpec
from simulator.spec import read_account

Document = dict[str, Any]

_PASSES = 3
"""Whether a member may go can depend on one after it."""


def account_document(account: Account) -> tuple[Document, list[str]]:
    """The spec that makes this account on a manual clock, and what it cannot say, in words.

    Key, user name, seed and fault rules are left out: a scenario has its own, and rules are steps.
    """
    wanted = _bare(account)
    remarks = []
    if account.connect.mo_url is not None:
        remarks.append(f"texts from phones were forwarded to {account.connect.mo_url}; here not")
    document = _full(wanted)
    found = _read(document, wanted)
    if found is None:
        return {}, [*remarks, "what the account was told cannot be written; it is a plain one here"]
    remarks += [f"the account's {name} is not quite the same" for name in _differing(found, wanted)]
    for _ in range(_PASSES):
        document = _pruned(document, found)
    return document, remarks


def persona_document(item: Persona) -> Document:
    """A persona as the account spec and a phone say it."""
    return {
        "habits": [_habit(habit) for habit in item.habits],
        **({"landline": True} if item.landline else {}),
        **({"off_for": format_duration(item.off_for)} if item.off_for else {}),
        **({"ports_to": item.ports_to, "ports_at": item.ports_at} if item.ports_to else {}),
    }


def _bare(account: Account) -> Account:
    """The account without what a scenario says elsewhere."""
    return msgspec.structs.replace(
        account,
        username=account.company_key,
        seed=0,
        clock=ClockStart(mode="manual", now=account.clock.now),
        connect=msgspec.structs.replace(
            account.connect, mo_url=None, mo_user=None, mo_password=None
        ),
        faults=(),
    )


def _read(document: Document, wanted: Account) -> Account | None:
    try:
        return read_account(document, key=wanted.company_key, now=wanted.clock.now)[0]
    except BadSpec:
        return None


def _differing(found: Account, wanted: Account) -> list[str]:
    names = (field.name for field in msgspec.structs.fields(Account))
    return [name for name in names if getattr(found, name) != getattr(wanted, name)]


def _pruned(document: Document, wanted: Account) -> Document:
    """The document without members that change nothing, top to bottom, mappings within too."""
    paths = list(_paths(document))
    for path in reversed(paths):
        smaller = _without(document, path)
        if _read(smaller, wanted) == wanted:
            document = smaller
    return document


def _paths(value: object, above: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found: list[tuple[str | int, ...]] = []
    if isinstance(value, dict):
        for key, item in value.items():
            found += [(*above, key), *_paths(item, (*above, key))]
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found += _paths(item, (*above, index))
    return found


def _without(value: Any, path: tuple[str | int, ...]) -> Any:
    first, *rest = path
    if isinstance(value, dict):
        if not rest:
            return {key: item for key, item in value.items() if key != first}
        return {k: _without(v, tuple(rest)) if k == first else v for k, v in value.items()}
    return [_without(v, tuple(rest)) if k == first else v for k, v in enumerate(value)]


def _full(account: Account) -> Document:
    return {
        "clock": {"now": iso(account.clock.now)},
        "source_codes": [_present(msgspec.structs.asdict(item)) for item in account.source_codes],
        "subscription_lists": [{"id": item.id, "name": item.name} for item in account.lists],
        "acquisition_campaigns": [_campaign(item) for item in account.campaigns],
        "custom_fields": list(account.custom_fields),
        "connect": _connect(account.connect),
        "carriers": {code: _carrier(item) for code, item in account.carriers.items()},
        "personas": {name: persona_document(item) for name, item in account.personas.items()},
        "phones": {name: f"{hundredths / 100:g}%" for name, hundredths in account.phones},
        "prices": _prices(account.prices),
        "settings": _settings(account.settings),
    }


def _present(values: Mapping[str, Any]) -> Document:
    return {name: value for name, value in values.items() if value is not None}


def _campaign(item: AcquisitionCampaign) -> Document:
    return _present(
        {
            "id": item.id,
            "list": item.list_id,
            "code": item.code,
            "description": item.description,
            "keywords": list(item.keywords),
            "opt_in": "double" if item.double_opt_in else "single",
            "window": format_duration(item.window),
            "yes": list(item.yes),
            "yes_pattern": item.yes_pattern,
            "confirmation": item.confirmation,
            "welcome": item.welcome,
            "already": item.already,
        }
    )


def _connect(item: Connect) -> Document:
    smpp = msgspec.structs.asdict(item.smpp)
    times = {"enquire_ms": "enquire_link", "inactive_ms": "inactivity", "response_ms": "response"}
    return _present(
        {
            **{
                name: value
                for name, value in msgspec.structs.asdict(item).items()
                if name not in ("smpp", "mo_url", "mo_user", "mo_password")
            },
            "smpp": {
                **{name: value for name, value in smpp.items() if name not in times},
                **{told: _of_ms(smpp[name]) for name, told in times.items()},
            },
        }
    )


_TIMES = {"routing_ms": "routing_delay", "callback_timeout_ms": "callback_timeout"}
_DURATIONS = ("stop_reply_window", "parts_window", "retry_every", "downed_for")


def _settings(item: Settings) -> Document:
    told: Document = {}
    for name, value in msgspec.structs.asdict(item).items():
        if name in _TIMES:
            told[_TIMES[name]] = _of_ms(value)
        else:
            told[name] = format_duration(value) if name in _DURATIONS else value
    return told


def _carrier(item: CarrierProfile) -> Document:
    profile = item.name if item.name in SHIPPED else "plain"
    return {
        "profile": profile,
        "carrier_delay": _delay(item.carrier_delay),
        "handset_delay": _delay(item.handset_delay),
        "refusal": _ratio(item.refusal),
        "loss": _ratio(item.loss),
        "unreachable": _ratio(item.unreachable),
        "validity": format_duration(item.validity),
        "per_second": item.per_second,
        "maintenance": [_window(one) for one in item.maintenance],
        "handset_receipts": item.handset_receipts,
        "concatenates": item.concatenates,
        "shows": item.shows,
        "not_provisioned": list(item.not_provisioned),
    }


def _habit(item: Habit) -> Document:
    return {
        "to": item.to,
        "says": list(item.says),
        **({"chance": _ratio(item.chance)} if item.chance != (1, 1) else {}),
        "after": _delay(item.after),
        **({"nth": item.nth} if item.nth is not None else {}),
    }


def _prices(item: Prices) -> Document:
    return {
        "segment": in_units(item.segment_micros),
        "received": in_units(item.received_micros),
        "carriers": {
            code: {
                name: in_units(value)
                for name, value in (
                    ("segment", own.segment_micros),
                    ("received", own.received_micros),
                )
                if value is not None
            }
            for code, own in item.carriers.items()
        },
    }


def _delay(item: Delay) -> object:
    quantiles = {name: _of_ms(value) for name, value in msgspec.structs.asdict(item).items()}
    return quantiles["least"] if len(set(quantiles.values())) == 1 else quantiles


def _ratio(item: tuple[int, int]) -> str:
    return f"{item[0]}/{item[1]}"


def _window(item: Window) -> str:
    start, until = (f"{at // 60:02d}:{at % 60:02d}" for at in (item.start, item.until))
    return f"{start}-{until}"


def _of_ms(value: int) -> str:
    return format_duration(value * MILLISECOND)
