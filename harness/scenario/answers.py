"""What a call answered, held against what it must give, and what is kept of it for later steps."""

from __future__ import annotations

import json
from typing import Annotated, Any

from harness.scenario.values import matches
from simulator.documents import Form

SHOWN = 500
"""How much of an answer is told when it is not as it must be."""

Gives = str | dict[str, object] | list[object]
"""A part of the answer as it is written, or JSON that must be in it; `*` is anything in a text."""

KeptName = Annotated[
    str, Form(r"^[A-Za-z_][A-Za-z0-9_-]{0,39}$", ("sale", "sale_id"), "name for a kept value")
]
PartPath = Annotated[
    str, Form(r"^[^.\s]+(\.[^.\s]+)*$", ("broadcast_id", "items.0.id"), "path into an answer")
]
Keep = dict[KeptName, PartPath]
"""Names for parts of the answer, by which later steps call them `{kept.name}`: `{id: broadcast_id}`."""


class UnexpectedAnswer(ValueError):
    """A call answered something else than the scenario says."""


def holds(gives: Gives, text: str) -> bool:
    """Whether a text gives what it must; what is no JSON gives no mapping and no list."""
    if isinstance(gives, str):
        return matches(text, f"*{gives}*")
    try:
        return _missed(gives, json.loads(text), "") is None
    except ValueError:
        return False


def look(call: str, answer: str, gives: Gives | None, keep: Keep) -> dict[str, object]:
    """Look whether an answer gives what it must; what is kept of it. Raises UnexpectedAnswer."""
    if isinstance(gives, str):
        if not matches(answer, f"*{gives}*"):
            raise UnexpectedAnswer(f"{call} gave no {gives} but {shown(answer)}")
    elif gives is not None:
        missed = _missed(gives, _json(call, answer), "")
        if missed:
            raise UnexpectedAnswer(f"{call} gave {missed}: {shown(answer)}")
    return {name: _part(call, answer, path) for name, path in keep.items()}


def shown(answer: str) -> str:
    """An answer as it is told, cut where it is long."""
    return (answer if len(answer) <= SHOWN else f"{answer[:SHOWN]}...") or "nothing"


def _json(call: str, answer: str) -> Any:
    try:
        return json.loads(answer)
    except ValueError as error:
        raise UnexpectedAnswer(f"{call} gave no JSON but {shown(answer)}") from error


def _part(call: str, answer: str, path: str) -> object:
    found = _json(call, answer)
    for name in path.split("."):
        if isinstance(found, dict) and name in found:
            found = found[name]
        elif isinstance(found, list) and name.isdecimal() and int(name) < len(found):
            found = found[int(name)]
        else:
            raise UnexpectedAnswer(f'{call} gave no "{path}" to keep: {shown(answer)}')
    return found


def _missed(wanted: object, found: object, path: str) -> str | None:
    """What of the wanted is not there, in words; None where all is."""
    where = f" as {path}" if path else ""
    if isinstance(wanted, dict):
        if not isinstance(found, dict):
            return f"no mapping{where}"
        for name, item in wanted.items():
            below = f"{path}.{name}".lstrip(".")
            if name not in found:
                return f'no "{below}"'
            missed = _missed(item, found[name], below)
            if missed:
                return missed
        return None
    if isinstance(wanted, list):
        if not isinstance(found, list) or len(found) != len(wanted):
            return f"no list of {len(wanted)}{where}"
        each = (
            _missed(*both, f"{path}.{at}".lstrip("."))
            for at, both in enumerate(zip(wanted, found, strict=True))
        )
        return next((missed for missed in each if missed), None)
    if isinstance(wanted, str) and isinstance(found, str):
        same = matches(found, wanted)
    else:
        same = type(wanted) is type(found) and wanted == found
    return None if same else f"{json.dumps(found)}{where}, not {json.dumps(wanted)}"
