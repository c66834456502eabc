"""The account of an async test: the same methods, each to be awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from smsim_pytest.control import SmsError
from smsim_pytest.facts import Facts, Told
from smsim_pytest.waiting import Unmet

if TYPE_CHECKING:
    from smsim_pytest.account import Account
    from smsim_pytest.expectations import Expectation

__tracebackhide__ = True
"""A failure shows the test's lines, not ours."""

P = ParamSpec("P")
T = TypeVar("T")


class AsyncAccount(Facts):
    """One account of the simulator. A method leaves the event loop free while it waits.

    So an application in the test's own loop answers callbacks while time moves.
    """

    def __init__(self, sync: Account, told: Told) -> None:
        super().__init__(told)
        self.sync = sync

    async def text(self, mdn: str, text: str, to: str | None = None) -> dict[str, Any]:
        """The subscriber texts, to the account's first code if no other; what it was taken for."""
        return await _aside(self.sync.text, mdn, text, to)

    async def conversation(self, mdn: str) -> list[dict[str, Any]]:
        """Every message of a phone, oldest first."""
        return await _aside(self.sync.conversation, mdn)

    async def messages(self, **filters: str) -> list[dict[str, Any]]:
        """Recorded messages, oldest first; `direction`, `mdn`, `state` and `since` narrow them."""
        return await _aside(self.sync.messages, **filters)

    async def callbacks(self) -> list[dict[str, Any]]:
        """Every attempt at a callback or receipt, with its request and its answer."""
        return await _aside(self.sync.callbacks)

    async def handset(self, mdn: str, **state: object) -> dict[str, Any]:
        """A phone, changed by what is given: persona, reachable, connected, carrier."""
        return await _aside(self.sync.handset, mdn, **state)

    async def subscribe(self, mdn: str, list: str, **person: object) -> None:
        """Somebody is on a list from now on, as by an import; no text goes out."""
        await _aside(self.sync.subscribe, mdn, list, **person)

    async def advance(self, duration: str) -> None:
        """Move time on; returns when all that was due has happened and was answered."""
        await _aside(self.sync.advance, duration)

    async def move_to(self, instant: str) -> None:
        """Move time to an instant, ISO 8601."""
        await _aside(self.sync.move_to, instant)

    async def settle(self) -> None:
        """Wait until all that was told at this instant is answered; time stands still."""
        await _aside(self.sync.settle)

    async def clock(self) -> dict[str, Any]:
        """Now, and when the next thing is due: `now`, `mode`, `rate`, `next_timer`."""
        return await _aside(self.sync.clock)

    async def fault(self, **rule: object) -> list[str]:
        """A fault rule holds from now on: `match`, `effect`, `ratio`, `budget`, `id`, or `profile`."""
        return await _aside(self.sync.fault, **rule)

    async def heal(self, fault_id: str | None = None) -> None:
        """End a fault rule, or all."""
        await _aside(self.sync.heal, fault_id)

    async def until(self, expectation: Expectation, within: str = "5m") -> None:
        """Move time from one due thing to the next until the expectation holds.

        Raises Unmet, an AssertionError, once `within` of the account's time is over.
        """
        await _aside(self.sync.until, expectation, within)

    async def expect(self, expectation: Expectation) -> None:
        """The expectation holds now. Raises Unmet, an AssertionError."""
        await _aside(self.sync.expect, expectation)

    async def never(self, expectation: Expectation, within: str) -> None:
        """The expectation does not hold at any instant of `within`; time is at its end then.

        Raises Unmet, an AssertionError, at the first instant it does.
        """
        await _aside(self.sync.never, expectation, within)

    async def platform(
        self, method: str, path: str, body: object = None, version: str = "2"
    ) -> tuple[int, Any]:
        """A call of the Platform below the company; its HTTP status, and its JSON or None."""
        return await _aside(self.sync.platform, method, path, body, version)

    async def operate(self, method: str, path: str, body: object = None) -> Any:
        """Any control call on this account, as docs/control-api.md has them. Raises SmsError."""
        return await _aside(self.sync.operate, method, path, body)

    async def timeline(self) -> str:
        """Who texted whom when, what became of it, and which faults struck; a line each."""
        return await _aside(self.sync.timeline)

    async def delete(self) -> None:
        """Remove the account from the simulator."""
        await _aside(self.sync.delete)


async def _aside(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do it in a thread. What it raises shows the test's line, not the thread's."""
    try:
        return await asyncio.to_thread(work, *args, **kwargs)
    except (Unmet, SmsError) as error:
        raise error.with_traceback(None) from None
