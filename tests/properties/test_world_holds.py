from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from msgspec import UNSET

from simulator.domain.carriers import NEXT_STATES
from simulator.domain.commands import (
    AddParticipant,
    AddPerson,
    EndCallback,
    ImportSubscribers,
    ReceiveMo,
    RecordAttempt,
    RegisterCallback,
    SetHandset,
    SubmitMt,
    Unsubscribe,
    UpdatePerson,
)
from simulator.domain.decide import Refusal
from simulator.domain.personas import Persona, says
from simulator.domain.instants import DAY, HOUR, MINUTE, SECOND, Instant
from simulator.domain.invariants import check
from simulator.domain.messages import ReceiptWish
from simulator.domain.person import PersonPatch, PersonRef
from simulator.domain.registrations import SCOPES
from tests.properties.company import MAGIC, PHONES, Trial

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


CAMPAIGNS = [
    {"id": "JoinVip01", "list": "1001", "keywords": ["VIP"]},
    {"id": "JoinNews01", "list": "1002", "keywords": ["NEWS"]},
    {"id": "Now", "list": "1002", "opt_in": "single"},
]


class Company(RuleBasedStateMachine):
    """Anything may happen to an account in any order; what must hold holds after every event."""

    @initialize(told=spec)
    def begin(self, told: dict[str, object]) -> None:
        self.trial = Trial(
            settings=told,
            acquisition_campaigns=CAMPAIGNS,
            connect={"mo_url": "http://a.test/"},
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

    @rule(mdn=phones, text=st.sampled_from(["Y", "STOP"]))
    def set_persona(self, mdn: str, text: str) -> None:
        persona = Persona(name="given", habits=(says(text),))
        self.trial.do(SetHandset(mdn=mdn, persona=persona))  # type: ignore[arg-type]

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

    @rule(status=st.sampled_from([200, 404, 500, None]), again=st.booleans())
    def answer(self, status: int | None, again: bool) -> None:
        if not self.trial.owed:
            return
        release = self.trial.owed[0] if again else self.trial.owed.pop(0)
        error = "no answer" if status is None else None
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
