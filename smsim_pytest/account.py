"""The account of a sync test: phones, time, faults, and what is expected of them."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from smsim_pytest import timeline, waiting
from smsim_pytest.facts import Facts, Told

if TYPE_CHECKING:
    from smsim_pytest.async_account import AsyncAccount
    from smsim_pytest.control import Control
    from smsim_pytest.expectations import Expectation


__tracebackhide__ = True
"""A failure shows the test's lines, not ours."""


class Account(Facts):
    """One account of the simulator. Every method waits until it is done.

    In an async test use AsyncAccount: an application in the test's own event loop could not answer
    while a method of this one waits.
    """

    def __init__(self, control: Control, shown: Mapping[str, Any], again: str) -> None:
        now = str(shown["clock"]["now"])
        super().__init__(Told(url=control.url, shown=shown, now=now, again=again))
        self._control = control

    @property
    def aio(self) -> AsyncAccount:
        """The same account with methods to await."""
        from smsim_pytest.async_account import AsyncAccount

        return AsyncAccount(self, self._told)

    def text(self, mdn: str, text: str, to: str | None = None) -> dict[str, Any]:
        """The subscriber texts, to the account's first code if no other; what it was taken for."""
        body = {"text": text} if to is None else {"text": text, "to": to}
        return dict(self.operate("POST", f"/handsets/{quote(written(mdn))}/messages", body))

    def conversation(self, mdn: str) -> list[dict[str, Any]]:
        """Every message of a phone, oldest first."""
        return list(self._phone(mdn)["messages"])

    def messages(self, **filters: str) -> list[dict[str, Any]]:
        """Recorded messages, oldest first; `direction`, `mdn`, `state` and `since` narrow them."""
        if "mdn" in filters:
            filters["mdn"] = written(filters["mdn"])
        return self.pages("/messages", "cursor", **filters)

    def callbacks(self) -> list[dict[str, Any]]:
        """Every attempt at a callback or receipt, with its request and its answer."""
        return list(self.operate("GET", "/callbacks/deliveries")["items"])

    def handset(self, mdn: str, **state: object) -> dict[str, Any]:
        """A phone, changed by what is given: persona, reachable, connected, carrier."""
        if not state:
            return {key: value for key, value in self._phone(mdn).items() if key != "messages"}
        return dict(self.operate("PUT", f"/handsets/{quote(written(mdn))}", state))

    def subscribe(self, mdn: str, list: str, **person: object) -> None:
        """Somebody is on a list from now on, as by an import; no text goes out."""
        body = {"persons": [{"mdn": written(mdn), **person}]}
        self.operate("POST", f"/lists/{quote(list, safe='')}/subscribers", body)

    def advance(self, duration: str) -> None:
        """Move time on; returns when all that was due has happened and was answered."""
        self._clock({"advance": duration})

    def move_to(self, instant: str) -> None:
        """Move time to an instant, ISO 8601."""
        self._clock({"to": instant})

    def settle(self) -> None:
        """Wait until all that was told at this instant is answered; time stands still."""
        self._clock({"settle": True})

    def clock(self) -> dict[str, Any]:
        """Now, and when the next thing is due: `now`, `mode`, `rate`, `next_timer`."""
        shown = dict(self.operate("GET", "/clock"))
        self._told.now = str(shown["now"])
        return shown

    def fault(self, **rule: object) -> list[str]:
        """A fault rule holds from now on: `match`, `effect`, `ratio`, `budget`, `id`, or `profile`.

        The ids of the rules that were added.
        """
        return [str(item) for item in self.operate("POST", "/faults", rule)["added"]]

    def heal(self, fault_id: str | None = None) -> None:
        """End a fault rule, or all."""
        path = "/faults" if fault_id is None else f"/faults/{quote(fault_id, safe='')}"
        self.operate("DELETE", path)

    def until(self, expectation: Expectation, within: str = "5m") -> None:
        """Move time from one due thing to the next until the expectation holds.

        Raises Unmet, an AssertionError, once `within` of the account's time is over.
        """
        waiting.until(self, expectation, within)

    def expect(self, expectation: Expectation) -> None:
        """The expectation holds now. Raises Unmet, an AssertionError."""
        waiting.expect(self, expectation)

    def never(self, expectation: Expectation, within: str) -> None:
        """The expectation does not hold at any instant of `within`; time is at its end then.

        Raises Unmet, an AssertionError, at the first instant it does.
        """
        waiting.never(self, expectation, within)

    def platform(
        self, method: str, path: str, body: object = None, version: str = "2"
    ) -> tuple[int, Any]:
        """A call of the Platform below the company, with this account's credentials.

        Its HTTP status, and its JSON or None: `platform("GET", "/mobiledb/persons?mdn=%2B13125550101")`.
        """
        login = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
        headers = {"Authorization": f"Basic {login}", "X-API-Version": version}
        sent = None if body is None else json.dumps(body).encode()
        place = f"/companies/{self.company_key}/{path.lstrip('/')}"
        status, told = self._control.exchange(method, place, sent, headers)
        return status, json.loads(told) if told.strip() else None

    def operate(self, method: str, path: str, body: object = None) -> Any:
        """Any control call on this account, as docs/control-api.md has them. Raises SmsError."""
        return self._control.call(method, f"/accounts/{self.company_key}{path}", body)

    def pages(self, path: str, cursor: str, **query: str) -> list[dict[str, Any]]:
        """Every item of a control call that answers page by page."""
        items: list[dict[str, Any]] = []
        following: int | None = 0
        while following is not None:
            told = urlencode({**query, "limit": 10_000, cursor: following})
            page = self.operate("GET", f"{path}?{told}")
            items += page["items"]
            following = page["next"]
        return items

    def timeline(self) -> str:
        """Who texted whom when, what became of it, and which faults struck; a line each."""
        return timeline.drawn(self)

    def delete(self) -> None:
        """Remove the account from the simulator."""
        self.operate("DELETE", "")

    def _phone(self, mdn: str) -> dict[str, Any]:
        return dict(self.operate("GET", f"/handsets/{quote(written(mdn))}"))

    def _clock(self, body: dict[str, object]) -> None:
        wishes = {"probe": self.probe, "quiet": self.quiet}
        told = {**body, **{name: wish for name, wish in wishes.items() if wish is not None}}
        self._told.now = str(self.operate("POST", "/clock", told)["now"])


def written(mdn: str) -> str:
    """A number without what people write between its digits: `(312) 555-0101` is `3125550101`."""
    return re.sub(r"[\s().-]", "", mdn)
