"""A day of many people: its counts follow from the numbers and the mix, and the run keeps to them."""

from __future__ import annotations

from collections import Counter
from hashlib import blake2b

from harness.campaigns.people import e164
from harness.population import make
from harness.scenario.reading import Scenario, load_all
from tests.load.people_run import SCENARIO, run


def _cases() -> dict[str | None, Scenario]:
    return {item.case: item for item in load_all([SCENARIO])}


def _counted(scenario: Scenario) -> Counter[str]:
    """How many there are of each persona: the share of the mix that each number's draw falls to."""
    spec = scenario.spec
    assert spec.population is not None
    people = make(
        spec.population.size,
        seed=spec.population.seed,
        shared_phone=0,
        blocklisted=0,
        suspended=0,
        subscribed=0,
    )
    shares = {name: int(text.removesuffix("%")) * 100 for name, text in spec.account.phones.items()}
    counts: Counter[str] = Counter()
    for person in people:
        key = f"{spec.seed}\x1fpersona\x1f{e164(person.phone)}".encode()
        at = int.from_bytes(blake2b(key, digest_size=8).digest(), "big") % 10_000
        for name, share in shares.items():
            if at < share:
                counts[name] += 1
                break
            at -= share
    return counts


def _expected(scenario: Scenario) -> dict[tuple[str, str], int]:
    """The counts that the scenario expects, by kind of activity and by text."""
    found: dict[tuple[str, str], int] = {}
    for step in scenario.spec.steps:
        for check in step.expect or ():
            if check.messages is not None and check.messages.count is not None:
                told = check.messages
                assert told.count is not None
                name = told.text or told.purpose or ""
                found["late" if told.at is not None else "messages", name] = told.count[0]
            elif check.activity is not None:
                found["activity", check.activity.kind] = check.activity.count[0]
    return found


def test_the_counts_of_both_cases_follow_from_the_mix() -> None:
    """Whoever says Y in time is a member and gets the sale; whoever is late, says N or STOP is not."""
    for case, people in (("some", 2_000), ("all", 100_000)):
        scenario = _cases()[case]
        counts, expected = _counted(scenario), _expected(scenario)
        members = counts["stays"] + counts["leaves"]
        assert expected["messages", "confirmation"] == people
        for name in ("Y", "welcome", "Sale today"):
            assert expected["messages", name] == members
        assert expected["activity", "Subscribes to Vibes List"] == members
        assert expected["messages", "N"] == counts["refuses"]
        assert expected["late", "Y"] == counts["late"]
        assert expected["messages", "STOP"] == counts["leaves"]
        assert expected["activity", "Unsubscribes from Vibes List"] == counts["leaves"]


def test_a_day_of_two_thousand_keeps_to_its_counts() -> None:
    """The smaller case, as `make load-people` runs the larger one."""
    assert run("some").status == 0
