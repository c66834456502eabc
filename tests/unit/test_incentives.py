"""What is decided about incentives, on a world of its own: events, replies and refusals."""

from __future__ import annotations

from typing import TypeVar

import msgspec
import pytest

from simulator.domain.commands import (
    AddCodes,
    AnyCommand,
    CreatePool,
    IssueCode,
    RedeemCode,
    UpdatePool,
)
from simulator.domain.decide import Refusal
from simulator.domain.incentive_pools import CodesKept
from simulator.domain.incentives import Distribution, Issuance, PoolStanding, PoolTerms, Redemption
from simulator.domain.issuing import Claim
from simulator.domain.record import Record
from simulator.domain.refusals import Fault
from tests.properties.company import Trial

R = TypeVar("R", bound=Record)

TERMS = PoolTerms(
    name="Spring",
    issuance_allowed=True,
    redemption_allowed=True,
    low_threshold=5,
    max_characters=8,
    notification_email_address="ops@example.test",
)
NOBODY = Claim()
ANN = Claim(external_issuee_id="ann", referring_application="pos")


def _done(trial: Trial, command: AnyCommand, kind: type[R]) -> R:
    reply = trial.do(command)
    assert isinstance(reply, kind), reply
    return reply


def _no(trial: Trial, command: AnyCommand) -> list[tuple[Fault, str]]:
    """The problems of a refusal, which has left the journal as it was."""
    before = len(trial.journal)
    reply = trial.do(command)
    assert isinstance(reply, Refusal), reply
    assert len(trial.journal) == before
    return [(problem.fault, problem.message) for problem in reply.problems]


def _pool(*codes: str, distribution: Distribution | None = None, **terms: object) -> Trial:
    """A company whose pool 1 has these codes and terms."""
    trial = Trial()
    told = msgspec.structs.replace(TERMS, **terms)
    open_terms = msgspec.structs.replace(told, issuance_allowed=True, redemption_allowed=True)
    _done(trial, CreatePool(terms=open_terms, distribution=distribution), PoolStanding)
    if codes:
        _done(trial, AddCodes(pool_id="1", codes=codes), CodesKept)
    if told != open_terms:
        _done(trial, UpdatePool(pool_id="1", terms=told, distribution=None), PoolStanding)
    return trial


def _issue(trial: Trial, claim: Claim = NOBODY, code: str | None = None) -> Issuance:
    return _done(trial, IssueCode(pool_id="1", code=code, claim=claim), Issuance)


def _redeem(trial: Trial, code: str, claim: Claim = NOBODY) -> Redemption:
    return _done(trial, RedeemCode(code=code, claim=claim), Redemption)


def _counts(trial: Trial) -> tuple[int, int, int]:
    book = trial.world.incentives
    counts = book.counts(book.pools[1])
    return counts.total, counts.issued, counts.remaining


def test_pools_count_from_one_and_are_unique_unless_said() -> None:
    """Pool ids are 1, 2; without a distribution a new pool gives each code once."""
    trial = _pool()
    second = _done(
        trial, CreatePool(terms=TERMS, distribution=Distribution.MULTI), PoolStanding
    ).pool
    assert (second.pool_id, second.distribution) == (2, Distribution.MULTI)
    assert trial.world.incentives.pools[1].distribution is Distribution.UNIQUE


def test_a_unique_pool_gives_its_codes_once_in_the_order_they_came() -> None:
    """The first free code each time, a code asked for out of order, then nothing is left."""
    trial = _pool("A", "B", "C")
    given = [_issue(trial), _issue(trial, code="C"), _issue(trial)]
    assert [(item.id, item.code) for item in given] == [(1, "A"), (2, "C"), (3, "B")]
    assert _counts(trial) == (3, 3, 0)
    assert "no code left" in _no(trial, IssueCode(pool_id="1", code=None, claim=NOBODY))[0][1]


def test_a_multi_pool_gives_its_one_code_again_and_again() -> None:
    """The code is issued, and remains; a second code does not go in."""
    trial = _pool("SAVE", distribution=Distribution.MULTI)
    assert [_issue(trial).code for _ in range(3)] == ["SAVE"] * 3
    assert _issue(trial, code="SAVE").id == 4
    assert _counts(trial) == (1, 1, 1)
    assert _no(trial, AddCodes(pool_id="1", codes=("MORE",)))[0][0] is Fault.INVALID


@pytest.mark.parametrize(
    ("code", "wanted", "fault"),
    [("9", None, Fault.NOT_FOUND), ("x", None, Fault.NOT_FOUND), ("1", "Z", Fault.INVALID)],
)
def test_what_is_not_there_is_not_issued(code: str, wanted: str | None, fault: Fault) -> None:
    """An unknown pool is not found, a code the pool lacks cannot be had."""
    trial = _pool("A")
    assert _no(trial, IssueCode(pool_id=code, code=wanted, claim=NOBODY))[0][0] is fault


@pytest.mark.parametrize("text", ["", "-1", "1.0", "٣", "1" * 5_000, "0"])
def test_a_pool_is_found_by_its_decimal_number_alone(text: str) -> None:
    """What is no small decimal number names no pool, and breaks nothing."""
    assert _pool().world.incentives.pool(text) is None


def test_a_code_of_another_pool_is_not_issued() -> None:
    """A code belongs to one pool."""
    trial = _pool("A")
    _done(trial, CreatePool(terms=TERMS, distribution=None), PoolStanding)
    assert _no(trial, IssueCode(pool_id="2", code="A", claim=NOBODY))[0][0] is Fault.INVALID


def test_a_unique_code_that_was_issued_is_not_issued_again() -> None:
    """Asking for it by name is refused too."""
    trial = _pool("A", "B")
    _issue(trial, code="A")
    assert "already issued" in _no(trial, IssueCode(pool_id="1", code="A", claim=NOBODY))[0][1]


def test_a_closed_pool_neither_gives_nor_takes() -> None:
    """issuance_allowed and redemption_allowed are heeded."""
    trial = _pool("A", issuance_allowed=False, redemption_allowed=False)
    assert "issuance" in _no(trial, IssueCode(pool_id="1", code=None, claim=NOBODY))[0][1]
    assert "redemption" in _no(trial, RedeemCode(code="A", claim=NOBODY))[0][1]


def test_an_issuee_has_one_id_and_nobody_in_particular_has_one_each_time() -> None:
    """The id hangs on the external id; who has none is somebody of their own."""
    trial = _pool("A", "B", "C", "D")
    first, second = _issue(trial, ANN), _issue(trial, ANN)
    assert first.issuee_id == second.issuee_id
    assert len({first.issuee_id, _issue(trial).issuee_id, _issue(trial).issuee_id}) == 3


def test_a_unique_code_is_redeemed_once_by_whom_it_was_given_to() -> None:
    """A redemption that names nobody is the issuee's; the second one is refused."""
    trial = _pool("A")
    given = _issue(trial, ANN)
    used = _redeem(trial, "A")
    assert (used.id, used.issuee_id, used.external_issuee_id) == (1, given.issuee_id, "ann")
    assert used.referring_application is None
    assert "already redeemed" in _no(trial, RedeemCode(code="A", claim=NOBODY))[0][1]


def test_a_multi_code_is_redeemed_by_each_of_its_issuees_and_by_nobody() -> None:
    """Named issuees are known again, one who is not named is somebody of their own."""
    trial = _pool("SAVE", distribution=Distribution.MULTI)
    ann, bob = _issue(trial, ANN), _issue(trial, Claim(external_issuee_id="bob"))
    assert _redeem(trial, "SAVE", Claim(external_issuee_id="bob")).issuee_id == bob.issuee_id
    assert _redeem(trial, "SAVE", Claim(issuee_id=ann.issuee_id)).external_issuee_id == "ann"
    assert _redeem(trial, "SAVE").issuee_id not in (ann.issuee_id, bob.issuee_id)


@pytest.mark.parametrize(
    "claim",
    [Claim(external_issuee_id="bob"), Claim(issuee_id="12345678")],
    ids=["external", "own"],
)
def test_an_issuee_the_code_was_not_issued_to_is_refused(claim: Claim) -> None:
    """Whether or not somebody else was given it."""
    trial = _pool("A", "B")
    _issue(trial, ANN)
    for code in ("A", "B"):
        assert "was not issued to" in _no(trial, RedeemCode(code=code, claim=claim))[0][1]


def test_both_ids_of_an_issuee_must_agree() -> None:
    """An external id with another's issuee_id names nobody."""
    trial = _pool("SAVE", distribution=Distribution.MULTI)
    _issue(trial, ANN)
    other = _issue(trial, Claim(external_issuee_id="bob"))
    mixed = Claim(external_issuee_id="ann", issuee_id=other.issuee_id)
    assert _no(trial, RedeemCode(code="SAVE", claim=mixed))[0][0] is Fault.INVALID


def test_codes_are_refused_whole_with_every_problem() -> None:
    """Twice in the call, known to the company, too long, not fit for a path: all told."""
    trial = _pool("OLD")
    told = ("NEW", "TWICE", "TWICE", "OLD", "MUCHTOOLONG", "A/B", " C", "..", "")
    problems = _no(trial, AddCodes(pool_id="1", codes=told))
    assert len(problems) == 7
    assert {fault for fault, _ in problems} == {Fault.INVALID}
    assert _counts(trial) == (1, 0, 1)
    assert _no(trial, AddCodes(pool_id="1")) != []
    assert _no(trial, AddCodes(pool_id="7", codes=("X",)))[0][0] is Fault.NOT_FOUND


def test_generated_codes_hang_on_the_seed_alone() -> None:
    """The same seed makes the same codes, whatever else happened; another seed makes others."""

    def made(seed: int) -> list[str]:
        trial = Trial(seed=seed)
        trial.do(CreatePool(terms=TERMS, distribution=None))
        kept = _done(trial, AddCodes(pool_id="1", count=100), CodesKept)
        assert (kept.added, kept.standing.counts.remaining) == (100, 100)
        trial.do(AddCodes(pool_id="1", count=50))
        return trial.world.incentives.held[1]

    codes = made(7)
    assert codes == made(7)
    assert not set(codes) & set(made(8))
    assert len(set(codes)) == 150
    assert all(len(code) == 8 and code.isalnum() and code == code.upper() for code in codes)


def test_a_pool_of_short_codes_makes_as_many_as_it_has_room_for() -> None:
    """One character has 32 values, of which half are made; then the refusal says so."""
    trial = _pool(max_characters=1)
    for _ in range(16):
        _done(trial, AddCodes(pool_id="1", count=1), CodesKept)
    assert "room for 0" in _no(trial, AddCodes(pool_id="1", count=1))[0][1]


def test_a_pool_keeps_its_distribution_while_it_holds_codes() -> None:
    """It may change before the first code; saying the same, or nothing, is always fine."""
    trial = _pool()
    multi = UpdatePool(pool_id="1", terms=TERMS, distribution=Distribution.MULTI)
    assert _done(trial, multi, PoolStanding).pool.distribution is Distribution.MULTI
    trial.do(AddCodes(pool_id="1", codes=("SAVE",)))
    _done(trial, multi, PoolStanding)
    _done(trial, UpdatePool(pool_id="1", terms=TERMS, distribution=None), PoolStanding)
    unique = UpdatePool(pool_id="1", terms=TERMS, distribution=Distribution.UNIQUE)
    assert _no(trial, unique)[0][0] is Fault.INVALID
    missing = UpdatePool(pool_id="2", terms=TERMS, distribution=None)
    assert _no(trial, missing)[0][0] is Fault.NOT_FOUND
