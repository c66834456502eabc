"""The Locust users of the load test; `locustfile.py` exposes them, `harness.load_run` runs them.

Importing this module imports Locust, which patches the process for gevent: nothing else of the
harness imports it. One Locust process makes the run's account when the test starts, and every
answer that is not exactly the expected one is a Locust failure.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Collection
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast
from urllib.parse import quote

from locust import FastHttpUser, events, task
from locust.contrib.fasthttp import FastHttpSession
from locust.env import Environment
from locust.exception import RescheduleTask, StopTest

from harness import load_script as script
from harness.load_script import LoadAccount, Reader, Unexpected

T = TypeVar("T")

REMEMBERED = 100
"""How many members, and how many messages sent, a user comes back to."""


class LoadEnvironment(Environment):
    """Locust's environment with what belongs to one run: its account, and who is which user."""

    load_account: LoadAccount
    load_ordinals: count[int]


class Expected(NamedTuple):
    """An answer as it has to be: the name of its row in the report, and its statuses."""

    name: str
    statuses: Collection[int]


def ask(
    client: FastHttpSession,
    expected: Expected,
    reader: Reader[T],
    method: str,
    path: str,
    **sent: Any,
) -> T:
    """Make a call and read its answer; an unexpected one is reported and ends the task."""
    with client.request(method, path, expected.name, catch_response=True, **sent) as response:
        text = (response.content or b"").decode("utf-8", "replace")
        try:
            if response.status_code not in expected.statuses:
                raise Unexpected(f"HTTP {response.status_code}: {text[:120]}")
            value = reader(text)
        except Unexpected as error:
            response.failure(f"{error} (expected HTTP {_listed(expected.statuses)})")
        else:
            response.success()
            return value
    raise RescheduleTask


def open_account(client: FastHttpSession) -> LoadAccount:
    """The account of this run. One an earlier run left is reset, so every number is fresh again."""
    created, spec = Expected("account: create", (201, 409)), script.ACCOUNT_SPEC
    account = ask(client, created, script.read_created, "POST", "/_sim/accounts", json=spec)
    if account is not None:
        return account
    path = f"/_sim/accounts/{spec['company_key']}/reset"
    return ask(client, Expected("account: reset", (200,)), script.read_account, "POST", path)


@events.test_start.add_listener
def begin(environment: Environment, **_: object) -> None:
    """Make the run's account; without one there is no run, and a failure says why."""
    client = FastHttpSession(environment.host, environment.events.request, user=None)
    try:
        account = open_account(client)
    except RescheduleTask as error:
        raise StopTest(f"{environment.host} made no account for the load test") from error
    load = cast("LoadEnvironment", environment)
    load.load_account, load.load_ordinals = account, count()
    environment.stats.clear_all()  # what is counted is the users' own


@events.quitting.add_listener
def conclude(environment: Environment, **_: object) -> None:
    """A run without a request has failed. With `--csv PREFIX`, PREFIX_totals.json has the totals."""
    total = environment.stats.total
    if not total.num_requests:
        environment.process_exit_code = 1
    prefix = environment.parsed_options.csv_prefix if environment.parsed_options else None
    if prefix:
        totals = {
            "requests": total.num_requests,
            "failures": total.num_failures,
            "requests_per_second": round(total.total_rps, 1),
        }
        Path(f"{prefix}_totals.json").write_text(json.dumps(totals), encoding="utf-8")


class LoadUser(FastHttpUser):
    """A user with the run's account and an area code of its own."""

    abstract = True

    def on_start(self) -> None:
        """Take the next ordinal; the phones of this user are counted from it."""
        environment = cast("LoadEnvironment", self.environment)
        self.account = environment.load_account
        self.ordinal = next(environment.load_ordinals)
        self.used = count()

    def fresh_mdn(self) -> str:
        """A number that nobody has used in this run."""
        return script.mdn_of(self.ordinal, next(self.used))

    def call(
        self, name: str, status: int, reader: Reader[T], method: str, path: str, **sent: Any
    ) -> T:
        """A call of the Vibes APIs, with the account's credentials."""
        auth = (self.account.username, self.account.password)
        expected = Expected(name, (status,))
        return ask(self.client, expected, reader, method, path, auth=auth, **sent)


class OptInUser(LoadUser):
    """People who join by API or by keyword, say yes or no, and leave again."""

    def on_start(self) -> None:
        """Nobody has joined yet."""
        super().on_start()
        self.members: deque[str] = deque(maxlen=REMEMBERED)

    @task(4)
    def join_by_api(self) -> None:
        """Add participant, and a yes."""
        mdn = self.fresh_mdn()
        self.participate("participants: new", 201, mdn, script.read_pending)
        self.confirm(mdn)

    @task(4)
    def join_by_text(self) -> None:
        """The keyword, and a yes."""
        mdn, keyword = self.fresh_mdn(), self.account.keyword
        self.text("MO keyword", mdn, keyword, f"keyword {keyword}")
        self.confirm(mdn)

    @task(1)
    def decline(self) -> None:
        """Add participant, and a no."""
        mdn = self.fresh_mdn()
        self.participate("participants: new", 201, mdn, script.read_pending)
        self.text("MO no", mdn, "N", "no")
        self.not_subscribed(mdn)

    @task(1)
    def repeat(self) -> None:
        """Add a participant who is pending already."""
        mdn = self.fresh_mdn()
        self.participate("participants: new", 201, mdn, script.read_pending)
        self.participate("participants: repeated", 200, mdn, script.read_pending)

    @task(1)
    def malformed(self) -> None:
        """Add a participant whose number is none."""
        mdn = script.MALFORMED_MDN
        self.participate("participants: malformed", 400, mdn, script.read_refusal)

    @task(2)
    def leave(self) -> None:
        """STOP from whoever has been a member longest."""
        if self.members:
            mdn = self.members.popleft()
            self.text("MO stop", mdn, "STOP", "stop")
            self.not_subscribed(mdn)

    def confirm(self, mdn: str) -> None:
        """Reply Y; the number is on the list at once."""
        self.text("MO yes", mdn, "Y", "yes")
        self.subscribers("subscribers: member", 200, mdn, script.read_subscriber(mdn))
        self.members.append(mdn)

    def not_subscribed(self, mdn: str) -> None:
        """The number is not on the list."""
        self.subscribers("subscribers: nobody", 404, mdn, script.read_refusal)

    def participate(self, name: str, status: int, mdn: str, reader: Reader[None]) -> None:
        """POST participants (Vibes: post_add-a-participant)."""
        path = f"{self._company}/campaigns/acquisition/{self.account.campaign}/participants"
        body = {"mobile_phone": {"mdn": mdn}}
        self.call(name, status, reader, "POST", path, json=body, headers=_VERSION_2)

    def subscribers(self, name: str, status: int, mdn: str, reader: Reader[None]) -> None:
        """GET subscribers (Vibes: subscription-list-api)."""
        lists = f"{self._company}/mobiledb/subscription_lists/{self.account.list_id}"
        path = f"{lists}/subscribers?mdn={quote(mdn, safe='')}"
        self.call(name, status, reader, "GET", path, headers=_VERSION_2)

    def text(self, name: str, mdn: str, text: str, taken_as: str) -> None:
        """The phone texts the code, through the control API."""
        path = f"/_sim/accounts/{self.account.company_key}/handsets/{mdn}/messages"
        body = {"text": text, "to": self.account.code}
        ask(self.client, Expected(name, (202,)), script.read_mo(taken_as), "POST", path, json=body)

    @property
    def _company(self) -> str:
        return f"/companies/{self.account.company_key}"


class SendUser(LoadUser):
    """A sender on the Message API: short texts, split texts, texts that do not fit, look-ups."""

    def on_start(self) -> None:
        """Nothing has been sent yet."""
        super().on_start()
        self.sent: deque[tuple[str, int]] = deque(maxlen=REMEMBERED)

    @task(6)
    def send_short(self) -> None:
        """A text of one segment."""
        message_id = self.submit("MT short", 200, script.SHORT_TEXT, script.read_accepted)
        self.sent.append((message_id, 1))

    @task(2)
    def send_split(self) -> None:
        """A text of 400 characters, split."""
        message_id = self.submit(
            "MT split", 200, script.SPLIT_TEXT, script.read_accepted, split=True
        )
        self.sent.append((message_id, script.SPLIT_PARTS))

    @task(1)
    def send_too_long(self) -> None:
        """A text of 161 characters, not split: refused."""
        self.submit("MT too long", 422, script.TOO_LONG_TEXT, script.read_connect_error(1032))

    @task(2)
    def look_up(self) -> None:
        """A message it sent, the oldest it remembers."""
        if self.sent:
            message_id, parts = self.sent.popleft()
            path = f"/MessageApi/mt/messages/{message_id}"
            self.call("MT look-up", 200, script.read_mt(message_id, parts), "GET", path)

    def submit(
        self, name: str, status: int, text: str, reader: Reader[T], *, split: bool = False
    ) -> T:
        """POST mt/messages (Connect: send-an-sms-message)."""
        body = script.mt_message(self.fresh_mdn(), self.account.code, text, split=split)
        path = "/MessageApi/mt/messages"
        return self.call(name, status, reader, "POST", path, data=body, headers=_XML)


_VERSION_2 = {"X-API-Version": "2"}
_XML = {"Content-Type": "text/xml"}


def _listed(statuses: Collection[int]) -> str:
    return " or ".join(map(str, statuses))
