"""The users of the load test, weighted as a campaign's days are."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial, wraps
from itertools import count
from time import perf_counter
from typing import Any, TypeVar, cast
from urllib.parse import quote

import gevent
from locust import FastHttpUser, task
from locust.env import Environment
from locust.exception import RescheduleTask

from harness.load import script
from harness.load.asking import Call, ask
from harness.load.crew import VERSION_2, Crew
from harness.load.ledger import Booked
from harness.load.phones import NoPhone, Phone, Phones, Standing
from harness.load.receiver import Manner
from harness.load.script import CALLBACK, CONFIRMATION, HANDSET, Reader, Told

T = TypeVar("T")
Visit = Callable[[Any], None]

REMEMBERED = 100
"""How many messages sent a user comes back to."""

STORM = 10
"""How many people say STOP at once."""

GRUMPY = Manner(slow_s=0.005, refuses_each=100, aside=True)
"""A destination that takes its time, and each hundredth time says no at first."""

_XML = {"Content-Type": "text/xml"}


class LoadEnvironment(Environment):
    """Locust's environment with what belongs to one run; None where it could not begin."""

    crew: Crew | None = None


def visit(weight: int) -> Callable[[Visit], Visit]:
    """A task of that weight, done at the pace of the run."""

    def made(act: Visit) -> Visit:
        @wraps(act)
        def begun(user: LoadUser) -> None:
            user.turns += 1
            user.crew.turns[type(user).__name__] += 1
            user.crew.pace.perform(partial(act, user))

        return cast("Visit", task(weight)(begun))

    return made


class LoadUser(FastHttpUser):
    """A user with numbers of its own, in the run's account."""

    abstract = True
    concurrency = 100  # calls under way at once, where the pace is open

    def on_start(self) -> None:
        """Take the next ordinal; the phones of this user are counted from it."""
        while (crew := cast("LoadEnvironment", self.environment).crew) is None:
            gevent.sleep(1)  # the process takes no part
        self.crew = crew
        self.account = crew.next_account()
        self.ordinal = crew.next_ordinal()
        self.phones = Phones(partial(script.mdn_of, self.ordinal), crew.phones)
        self.texts = count(1)
        self.turns = 0
        self.began = perf_counter()

    def wait_time(self) -> float:
        """How long until the next turn, as the pace says."""
        return self.crew.pace.wait_s(type(self).__name__, self.began, self.turns)

    @contextmanager
    def fresh(self) -> Iterator[Phone]:
        """A phone that is nobody's: new, or one that is taken again and leaves first."""
        try:
            phone = self.phones.take()
        except NoPhone as error:
            self.crew.pace.turn_away("no phone", error)
            raise RescheduleTask from None
        with self.visiting(phone) as before:
            if before is Standing.MEMBER:
                self.say_stop(phone.mdn)
            elif before is Standing.PENDING:
                self.say_no(phone.mdn)
            elif before is Standing.IN_DOUBT:
                self.text("MO stop", phone.mdn, "STOP", "stop")
            yield phone

    @contextmanager
    def visiting(self, phone: Phone) -> Iterator[Standing]:
        """Give the phone back in the end; it is in doubt until the visit says how it stands."""
        before, phone.standing = phone.standing, Standing.IN_DOUBT
        try:
            yield before
        finally:
            self.phones.give_back(phone)

    def passing_mdn(self) -> str:
        """A phone that is only sent to: others may be sent to it meanwhile."""
        with self.fresh() as phone:
            phone.standing = Standing.NOBODY
            return phone.mdn

    def numbered(self, text: str) -> str:
        """The text as the next one of this user."""
        return script.numbered(text, next(self.texts))

    def ask(self, call: Call, reader: Reader[T], **sent: Any) -> T:
        """A call, judged by its answer."""
        return ask(self.client, self.crew.ledger, call, reader, **sent)

    def platform(
        self, name: str, status: int, reader: Reader[T], method: str, path: str, **sent: Any
    ) -> T:
        """A call of the Platform, with the account's credentials."""
        call = Call(name, method, f"/companies/{self.account.company_key}{path}", (status,))
        return self.ask(call, reader, auth=self._auth, headers=VERSION_2, **sent)

    def connect(self, call: Call, reader: Reader[T], **sent: Any) -> T:
        """A call of Connect, with the account's credentials."""
        return self.ask(call, reader, auth=self._auth, headers=_XML, **sent)

    def submit(self, name: str, status: int, body: str, reader: Reader[T]) -> T:
        """POST mt/messages (Connect: send-an-sms-message)."""
        call = Call(name, "POST", "/MessageApi/mt/messages", (status,), Booked.SUBMIT)
        return self.connect(call, reader, data=body)

    def participate(self, name: str, status: int, mdn: str, reader: Reader[None]) -> None:
        """POST participants (Vibes: post_add-a-participant)."""
        path = f"/campaigns/acquisition/{self.account.campaign}/participants"
        self.platform(name, status, reader, "POST", path, json={"mobile_phone": {"mdn": mdn}})

    def text(self, name: str, mdn: str, text: str, taken_as: str) -> None:
        """The phone texts the code, through the control API."""
        path = f"/_sim/accounts/{self.account.company_key}/handsets/{mdn}/messages"
        body = {"text": text, "to": self.account.code}
        call = Call(name, "POST", path, (202,), Booked.TEXT)
        self.ask(call, script.read_mo(taken_as), json=body)

    def join_by_text(self, mdn: str) -> None:
        """The keyword, and a yes."""
        keyword = self.account.keyword
        with self.crew.waits.begin(Told(CONFIRMATION, mdn)):
            self.text("MO keyword", mdn, keyword, f"keyword {keyword}")
            self.say_yes(mdn)

    def say_yes(self, mdn: str) -> None:
        """Reply Y."""
        with self.crew.waits.begin(Told(CALLBACK, f"subscription_added {mdn}")):
            self.text("MO yes", mdn, "Y", "yes")

    def say_no(self, mdn: str) -> None:
        """Reply N."""
        self.text("MO no", mdn, "N", "no")

    def say_stop(self, mdn: str) -> None:
        """STOP, from a member."""
        with self.crew.waits.begin(Told(CALLBACK, f"subscription_removed {mdn}")):
            self.text("MO stop", mdn, "STOP", "stop")

    def on_the_list(self, name: str, status: int, mdn: str, reader: Reader[None]) -> None:
        """GET subscribers (Vibes: subscription-list-api)."""
        lists = f"/mobiledb/subscription_lists/{self.account.list_id}"
        path = f"{lists}/subscribers?mdn={quote(mdn, safe='')}"
        self.platform(name, status, reader, "GET", path)

    @property
    def _auth(self) -> tuple[str, str]:
        return (self.account.username, self.account.password)


class MemberUser(LoadUser):
    """A user whose people become members, and leave again."""

    abstract = True

    def now_member(self, phone: Phone) -> None:
        """The number is on the list at once."""
        mdn = phone.mdn
        self.on_the_list("subscribers: member", 200, mdn, script.read_subscriber(mdn))
        phone.standing = Standing.MEMBER

    def now_nobody(self, phone: Phone) -> None:
        """The number is not on the list, at once."""
        self.on_the_list("subscribers: nobody", 404, phone.mdn, script.read_refusal)
        phone.standing = Standing.NOBODY

    @visit(1)
    def leave(self) -> None:
        """STOP from whoever has been a member longest."""
        phone = self.phones.take_member()
        if phone is not None:
            with self.visiting(phone):
                self.say_stop(phone.mdn)
                self.now_nobody(phone)


class WebFormUser(MemberUser):
    """A web form: people fill it in, say yes or no, do it twice, or mistype their number."""

    weight = 4

    @visit(5)
    def opt_in(self) -> None:
        """Add participant, and a yes."""
        with self.fresh() as phone:
            with self.crew.waits.begin(Told(CONFIRMATION, phone.mdn)):
                self.participate("participants: new", 201, phone.mdn, script.read_pending)
                self.say_yes(phone.mdn)
            self.now_member(phone)

    @visit(1)
    def decline(self) -> None:
        """Add participant, and a no."""
        with self.fresh() as phone:
            self.participate("participants: new", 201, phone.mdn, script.read_pending)
            self.say_no(phone.mdn)
            self.now_nobody(phone)

    @visit(1)
    def repeat(self) -> None:
        """Add a participant who is pending already."""
        with self.fresh() as phone:
            self.participate("participants: new", 201, phone.mdn, script.read_pending)
            self.participate("participants: repeated", 200, phone.mdn, script.read_pending)
            phone.standing = Standing.PENDING

    @visit(1)
    def mistype(self) -> None:
        """Add a participant whose number is none."""
        mdn = script.MALFORMED_MDN
        self.participate("participants: malformed", 400, mdn, script.read_refusal)


class KeywordUser(MemberUser):
    """People who text the keyword that a poster shows."""

    weight = 4

    @visit(4)
    def join(self) -> None:
        """The keyword, and a yes."""
        with self.fresh() as phone:
            self.join_by_text(phone.mdn)
            self.now_member(phone)


class SendUser(LoadUser):
    """A sender on the Message API: short texts, split texts, texts that do not fit, look-ups."""

    weight = 6

    def on_start(self) -> None:
        """Nothing has been sent yet; its receipts have a destination of their own."""
        super().on_start()
        self.receipts = self.crew.receiver.destination(f"/receipts/{self.ordinal}")
        self.sent: deque[tuple[str, int]] = deque(maxlen=REMEMBERED)

    @visit(6)
    def send_short(self) -> None:
        """A text of one segment, and how long until it is on the phone."""
        mdn, text = self.passing_mdn(), self.numbered(script.SHORT_TEXT)
        submitter_id = f"{mdn} {text[:7]}"
        wish = script.ReceiptWish(self.receipts, submitter_id)
        with self.crew.waits.begin(Told(HANDSET, submitter_id)):
            body = script.mt_message(mdn, self.account.code, text, wish=wish)
            message_id = self.submit("MT short", 200, body, script.read_accepted)
        self.sent.append((message_id, 1))

    @visit(2)
    def send_split(self) -> None:
        """A text of 400 characters, split."""
        mdn, text = self.passing_mdn(), self.numbered(script.SPLIT_TEXT)
        body = script.mt_message(mdn, self.account.code, text, split=True)
        message_id = self.submit("MT split", 200, body, script.read_accepted)
        self.sent.append((message_id, script.SPLIT_PARTS))

    @visit(1)
    def send_too_long(self) -> None:
        """A text of 161 characters, not split: refused."""
        body = script.mt_message(self.passing_mdn(), self.account.code, script.TOO_LONG_TEXT)
        self.submit("MT too long", 422, body, script.read_connect_error(1032))

    @visit(2)
    def look_up(self) -> None:
        """A message it sent, the oldest it remembers."""
        if self.sent:
            message_id, parts = self.sent.popleft()
            call = Call("MT look-up", "GET", f"/MessageApi/mt/messages/{message_id}", (200,))
            self.connect(call, script.read_mt(message_id, parts))


class StopStormUser(LoadUser):
    """Members who all say STOP at once, some of them twice, while a late campaign still goes out."""

    weight = 1

    @visit(1)
    def storm(self) -> None:
        """Ten join; ten stop side by side; a text to each must not arrive."""
        with ExitStack() as taken:
            members = [taken.enter_context(self.fresh()) for _ in range(STORM)]
            for phone in members:
                self.join_by_text(phone.mdn)
            self.crew.pace.side_by_side(partial(self._stop, *each) for each in enumerate(members))

    def _stop(self, number: int, phone: Phone) -> None:
        mdn = phone.mdn
        self.say_stop(mdn)
        if number % 2:
            self.text("MO stop", mdn, "STOP", "stop")
        body = script.mt_message(mdn, self.account.code, self.numbered(script.LATE_TEXT))
        self.submit("MT to who stopped", 200, body, script.read_accepted)
        phone.standing = Standing.NOBODY


class ReceiverUser(LoadUser):
    """An application that takes callbacks slowly, and refuses some at first."""

    weight = 1

    def on_start(self) -> None:
        """Register a destination of its own for who leaves the list."""
        super().on_start()
        url = self.crew.receiver.destination(f"/applications/{self.ordinal}", GRUMPY)
        with suppress(RescheduleTask):  # it is counted as a failure
            self.crew.register(self.client, self.account, "subscription_removed", url)

    @visit(1)
    def list_registrations(self) -> None:
        """See what it is registered for."""
        self.platform("callbacks: list", 200, script.read_list, "GET", "/config/callbacks")
        gevent.sleep(0.5)
