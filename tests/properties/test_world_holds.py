from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from msgspec import UNSET

from simulator.domain.binds import BindType
from simulator.domain.carriers import NEXT_STATES
from simulator.domain.commands import (
    AddFaults,
    AddParticipant,
    AddPerson,
    CancelMt,
    CloseBind,
    EndCallback,
    ImportSubscribers,
    MeetCall,
    OpenBind,
    ReceiveMo,
    RecordAttempt,
    RegisterCallback,
    RemoveFaults,
    ReplaceMt,
    SetHandset,
    SubmitBundle,
    SubmitMt,
    SubmitPart,
    Unsubscribe,
    UpdatePerson,
)
from simulator.domain.decide import Refusal
from simulator.domain.fault_rules import CALLS, EFFECTS, Effect, FaultRule, Match, Occasion
from simulator.domain.fault_rules import Surface as FaultSurface
from simulator.domain.instants import DAY, HOUR, MINUTE, SECOND, Instant
from simulator.domain.invariants import check
from simulator.domain.lines import SESSION_ENDED
from simulator.domain.messages import ReceiptWish
from simulator.domain.person import PersonPatch, PersonRef
from simulator.domain.personas import SHIPPED, Persona
from simulator.domain.registrations import SCOPES
from simulator.domain.world import World
from tests.properties.company import MAGIC, PHONES, START, Trial

phones = st.sampled_from(PHONES + MAGIC[4:8])
externals = st.sampled_from(["ann", "bob", "cy"])
campaigns = st.sampled_from(["JoinVip01", "JoinNews01", "Now"])
lists = st.sampled_from(["1001", "1002"])
urls = st.sampled_from(["http://a.test/", "http://b.test/"])
texts = st.sampled_from(
    ["Y", " y ", "n", "No", "STOP", "stop it", "HELP", "START", "vip", "NEWS", "?"]
)
patches = st.builds(
    PersonPatch,
    mdn=phones | st.just(UNSET) | st.none(),
    external_person_id=externals | st.just(UNSET) | st.none(),
    custom_fields=st.sampled_from([{}, {"first_name": "A"}, {"first_name": None}, {"shoe": "7"}]),
)
spec = st.fixed_dictionaries(
    {
        "stop_scope": st.sampled_from(["code", "list", "company"]),
        "window_edge": st.sampled_from(["exclusive", "inclusive"]),
        "window_starts": st.sampled_from(["accepted", "sent", "delivered"]),
        "repeat_participant": st.sampled_from(["ignore", "resend", "extend"]),
        "stop_sets_block": st.booleans(),
        "start": st.sampled_from(["unblock", "resubscribe"]),
        "retries": st.integers(0, 2),
    }
)


WAITS = [0, 1_000, 30_000, 3_600_000, 100_000_000]
NUMBERS = {
    Effect.STATUS: st.sampled_from([400, 503]),
    Effect.VENDOR_ERROR: st.sampled_from([1001, 1011]),
    Effect.FAIL: st.sampled_from([*range(1, 27), *range(100, 109)]),
}


@st.composite
def fault_rules(draw: st.DrawFn) -> FaultRule:
    """Any rule that a spec can say, of four names."""
    surface = draw(st.sampled_from(sorted(FaultSurface)))
    effect = draw(st.sampled_from(sorted(EFFECTS[surface])))
    some = st.none() | st.sampled_from([START, START + MINUTE, START + HOUR, START + 2 * DAY])
    match = Match(
        surface=surface,
        operation=draw(st.sampled_from([None, None, "submit", "connect", "person_added"])),
        mdn=draw(st.none() | phones),
        code=draw(st.sampled_from([None, None, "65047"])),
        list_id=draw(st.sampled_from([None, None, None, "1001"])),
        since=draw(some),  # type: ignore[arg-type]
        until=draw(some),  # type: ignore[arg-type]
        nth=draw(st.sampled_from([None, None, 1, 3])),
    )
    return FaultRule(
        id=draw(st.sampled_from("abcd")),
        match=match,
        effect=effect,
        number=draw(NUMBERS.get(effect, st.none())),
        wait_ms=draw(st.sampled_from(WAITS)),
        ratio=draw(st.sampled_from([(1, 1), (1, 1), (1, 2), (0, 1)])),
        budget=draw(st.sampled_from([None, None, 1, 2])),
    )


@st.composite
def orders(draw: st.DrawFn) -> SubmitMt:
    """A text to a phone by either way, with whatever receipts there may be."""
    smpp = draw(st.booleans())
    wish = ReceiptWish(
        option=draw(st.sampled_from(["ALL", "SMSC_ALL", "ERROR", "SMSC_ERROR", "NONE"])),
        url="smpp:acme" if smpp else draw(urls),
        final=smpp,
        intermediate=smpp and draw(st.booleans()),
    )
    return SubmitMt(
        mdn=draw(phones),
        code=draw(st.sampled_from(["65047", "70000", "99999"])),
        text="x" * draw(st.sampled_from([0, 10, 160, 161, 400])),
        surface="smpp" if smpp else "connect",
        carrier=draw(st.sampled_from([None, None, "104", "999"])),
        split=draw(st.booleans()),
        alternate=draw(st.booleans()),
        receipts=draw(st.none() | st.just(wish)),
    )


CAMPAIGNS = [
    {"id": "JoinVip01", "list": "1001", "keywords": ["VIP"]},
    {"id": "JoinNews01", "list": "1002", "keywords": ["NEWS"]},
    {"id": "Now", "list": "1002", "opt_in": "single"},
]


def state(world: World) -> dict[str, object]:
    """Everything a world holds, as values that can be compared."""
    rooms = {name: room for name, room in vars(world).items() if hasattr(room, "__dict__")}
    return {
        f"{name}.{member}": value
        for name, room in rooms.items()
        for member, value in vars(room).items()
        if isinstance(value, dict | set | list | int | bool) and name != "timers"
    }


class Company(RuleBasedStateMachine):
    """Anything may happen to an account in any order; what must hold holds after every event."""

    @initialize(told=spec)
    def begin(self, told: dict[str, object]) -> None:
        self.trial = Trial(
            settings=told,
            acquisition_campaigns=CAMPAIGNS,
            connect={"mo_url": "http://a.test/", "smpp": {"max_binds": 2, "window": 2}},
            source_codes=[{"code": "65047", "alternate": "70000"}, {"code": "70000"}],
        )

    @rule(patch=patches)
    def add_person(self, patch: PersonPatch) -> None:
        self.trial.do(AddPerson(patch=patch))

    @rule(patch=patches, external=externals)
    def update_person(self, patch: PersonPatch, external: str) -> None:
        self.trial.do(UpdatePerson(ref=PersonRef(by="external", value=external), patch=patch))

    @rule(campaign=campaigns, patch=patches, ref=externals | st.none())
    def add_participant(self, campaign: str, patch: PersonPatch, ref: str | None) -> None:
        named = PersonRef(by="external", value=ref) if ref else None
        self.trial.do(AddParticipant(campaign_id=campaign, ref=named, patch=patch))

    @rule(mdn=phones, text=texts)
    def text(self, mdn: str, text: str) -> None:
        self.trial.do(ReceiveMo(mdn=mdn, code="65047", text=text))  # type: ignore[arg-type]

    @rule(mdn=phones, long=st.booleans(), url=urls, wants=st.sampled_from(["ALL", "ERROR", "NONE"]))
    def submit(self, mdn: str, long: bool, url: str, wants: str) -> None:
        wish = ReceiptWish(option=wants, url=url)  # type: ignore[arg-type]
        text = "x" * (200 if long else 10)
        self.trial.do(
            SubmitMt(mdn=mdn, code="65047", text=text, split=long, receipts=wish)  # type: ignore[arg-type]
        )

    @rule(persons=st.lists(patches, max_size=3).map(tuple), list_id=lists)
    def import_subscribers(self, persons: tuple[PersonPatch, ...], list_id: str) -> None:
        self.trial.do(ImportSubscribers(list_id=list_id, persons=persons))

    @rule(mdn=phones, list_id=lists)
    def unsubscribe(self, mdn: str, list_id: str) -> None:
        self.trial.do(Unsubscribe(ref=PersonRef(by="mdn", value=mdn), list_id=list_id))

    @rule(mdn=phones, on=st.booleans(), kept=st.booleans())
    def set_handset(self, mdn: str, on: bool, kept: bool) -> None:
        self.trial.do(SetHandset(mdn=mdn, reachable=on, connected=kept))  # type: ignore[arg-type]

    @rule(mdn=phones, persona=st.sampled_from(list(SHIPPED.values())))
    def set_persona(self, mdn: str, persona: Persona) -> None:
        self.trial.do(SetHandset(mdn=mdn, persona=persona))  # type: ignore[arg-type]

    @rule(rules=st.lists(fault_rules(), min_size=1, max_size=3).map(tuple))
    def add_faults(self, rules: tuple[FaultRule, ...]) -> None:
        self.trial.do(AddFaults(rules=rules))

    @rule(fault_id=st.sampled_from(["a", "b", "c", "d", None]))
    def remove_faults(self, fault_id: str | None) -> None:
        self.trial.do(RemoveFaults(fault_id=fault_id))

    @rule(mdn=phones | st.none(), surface=st.sampled_from(sorted(CALLS)))
    def meet_call(self, mdn: str | None, surface: FaultSurface) -> None:
        occasion = Occasion(surface=surface, operation="submit", mdn=mdn)
        self.trial.do(MeetCall(occasion=occasion))

    @rule(kind=st.sampled_from(["transmitter", "receiver", "transceiver"]))
    def open_bind(self, kind: BindType) -> None:
        self.trial.do(OpenBind(bind_type=kind))

    @rule(number=st.integers(0, 3))
    def close_bind(self, number: int) -> None:
        ids = list(self.trial.world.binds.open)
        bind_id = ids[number % len(ids)] if ids else "none"
        self.trial.do(CloseBind(bind_id=bind_id, because="unbound"))

    @rule(order=orders(), part=st.sampled_from([(1, 2), (2, 2), (1, 3), (2, 3), (3, 3)]))
    def submit_part(self, order: SubmitMt, part: tuple[int, int]) -> None:
        number, total = part
        self.trial.do(
            SubmitPart(
                order=order,
                alphabet="UCS-2",
                octets="ab\U0001f600".encode("utf-16-be")[number - 1 :],
                reference=7,
                number=number,
                total=total,
            )
        )

    @rule(bundle=st.lists(orders(), min_size=1, max_size=4).map(tuple))
    def submit_bundle(self, bundle: tuple[SubmitMt, ...]) -> None:
        self.trial.do(SubmitBundle(orders=bundle))

    @rule(number=st.integers(0, 5))
    def cancel_mt(self, number: int) -> None:
        self.trial.do(CancelMt(message_id=self._under_way(number)))

    @rule(number=st.integers(0, 5), text=st.sampled_from(["", "Hi", "x" * 400]))
    def replace_mt(self, number: int, text: str) -> None:
        self.trial.do(ReplaceMt(message_id=self._under_way(number), text=text))

    def _under_way(self, number: int) -> str:
        ids = list(self.trial.world.messages.in_flight)
        return ids[number % len(ids)] if ids else "none"

    @rule(kind=st.sampled_from(sorted(SCOPES)), url=urls)
    def register(self, kind: str, url: str) -> None:
        self.trial.do(
            RegisterCallback(
                callback_type=kind,
                scope=None,
                url=url,
                method="POST",
                content_type="application/json",
                version=2,
                start=None,
                end=None,
            )
        )

    @rule(number=st.integers(0, 5))
    def end_callback(self, number: int) -> None:
        ids = list(self.trial.world.callbacks.registrations)
        self.trial.do(EndCallback(callback_id=ids[number % len(ids)] if ids else "none"))

    @rule(status=st.sampled_from([0, 0x14, 200, 404, 500, None]), again=st.booleans())
    def answer(self, status: int | None, again: bool) -> None:
        if not self.trial.owed:
            return
        release = self.trial.owed[0] if again else self.trial.owed.pop(0)
        error = SESSION_ENDED if status is None else None
        self.trial.do(
            RecordAttempt(
                delivery_id=release.delivery_id,
                attempt=release.attempt,
                status=status,
                error=error,
            )
        )

    @rule(by=st.sampled_from([0, SECOND, MINUTE, 5 * MINUTE, HOUR, DAY - 1, DAY, 3 * DAY]))
    def pass_time(self, by: int) -> None:
        self.trial.run(self.trial.now + by)

    @invariant()
    def what_must_hold_holds(self) -> None:
        if hasattr(self, "trial"):
            check(self.trial.world)

    @invariant()
    def nobody_is_a_member_without_a_phone(self) -> None:
        if not hasattr(self, "trial"):
            return
        world = self.trial.world
        for key, active in world.subscriptions.active.items():
            assert not active or world.people.by_key[key].mdn is not None

    @invariant()
    def what_is_behind_is_kept_until_it_is_overtaken(self) -> None:
        if not hasattr(self, "trial"):
            return
        book = self.trial.world.lines
        behind = {key for keys in book.behind.values() for key in keys}
        assert behind == {key for key, kept in book.kept.items() if kept.overtaken}
        assert not set(book.kept) & set(book.deliveries)

    @invariant()
    def no_rule_fires_more_often_than_it_may(self) -> None:
        if not hasattr(self, "trial"):
            return
        book = self.trial.world.faults
        for key, item in book.rules.items():
            assert book.fired.get(key, 0) <= book.met.get(key, 0)
            assert item.budget is None or book.fired.get(key, 0) <= item.budget
        assert set(book.met) <= set(book.rules)

    @invariant()
    def nothing_pending_is_past_its_window(self) -> None:
        if not hasattr(self, "trial"):
            return
        world = self.trial.world
        edge = 1 if world.account.settings.window_edge == "inclusive" else 0
        for item in world.participations.pending.values():
            assert world.now <= item.expires_at + edge

    def teardown(self) -> None:
        if not hasattr(self, "trial"):
            return
        self.trial.run(Instant(self.trial.now + 10 * DAY))
        world = self.trial.world
        assert not world.messages.in_flight, "every message ends"
        assert not world.participations.pending, "every request ends"
        assert not world.messages.held
        assert not world.lines.kept, "nothing is kept for ever"
        assert not world.parts.waiting, "no part waits for ever"
        again, rebuilt = self.trial.replay(), self.trial.rebuild()
        for other in (again, rebuilt):
            assert state(other) == state(world)


Company.TestCase.settings = settings(max_examples=150, stateful_step_count=40)
TestCompany = Company.TestCase


def test_a_finished_state_has_no_successor() -> None:
    """The table of message states ends in the six that end it."""
    ends = {state.value for state, after in NEXT_STATES.items() if not after}
    assert ends == {"delivered", "blocked", "refused", "undeliverable", "expired", "deleted"}


def test_a_refusal_is_a_reply() -> None:
    """A command that cannot be taken answers with problems and changes nothing."""
    trial = Trial()
    reply = trial.do(Unsubscribe(ref=PersonRef(by="mdn", value=PHONES[0]), list_id="1001"))
    assert isinstance(reply, Refusal)
    assert trial.journal == []
