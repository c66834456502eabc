"""The simulator of a test session: where it is, and accounts in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from smsim_pytest.account import Account
from smsim_pytest.control import Control, SmsError

if TYPE_CHECKING:
    from typing import Self

__tracebackhide__ = True
"""A failure shows the test's lines, not ours."""

MOST_NAMES = 1_000
"""How many accounts of one name may be at a shared simulator at once."""


class SmsSimulator:
    """A running simulator. Accounts it made are removed when the session ends."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self._control = Control(url, token)
        self._made: list[Account] = []

    @property
    def url(self) -> str:
        """Where it is; the base of both Vibes APIs."""
        return self._control.url

    def checked(self) -> Self:
        """Itself, once it has answered as a simulator does. Raises SmsError."""
        health = self._control.call("GET", "/health")
        if not isinstance(health, dict) or health.get("status") != "ok":
            raise SmsError(f"what answers at {self.url} is no smsim")
        return self

    def keys(self) -> list[str]:
        """The company keys of all accounts there are."""
        return [
            str(item["company_key"]) for item in self._control.call("GET", "/accounts")["items"]
        ]

    def account(self, **spec: Any) -> Account:
        """An account of that spec (docs/control-api.md); `.aio` of it for async tests."""
        account = Account(self._control, self._control.call("POST", "/accounts", spec), "")
        self._made.append(account)
        return account

    def named(self, key: str, spec: Mapping[str, Any], again: str) -> Account:
        """An account under that key, or with `-2`, `-3`, ... where others share the simulator.

        A key or username that the spec gives itself stands as it is. Raises SmsError.
        """
        own = "company_key" in spec or "username" in spec
        for number in range(1, MOST_NAMES):
            name = key if number == 1 else f"{key}-{number}"
            told = {"company_key": name, **spec}
            try:
                shown = self._control.call("POST", "/accounts", told)
            except SmsError as error:
                if error.status != 409 or own:
                    raise
            else:
                return Account(self._control, shown, again)
        raise SmsError(f"there are {MOST_NAMES} accounts called {key} at {self.url}", 409)

    def remove(self, account: Account) -> None:
        """Remove an account, if the test has not done so itself."""
        try:
            account.delete()
        except SmsError as error:
            if error.status != 404:
                raise

    def clear(self) -> None:
        """Remove what `account` made."""
        while self._made:
            self.remove(self._made.pop())
