"""`*.sms.yaml` files as tests, and as something a test plays."""

from __future__ import annotations

import pytest

from smsim_pytest import SmsSimulator
from tests.plugin.project import ASYNCIO, Project

GOOD = """
name: HELP is answered
people:
  ana: {phone: "(312) 555-0101"}
steps:
  - reply: {person: ana, text: HELP}
  - advance: 1m
  - expect:
      - inbox: {person: ana, is: ["Reply STOP*"]}
"""
BAD = GOOD.replace("HELP is", "STOP is").replace('"Reply STOP*"', "Hello")
WRONG = GOOD.replace("advance: 1m", "advanse: 1m").replace("name: HELP is answered\n", "")


@pytest.fixture
def with_files(project: Project) -> Project:
    """A scenario that passes, one that does not, one with mistakes, and other YAML."""
    project.write("good.sms.yaml", GOOD)
    project.write("deep/bad.sms.yaml", BAD)
    project.write("wrong.sms.yaml", WRONG)
    project.write("other.yaml", GOOD)
    project.write("sms.yaml", GOOD)
    return project


def test_each_is_a_test_called_by_its_sentence(with_files: Project) -> None:
    """A failure shows what smsim says of it: places, both sides, the timeline, the way back."""
    run = with_files.run("-v", "-m", "sms")
    assert "2 failed, 1 passed" in run.words, run.words
    for words in (
        "good.sms.yaml::HELP is answered PASSED",
        "deep/bad.sms.yaml::STOP is answered FAILED",
        "wrong.sms.yaml::wrong FAILED",
        "deep/bad.sms.yaml:8:9",
        '  expected  ana received "Hello"',
        '  actual    received "Reply STOP to stop messages. Msg&data rates may apply."',
        "  timeline of ana",
        '"HELP" to 65047 (taken as help)',
        "again: smsim run deep/bad.sms.yaml --seed 0",
        "wrong.sms.yaml:1:1: ",
        'wrong.sms.yaml:5:5: unknown member "advanse"; did you mean "advance"?',
    ):
        assert words in run.words, words
    assert "playing.py" not in run.words


def test_at_a_url_and_with_a_seed(with_files: Project, simulator: SmsSimulator) -> None:
    """Both options hold for scenarios too."""
    run = with_files.run("deep", "--sms-url", simulator.url, "--sms-seed", "12")
    assert "again: smsim run deep/bad.sms.yaml --seed 12" in run.words
    gone = with_files.run("good.sms.yaml", "--sms-url", "http://127.0.0.1:9")
    assert "no simulator answers at http://127.0.0.1:9" in gone.words


def test_a_test_plays_a_file(with_files: Project) -> None:
    """The path is relative to the test's file; what it sent to whom can be looked at."""
    with_files.write(
        "deep/test_it.py",
        """
        import pytest
        from smsim_pytest import ScenarioFailed

        def test_sync(sms_scenario):
            played = sms_scenario("../good.sms.yaml", seed=7)
            assert (played.title, played.seed, played.messages) == ("HELP is answered", 7, 1)
            assert [person["arrived"] for person in played.people] == [1]

        async def test_async(sms_scenario):
            with pytest.raises(ScenarioFailed, match="deep/bad.sms.yaml:8:9"):
                await sms_scenario("bad.sms.yaml")

        def test_missing(sms_scenario):
            with pytest.raises(ScenarioFailed, match="none.sms.yaml"):
                sms_scenario("none.sms.yaml")
        """,
    )
    run = with_files.run("-q", "deep/test_it.py", *ASYNCIO)
    assert "3 passed" in run.words, run.words


CASES = """
x-early: &early {wait: 1h, told: in time}
name: A yes after ${wait} is ${told}, ${so} $${so}
cases:
  early: {<<: *early, so: yes}
  late: {wait: 25h, told: too late, so: no}
include: people.inc.yaml
steps:
  - reply: {person: ana, text: VIP}
  - advance: ${wait}
  - reply: {person: ana, text: Y}
  - expect:
      - member: {person: ana, list: 1001}
      - messages: {text: "${told}${so}", count: 0}
"""


def test_each_case_is_a_test(project: Project) -> None:
    """Called by its sentence and its name, and played by itself; included files are none."""
    project.write("edge.sms.yaml", CASES)
    project.write("people.inc.yaml", 'people: {ana: {phone: "(312) 555-0101"}}')
    run = project.run("-v")
    assert "1 failed, 1 passed" in run.words, run.words
    assert "edge.sms.yaml::A yes after 1h is in time, yes ${so}[early] PASSED" in run.words
    assert "edge.sms.yaml::A yes after 25h is too late, no ${so}[late] FAILED" in run.words
    assert "again: smsim run 'edge.sms.yaml[late]' --seed 0" in run.words
    alone = project.run("-v", "-k", "early]")
    assert "1 passed, 1 deselected" in alone.words, alone.words


def test_a_table_that_cannot_be_read_is_told_by_the_test(project: Project) -> None:
    """Collecting a file never fails; the mistakes in it are its test's."""
    project.write("list.sms.yaml", CASES.replace("cases:\n", "cases: [a]\nx-cases:\n"))
    project.write("broken.sms.yaml", f"{CASES}\n  - [")
    run = project.run("-v")
    assert "2 failed" in run.words, run.words
    assert "list.sms.yaml:3:1: write cases by name" in run.words
    assert "broken.sms.yaml::broken FAILED" in run.words


def test_a_test_plays_one_case(project: Project) -> None:
    """`FILE[case]`; of several that are not chosen from it is told which there are."""
    project.write("edge.sms.yaml", CASES)
    project.write("people.inc.yaml", 'people: {ana: {phone: "(312) 555-0101"}}')
    project.write(
        "test_it.py",
        """
        import pytest
        from smsim_pytest import ScenarioFailed

        def test_one(sms_scenario):
            assert sms_scenario("edge.sms.yaml[early]").title.endswith("[early]")

        def test_all(sms_scenario):
            with pytest.raises(ScenarioFailed, match=r"play one: edge.sms.yaml\\[early\\] or edge"):
                sms_scenario("edge.sms.yaml")
        """,
    )
    run = project.run("-q", "test_it.py")
    assert "2 passed" in run.words, run.words
