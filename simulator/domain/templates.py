"""Message templates in Liquid, bounded, with the account's time in place of the machine's.

Vibes: using-liquid-language-template. python-liquid does the work; it is imported when the first
template is met, for most accounts never have one. What a template may cost is bounded in numbers,
never in time, so that a journal replays the same: loops, the output, every text and list a filter
makes, and ranges, whose ends must be written out. Whatever goes wrong inside is a BadTemplate.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, wraps
from typing import TYPE_CHECKING, Any

from simulator.domain.instants import Instant, to_datetime

if TYPE_CHECKING:
    from liquid import Environment

LONGEST_TEXT = 2_000
"""Characters of the output, and of what a filter makes; a message has 900."""

MOST_LOOPS = 1_000

_BLOCK = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_RANGE = re.compile(r"\(\s*([^()\s]+?)\s*\.\.\s*([^()\s]+?)\s*\)")


class BadTemplate(ValueError):
    """The template cannot be read or filled in; the message says why (inferred)."""


def check(template: str) -> None:
    """Raise BadTemplate unless the template can be read; it is not filled in (inferred)."""
    if "{" not in template:
        return
    used = _read(template).analyze(include_partials=False).filters
    unknown = [name for name in used if name not in _environment().filters]
    if unknown:
        raise BadTemplate(f"the template is no Liquid: there is no filter {', '.join(unknown)}")


def render(template: str, variables: Mapping[str, Any], now: Instant) -> str:
    """The template filled in; `now` and `today` are the account's. Raises BadTemplate.

    Source: Vibes: using-liquid-language-template.
    """
    if "{" not in template:
        return template
    moment = to_datetime(now)
    read = _read(template)
    try:
        return str(read.render(**{**variables, "now": moment, "today": moment.date()}))
    except Exception as error:
        raise BadTemplate(f"the template fails: {type(error).__name__}: {error}") from error


def _read(template: str) -> Any:
    for block in _BLOCK.findall(template):
        for low, high in _RANGE.findall(block):
            if not (_small(low) and _small(high)) or int(high) - int(low) > MOST_LOOPS:
                raise BadTemplate(
                    f"the template is no Liquid we take: the range ({low}..{high}) must be of "
                    f"numbers at most {MOST_LOOPS} apart"
                )
    try:
        return _environment().from_string(template)
    except Exception as error:
        raise BadTemplate(f"the template is no Liquid: {error}") from error


def _small(text: str) -> bool:
    return re.fullmatch(r"-?\d{1,9}", text, re.ASCII) is not None


@cache
def _environment() -> Environment:
    from liquid import Environment, RenderContext
    from liquid.builtin.filters.misc import date as plain_date
    from liquid.filter import with_context

    class Bounded(Environment):
        output_stream_limit = LONGEST_TEXT
        loop_iteration_limit = MOST_LOOPS

    environment = Bounded()

    @with_context
    def date(value: object, form: str = "%Y-%m-%d", *, context: RenderContext) -> object:
        if value in ("now", "today"):
            value = context.resolve("now")
        return plain_date(value, form, environment=environment)

    environment.filters["date"] = date
    for name, made in list(environment.filters.items()):
        environment.filters[name] = _bounded(made)
    return environment


def _bounded(made: Callable[..., object]) -> Callable[..., object]:
    """The filter, refusing to make more than a message could ever need."""

    @wraps(made)
    def bounded(*values: object, **named: object) -> object:
        result = made(*values, **named)
        if isinstance(result, str) and len(result) > LONGEST_TEXT:
            raise ValueError(f"a filter made more than {LONGEST_TEXT} characters")
        if isinstance(result, list | tuple) and len(result) > MOST_LOOPS:
            raise ValueError(f"a filter made more than {MOST_LOOPS} items")
        return result

    return bounded
