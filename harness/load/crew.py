"""The crew: what all users of one Locust process share during a run."""

from __future__ import annotations

from collections import Counter
from itertools import count, cycle, product
from typing import NamedTuple

from locust.contrib.fasthttp import FastHttpSession
from locust.env import Environment
from locust.exception import RescheduleTask

from harness.load import script
from harness.load.asking import Call, ask
from harness.load.ledger import Ledger
from harness.load.metrics import Waits
from harness.load.pacing import Pace
from harness.load.receiver import Receiver
from harness.load.script import Told

FINISH_S = 5
VERSION_2 = {"X-API-Version": "2"}


class Orders(NamedTuple):
    """What a process is told at the start of a run.

    `accounts` has the account with each of its campaigns, so many for each of the `processes`;
    `intervals` are the pacing's; `phones` is how many each user has, None where there is no end.
    """

    accounts: list[script.LoadAccount]
    processes: int
    intervals: dict[str, float]
    phones: int | None


class Crew:
    """The users' campaigns and ledger, their receiver and what they wait for, their pace and numbers."""

    def __init__(self, environment: Environment, orders: Orders, index: int, host: str) -> None:
        self._accounts = orders.accounts[index :: orders.processes]
        self.ledger = Ledger()
        self.waits = Waits(environment)
        self.pace = Pace(environment, orders.intervals)
        self.phones = orders.phones
        self.turns: Counter[str] = Counter()
        self.receiver = Receiver(host, self.ledger, self._heard)
        self._environment = environment
        self._ordinals = count(index, orders.processes)
        self._turn = cycle(self._accounts)

    def next_ordinal(self) -> int:
        """The number of a new user, which no user of any process has had."""
        return next(self._ordinals)

    def next_account(self) -> script.LoadAccount:
        """The account with the campaign of a new user: each in turn."""
        return next(self._turn)

    def register(
        self, client: FastHttpSession, account: script.LoadAccount, kind: str, url: str
    ) -> None:
        """Be told of a type, as far as that campaign's users caused it (Vibes: callback-api)."""
        scope = script.SCOPES[kind]
        path = f"/companies/{account.company_key}/config/callbacks"
        narrow = {scope: account.campaign if scope == "campaign_id" else account.list_id}
        body = {"callback_type": kind, "destination": {"url": url}, kind: narrow}
        ask(
            client,
            self.ledger,
            Call("callbacks: register", "POST", path, (201,)),
            script.read_registered,
            json=body,
            auth=(account.username, account.password),
            headers=VERSION_2,
        )

    def open(self) -> bool:
        """Register the process's own destinations; False where that is not answered as it must."""
        client = FastHttpSession(
            self._environment.host, self._environment.events.request, user=None
        )
        try:
            for account, kind in product(self._accounts, script.SCOPES):
                url = self.receiver.destination(f"/callbacks/{account.list_id}/{kind}")
                self.register(client, account, kind, url)
        except RescheduleTask:
            return False
        return True

    def finish(self) -> None:
        """Let what is under way end."""
        self.pace.finish(FINISH_S)

    def told(self) -> dict[str, int]:
        """The ledger as it stands, with what is still waited for."""
        return {**self.ledger.counts, "awaited": len(self.waits)}

    def _heard(self, what: Told) -> None:
        self.waits.heard(what)
