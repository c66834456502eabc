"""What is known of an account without asking: credentials, URLs, seed, time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True, kw_only=True)
class Told:
    """What the simulator said of an account, and what the test says of the application under test."""

    url: str
    shown: Mapping[str, Any]
    now: str
    again: str
    """The line that runs the test again, the same."""
    probe: str | None = None
    quiet: str | None = None


class Facts:
    """The attributes that an account has in sync and in async tests alike."""

    def __init__(self, told: Told) -> None:
        self._told = told

    @property
    def company_key(self) -> str:
        """The company key, which is the account's name in the simulator too."""
        return str(self._told.shown["company_key"])

    @property
    def username(self) -> str:
        """The user of Basic auth, and the system_id of SMPP."""
        return str(self._told.shown["username"])

    @property
    def password(self) -> str:
        """The password of both."""
        return str(self._told.shown["password"])

    @property
    def seed(self) -> int:
        """The seed of everything that is drawn."""
        return int(self._told.shown["seed"])

    @property
    def shown(self) -> Mapping[str, Any]:
        """The account as the simulator showed it when it began: codes, lists, campaigns."""
        return self._told.shown

    @property
    def url(self) -> str:
        """Where the simulator is."""
        return self._told.url

    @property
    def platform_url(self) -> str:
        """The base of the account's calls of the Platform."""
        return f"{self.url}/companies/{self.company_key}"

    @property
    def connect_url(self) -> str:
        """The base of calls of Connect."""
        return f"{self.url}/MessageApi"

    @property
    def env(self) -> dict[str, str]:
        """Environment variables for a client in a process of its own."""
        return {
            "VIBES_URL": self.url,
            "VIBES_PLATFORM_URL": self.platform_url,
            "VIBES_CONNECT_URL": self.connect_url,
            "VIBES_COMPANY_KEY": self.company_key,
            "VIBES_USERNAME": self.username,
            "VIBES_PASSWORD": self.password,
        }

    @property
    def now(self) -> str:
        """The account's time, ISO 8601, as it was after the last call that moved or read it."""
        return self._told.now

    @property
    def again(self) -> str:
        """The line that runs this test again with the same seed."""
        return self._told.again

    @property
    def probe(self) -> str | None:
        """A URL of the application that answers once it is idle; time waits for it."""
        return self._told.probe

    @probe.setter
    def probe(self, url: str | None) -> None:
        self._told.probe = url

    @property
    def quiet(self) -> str | None:
        """Real time in which nothing may be asked before time moves on, such as `30ms`."""
        return self._told.quiet

    @quiet.setter
    def quiet(self, window: str | None) -> None:
        self._told.quiet = window

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.company_key}, seed {self.seed})"
