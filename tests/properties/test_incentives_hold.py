"""Whatever is asked of pools and codes, in any order, what must hold holds after every event."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.domain.commands import (
    AddCodes,
    AnyCommand,
    CreatePool,
    IssueCode,
    RedeemCode,
    UpdatePool,
)
from simulator.domain.incentives import Distribution, PoolTerms
from simulator.domain.issuing import Claim
from tests.properties.company import Trial

pools = st.sampled_from(["1", "2", "3"])
codes = st.sampled_from(["A", "B", "C", "LONG"])
people = st.none() | st.sampled_from(["ann", "bob"])
claims = st.builds(Claim, external_issuee_id=people)
distributions = st.none() | st.sampled_from(list(Distribution))
terms = st.builds(
    PoolTerms,
    name=st.just("Spring"),
    issuance_allowed=st.sampled_from([True, True, False]),
    redemption_allowed=st.sampled_from([True, True, False]),
    low_threshold=st.just(1),
    max_characters=st.sampled_from([1, 4]),
    notification_email_address=st.just("ops@example.test"),
)
commands = st.one_of(
    st.builds(CreatePool, terms=terms, distribution=distributions),
    st.builds(UpdatePool, pool_id=pools, terms=terms, distribution=distributions),
    st.builds(AddCodes, pool_id=pools, codes=st.lists(codes, max_size=2).map(tuple)),
    st.builds(AddCodes, pool_id=pools, count=st.integers(0, 3)),
    st.builds(IssueCode, pool_id=pools, code=st.none() | codes, claim=claims),
    st.builds(RedeemCode, code=codes, claim=claims),
)


@settings(max_examples=200)
@given(st.lists(commands, max_size=40))
def test_a_company_of_pools_stays_consistent(told: list[AnyCommand]) -> None:
    """Counts agree with what was issued, and a unique code is given and used at most once."""
    trial = Trial()
    for command in told:
        trial.do(command)
    book = trial.world.incentives
    given_ids = [item.id for items in book.issuances.values() for item in items]
    assert sorted(given_ids) == list(range(1, book.issued + 1))
