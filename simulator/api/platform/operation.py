"""What an operation of the Platform is, and what it declares: the router and the document read it.

Each declaration is checked against every answer of the test suite.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.api.platform.call import Handler
from simulator.wire.shapes import Errors

ALWAYS = (400, 401, 403, 404, 429, 500, 503)
"""Faults of any call: its version, its caller, another's company, an unknown one, its limit, and ours."""


@dataclass(frozen=True, slots=True)
class Query:
    """A member of the query string; `kind` is the type of its value (Vibes: technical-details)."""

    name: str
    about: str
    kind: object = str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: method, path below the company, who answers it, and with what.

    `answers` are the successes by status, None where there is no body; `refuses` are the statuses
    of refusals that not every call has; `takes` is the body. Source: Vibes: technical-details.
    """

    method: str
    path: str
    handler: Handler
    summary: str
    answers: Mapping[int, object]
    refuses: tuple[int, ...] = ()
    query: tuple[Query, ...] = ()
    takes: object | None = None

    @property
    def declared(self) -> dict[int, object]:
        """Every status it may answer, with the type of its body."""
        large = () if self.takes is None else (413, 415)
        faults = sorted({*ALWAYS, *large, *self.refuses})
        return {**self.answers, **dict.fromkeys(faults, Errors)}
