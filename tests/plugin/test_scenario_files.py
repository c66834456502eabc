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
