"""The table of invariants, and the judgement of a run by all of them that are not switched off."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from harness.oracles import books, consent, limits, sends, stops
from harness.oracles.evidence import Name, Violation
from harness.oracles.history import History
from harness.oracles.lines import Lines

Judge = Callable[[History, Lines], Iterator[Violation]]

JUDGES: dict[Name, Judge] = {
    Name.AFTER_STOP: stops.after_stop,
    Name.STOP_CONFIRMED: stops.stop_confirmed,
    Name.ONE_PER_SEND: sends.one_per_send,
    Name.AUDIENCE: sends.audience,
    Name.MEMBERSHIP_AFTER_YES: consent.membership_after_yes,
    Name.ONE_END: books.one_end,
    Name.HELP_ANSWERED: stops.help_answered,
    Name.ONCE_PER_YES: consent.once_per_yes,
    Name.COUNTERS: books.counters,
    Name.QUIET_HOURS: limits.quiet_hours,
    Name.FREQUENCY_CAP: limits.frequency_cap,
}
"""Who judges each invariant; quiet hours and the cap find nothing where none is set."""


def violations(history: History, off: frozenset[Name] = frozenset()) -> list[Violation]:
    """Everything a run broke, in the order of the table.

    Source: inferred.
    """
    lines = Lines(history)
    return [
        found
        for name, judge in JUDGES.items()
        if name not in off
        for found in judge(history, lines)
    ]
