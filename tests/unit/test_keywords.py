from __future__ import annotations

import pytest

from simulator.domain.keywords import HELP, NO, START, STOP, near_miss, normalise


def test_the_tables_are_the_published_ones() -> None:
    """STOP and its nine others, HELP and INFO, START and UNSTOP, N and NO."""
    assert {
        "STOP",
        "STOPALL",
        "STOP ALL",
        "END",
        "QUIT",
        "CANCEL",
        "UNSUBSCRIBE",
        "REVOKE",
        "OPT OUT",
        "OPTOUT",
    } == STOP
    assert {"HELP", "INFO"} == HELP
    assert {"START", "UNSTOP"} == START
    assert {"N", "NO"} == NO


def test_no_word_is_in_two_tables() -> None:
    """A text means one thing."""
    assert len(STOP | HELP | START | NO) == len(STOP) + len(HELP) + len(START) + len(NO)


@pytest.mark.parametrize("text", ["stop", " Stop\n", "STOP", "sToP\t"])
def test_case_and_surrounding_space_do_not_matter(text: str) -> None:
    """The text is compared trimmed and in upper case."""
    assert normalise(text) == "STOP"


def test_inner_space_is_single() -> None:
    """`opt   out` is the keyword OPT OUT."""
    assert normalise("opt   out") in STOP


@pytest.mark.parametrize(
    ("text", "keyword"),
    [
        ("please stop texting", "STOP"),
        ("stop!", "STOP"),
        ("Stop.", "STOP"),
        ("I want to opt out now", "OPT OUT"),
        ("stop all of it", "STOP ALL"),
        ("please 'cancel' this", "CANCEL"),
        ("don't unstoppable", None),
        ("stopping by later", None),
        ("the weekend", None),
        ("hello", None),
        ("", None),
    ],
)
def test_a_near_miss_holds_a_stop_word_as_a_word(text: str, keyword: str | None) -> None:
    """The longest keyword that stands in the text as whole words, with its punctuation off."""
    assert near_miss(text) == keyword
