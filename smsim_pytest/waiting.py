"""Waiting in the account's time: from one due thing to the next, never by the clock on the wall."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from smsim_pytest import times

if TYPE_CHECKING:
    from smsim_pytest.account import Account
    from smsim_pytest.expectations import Expectation


__tracebackhide__ = True
"""A failure shows the test's lines, not ours."""


class Unmet(AssertionError):
    """An expectation did not hold; the text has both sides, the timeline, and how to see it again."""


def expect(account: Account, expectation: Expectation) -> None:
    """The expectation holds now, once all of this instant is answered."""
    account.settle()
    found = expectation.look(account)
    if not found.holds:
        raise Unmet(_text(account, f"expected {expectation}", found.actual))


def until(account: Account, expectation: Expectation, within: str) -> None:
    """Move time until the expectation holds, at most by `within`."""
    end = _begun(account) + times.duration(within)
    while not (found := expectation.look(account)).holds:
        if not _step(account, end):
            raise Unmet(_text(account, f"expected {expectation} within {within}", found.actual))


def never(account: Account, expectation: Expectation, within: str) -> None:
    """Move time by `within`, and see at each instant that the expectation does not hold."""
    end = _begun(account) + times.duration(within)
    while not (found := expectation.look(account)).holds:
        if not _step(account, end):
            return
    raise Unmet(_text(account, f"expected never {expectation} within {within}", found.actual))


def _begun(account: Account) -> datetime:
    account.settle()
    return times.instant(account.now)


def _step(account: Account, end: datetime) -> bool:
    """Move to the next instant something is due, or to the end; False where time is there already."""
    shown = account.clock()
    now, following = times.instant(shown["now"]), shown["next_timer"]
    if now >= end:
        return False
    due = end if following is None else times.instant(following)
    account.move_to(times.iso(min(max(due, now), end)))
    return True


def _text(account: Account, expected: str, actual: str) -> str:
    """What a failure says; its first line is what pytest's summary shows."""
    lines = [
        expected,
        f"actual: {actual}",
        f"timeline of {account.company_key}, until {account.now}",
        account.timeline(),
        *([f"again: {account.again}"] if account.again else []),
    ]
    return "\n".join(lines)
