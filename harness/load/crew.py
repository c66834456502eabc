"""The crew: what all users of one Locust process share during a run."""

from __future__ import annotations

from itertools import count
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
    """What a process is told at the start of a run; `accounts` has a campaign for each process."""

    accounts: list[script.LoadAccount]
    interval_s: float | None


class Crew:
    """The users' account and ledger, their receiver and what they wait for, their pace and numbers."""

    def __init__(self, environment: Environment, orders: Orders, index: int, host: str) -> None:
        self.account = orders.accounts[index]
        self.ledger = Ledger()
        self.waits = Waits(environment)
        self.pace = Pace(environment, orders.interval_s)
        self.receiver = Receiver(host, self.ledger, self._heard)
        self._environment = environment
        self._ordinals = count(index, len(orders.accounts))

    def next_ordinal(self) -> int:
        """The number of a new user, which no user of any process has had."""
        return next(self._ordinals)

    def register(self, client: FastHttpSession, kind: str, url: str) -> None:
        """Be told of a type, as far as this process caused it (Vibes: callback-api)."""
        account, scope = self.account, script.SCOPES[kind]
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
            for kind in script.SCOPES:
                self.register(client, kind, self.receiver.destination(f"/callbacks/{kind}"))
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
