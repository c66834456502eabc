from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.domain.commands import (
    AddParticipant,
    AddPerson,
    AnyCommand,
    ReceiveMo,
    RecordAttempt,
    RegisterCallback,
    SetHandset,
    SubmitMt,
)
from simulator.domain.events import MoReceived, MtAccepted, MtMoved, decode_event
from simulator.domain.instants import DAY, MINUTE
from simulator.domain.numbers import Mdn
from simulator.domain.person import PersonPatch
from tests.properties.company import PHONES, START, Trial

LOSSY = {"default": {"loss": "1/3"}}


def _commands_of(mdn: Mdn) -> list[AnyCommand]:
    return [
        AddParticipant(campaign_id="JoinVip01", ref=None, patch=PersonPatch(mdn=mdn)),
        ReceiveMo(mdn=mdn, code="65047", text="Y"),
        ReceiveMo(mdn=mdn, code="65047", text="STOP"),
        ReceiveMo(mdn=mdn, code="65047", text="vip"),
        ReceiveMo(mdn=mdn, code="65047", text="where is it?"),
        SubmitMt(mdn=mdn, code="65047", text="Hello"),
        SubmitMt(mdn=mdn, code="65047", text="x" * 320, split=True),
        SetHandset(mdn=mdn, reachable=False),
        SetHandset(mdn=mdn, reachable=True),
        AddPerson(patch=PersonPatch(mdn=mdn, custom_fields={"first_name": "A"})),
    ]


def _fates(trial: Trial) -> dict[str, list[tuple[object, ...]]]:
    """What became of each phone's messages: ids, states, instants, in order."""
    phone_of: dict[str, str] = {}
    fates: dict[str, list[tuple[object, ...]]] = {}
    for at, _, bodies in trial.journal:
        for event in map(decode_event, bodies):
            if isinstance(event, MtAccepted):
                mt = event.mt
                phone_of[mt.message_id] = mt.mdn
                told: tuple[object, ...] = (mt.message_id, mt.part_ids, mt.purpose, mt.fate)
                fates.setdefault(mt.mdn, []).append((at, *told))
            elif isinstance(event, MtMoved):
                mdn = phone_of[event.message_id]
                fates[mdn].append((at, event.message_id, event.state, event.error_code))
            elif isinstance(event, MoReceived):
                mo = event.mo
                fates.setdefault(mo.mdn, []).append((at, mo.message_id, mo.taken_as))
    return fates


@st.composite
def shuffled(draw: st.DrawFn) -> tuple[list[AnyCommand], list[AnyCommand]]:
    """Commands phone by phone, and the same with the phones' commands mixed."""
    lines = {mdn: draw(st.lists(st.sampled_from(_commands_of(mdn)), max_size=6)) for mdn in PHONES}
    turns = draw(st.permutations([mdn for mdn, line in lines.items() for _ in line]))
    waiting = {mdn: list(line) for mdn, line in lines.items()}
    mixed = [waiting[mdn].pop(0) for mdn in turns]
    return [command for line in lines.values() for command in line], mixed


@settings(max_examples=60)
@given(shuffled())
def test_other_traffic_never_changes_what_happens_to_a_phone(
    orders: tuple[list[AnyCommand], list[AnyCommand]],
) -> None:
    """In whatever order phones arrive, each one's messages have the same ids, states and instants."""
    trials = []
    for order in orders:
        trial = Trial(carriers=LOSSY)
        for command in order:
            trial.do(command)
        trial.run(START + 5 * DAY)
        trials.append(trial)
    assert _fates(trials[0]) == _fates(trials[1])


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([item for mdn in PHONES[:2] for item in _commands_of(mdn)]),
            st.sampled_from([0, MINUTE, DAY]),
            st.sampled_from([200, 404, 500]),
        ),
        max_size=12,
    )
)
def test_a_journal_decides_again_to_the_same_bytes(
    steps: list[tuple[AnyCommand, int, int]],
) -> None:
    """The journal's commands, decoded and decided at their instants, give byte-identical events."""
    trial = Trial(carriers=LOSSY, connect={"mo_url": "http://a.test/"})
    for kind in ("person_added", "subscription_added", "ack_participant_added"):
        trial.do(
            RegisterCallback(
                callback_type=kind,
                scope=None,
                url="http://b.test/",
                method="POST",
                content_type="application/json",
                version=1,
                start=None,
                end=None,
            )
        )
    for command, wait, status in steps:
        trial.do(command)
        while trial.owed:
            owed = trial.owed.pop(0)
            trial.do(
                RecordAttempt(delivery_id=owed.delivery_id, attempt=owed.attempt, status=status)
            )
        trial.run(trial.now + wait)
    trial.replay()


@settings(max_examples=30)
@given(st.lists(st.sampled_from(_commands_of(PHONES[0])), max_size=10), st.integers(0, 3))
def test_a_world_rebuilt_from_its_events_is_the_same_world(
    commands: list[AnyCommand], days: int
) -> None:
    """Events decoded from bytes and applied give the same people, memberships, messages, timers."""
    trial = Trial()
    for command in commands:
        trial.do(command)
    trial.run(START + days * DAY)
    again = trial.rebuild()
    world = trial.world
    assert again.people.by_key == world.people.by_key
    assert again.subscriptions.active == world.subscriptions.active
    assert again.subscriptions.ended == world.subscriptions.ended
    assert again.participations.pending == world.participations.pending
    assert again.participations.blocks == world.participations.blocks
    assert again.opt_outs.standing == world.opt_outs.standing
    assert again.messages.in_flight == world.messages.in_flight
    assert again.handsets.by_mdn == world.handsets.by_mdn
