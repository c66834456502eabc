"""Message templates in Liquid, with the account's time in place of the machine's.

Vibes: using-liquid-language-template. python-liquid does the work; it is imported when the first
template is met, for most accounts never have one.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from simulator.domain.instants import Instant, to_datetime

if TYPE_CHECKING:
    from liquid import Environment

LONGEST_OUTPUT = 20_000
MOST_LOOPS = 10_000


class BadTemplate(ValueError):
    """The template cannot be read or filled in; the message says why (inferred)."""


def check(template: str) -> None:
    """Raise BadTemplate unless the template can be read (inferred)."""
    render(template, {}, Instant(0))


def render(template: str, variables: Mapping[str, Any], now: Instant) -> str:
    """The template filled in; `now` and `today` are the account's. Raises BadTemplate.

    Source: Vibes: using-liquid-language-template.
    """
    if "{" not in template:
        return template
    from liquid.exceptions import LiquidError

    moment = to_datetime(now)
    try:
        read = _environment().from_string(template)
        return read.render(**{**variables, "now": moment, "today": moment.date()})
    except LiquidError as error:
        raise BadTemplate(f"the template is no Liquid: {error}") from error


@cache
def _environment() -> Environment:
    from liquid import Environment, RenderContext
    from liquid.builtin.filters.misc import date as plain_date
    from liquid.filter import with_context

    class Bounded(Environment):
        output_stream_limit = LONGEST_OUTPUT
        loop_iteration_limit = MOST_LOOPS

    environment = Bounded()

    @with_context
    def date(value: object, form: str = "%Y-%m-%d", *, context: RenderContext) -> object:
        if value in ("now", "today"):
            value = context.resolve("now")
        return plain_date(value, form, environment=environment)

    environment.filters["date"] = date
    return environment
