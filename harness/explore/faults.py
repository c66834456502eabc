"""What may go wrong in a history, and which invariants it cannot be held against.

Nothing here takes real time: calls that are answered late are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Step = dict[str, Any]

_JOIN = "POST campaigns/acquisition/{acquisition_id}/participants"
_LOST: tuple[Step, ...] = ({"lose_answer": True}, {"half": True}, {"drop": True}, {"garbage": True})
_LATE: tuple[Step, ...] = ({"delay": "10m"}, {"lose": True}, {"reorder": "30s"})

_RULES: dict[str, tuple[tuple[Step, tuple[Step, ...]], ...]] = {
    "callbacks": (
        ({"surface": "callback"}, ({"duplicate": True},)),
        ({"surface": "callback", "operation": "subscription_added"}, _LATE),
        ({"surface": "callback", "operation": "subscription_removed"}, _LATE),
    ),
    "receipts": (({"surface": "receipt"}, ({"duplicate": True}, *_LATE)),),
    "submits": (({"surface": "connect", "operation": "submit"}, ({"vendor_error": 1001}, *_LOST)),),
    "joins": (({"surface": "platform", "operation": _JOIN}, ({"status": 503}, *_LOST)),),
    "carriers": (
        ({"surface": "carrier"}, ({"fail": 101}, {"fail": 107}, {"delay": "1h"}, {"outage": True})),
    ),
}

_PROFILES = ("flaky_api", "busy_hour", "lost_answers", "messy_callbacks", "lost_receipts")


def by_surface(people: Sequence[str]) -> Iterator[tuple[Step, ...]]:
    """Single faults, each of everyone, of the next occasion, and of a person; and the profiles."""
    for rules in _RULES.values():
        yield tuple(
            {"fault": {"match": match, "effect": effect, **whom}}
            for rule, effects in rules
            for effect in effects
            for match, whom in (
                (rule, {}),
                (rule, {"budget": 1}),
                *(({**rule, "person": person}, {}) for person in people[:2]),
            )
        )
    yield tuple({"fault": {"profile": profile}} for profile in _PROFILES)


def endpoints() -> Iterator[Step]:
    """The campaign system's endpoint answers badly for a while, and well again."""
    yield {"endpoint": {"answers": 500, "times": 1}}
    yield {"endpoint": {"answers": 500, "times": 3}}
    yield {"endpoint": {"answers": 500, "only": "receipts"}}
    yield {"endpoint": {"answers": 500, "times": 2, "heeded": True}}
    yield {"endpoint": {"answers": 500}}
    yield {"endpoint": {"answers": 404, "times": 1}}
    yield {"endpoint": {"answers": 204}}


def excused(steps: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """The invariants that a history with these steps may break with nobody to blame for it.

    Whoever hears late, or never, that somebody left sends to who is no member: `audience`.
    """
    return frozenset({"audience"}) if any(map(_keeps_news_back, steps)) else frozenset()


def _keeps_news_back(step: Mapping[str, Any]) -> bool:
    fault, endpoint = step.get("fault"), step.get("endpoint")
    if fault is not None:
        surface = fault.get("match", {}).get("surface")
        late = surface == "callback" and "duplicate" not in fault.get("effect", {})
        return late or fault.get("profile") == "messy_callbacks"
    if endpoint is not None:
        heard = endpoint.get("heeded", False) or endpoint["answers"] < 300
        return not heard and endpoint.get("only") != "receipts"
    return False
