"""The steps of a scenario in a few words each, for progress and reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harness.scenario.step_specs import StepSpec


def title(step: StepSpec) -> str:
    """The step in a few words."""
    return _TITLES[step.chosen](getattr(step, step.chosen))


_WAYS = {"http": "", "smpp": " by SMPP"}

_TITLES: dict[str, Callable[[Any], str]] = {
    "run": lambda it: f'run "{it}"',
    "fill_form": lambda it: f'{it.person} fills out "{it.form}"',
    "request": lambda it: f'request "{it.campaign}" for {it.person}',
    "reply": lambda it: f'{it.person or it.phone} texts "{it.text}"',
    "advance": lambda it: f"advance {it}",
    "to": lambda it: f"move the clock to {it}",
    "until": lambda it: f"move the clock until it is so, {it.within} at most",
    "change": lambda it: f"change {it.person}",
    "create": lambda it: f"create {it.person}",
    "edit": lambda it: f'edit "{it.campaign}"',
    "click": lambda it: f"{it.person} opens link {it.link}",
    "phone": lambda it: f"change the phone of {it.person}",
    "http": lambda it: it.call,
    "vibes": lambda it: it.call,
    "submit": lambda it: f"submit a message to {it.to or it.phone}{_WAYS[it.by]}",
    "fault": lambda it: f"fault {it.profile or it.id or ''}".rstrip(),
    "heal": lambda it: f"heal {it}",
    "endpoint": lambda it: f"the endpoint answers {it.answers}",
    "operator": lambda it: f"operator: {it.call}",
    "delete": lambda it: f"delete {it}",
    "restart": lambda it: f"restart the simulator: {it}",
    "explain": lambda it: f"explain {it}",
    "expect": lambda _it: "expect",
}
