from __future__ import annotations

import pytest

from simulator.domain.instants import parse_instant
from simulator.errors import UserError
from simulator.runtime.ports import MessageQuery
from simulator.ui import search

ANN = "+13125550101"


def _asked(**members: object) -> MessageQuery:
    return MessageQuery(newest_first=True, limit=search.PAGE, **members)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "query"),
    [
        ("", _asked()),
        ("   ", _asked()),
        ("sale", _asked(text="sale")),
        ("sale today", _asked(text="sale today")),
        ('"sale  today"', _asked(text="sale  today")),
        ('text:"sale today"', _asked(text="sale today")),
        ("text:a:b", _asked(text="a:b")),
        ("to:3125550101", _asked(direction="mt", mdn=ANN)),
        (f"to:{ANN}", _asked(direction="mt", mdn=ANN)),
        ("to:65047", _asked(direction="mo", code="65047")),
        ("from:65047", _asked(direction="mt", code="65047")),
        ("from:3125550101", _asked(direction="mo", mdn=ANN)),
        ("phone:3125550101", _asked(mdn=ANN)),
        ("state:delivered", _asked(state="delivered")),
        ("STATE:delivered", _asked(state="delivered")),
        ("is:mo", _asked(direction="mo")),
        ("is:welcome", _asked(purpose="welcome")),
        ("is:mt is:welcome is:mt", _asked(direction="mt", purpose="welcome")),
        ("list:1001", _asked(list_id="1001")),
        ('list:"my list" campaign:JoinVip01', _asked(list_id="my list", campaign_id="JoinVip01")),
        ('text:"don\'t"', _asked(text="don't")),
        ("before:2026-01-06", _asked(until=parse_instant("2026-01-06"))),
        ("after:2026-01-05T15:00", _asked(since=parse_instant("2026-01-05T15:00"))),
        (
            "to:3125550101 shoes state:sent today is:connect",
            _asked(direction="mt", mdn=ANN, state="sent", purpose="connect", text="shoes today"),
        ),
    ],
)
def test_words_are_read(words: str, query: MessageQuery) -> None:
    """Every word narrows; what is no word is the text, in the order it stands."""
    assert search.read(words) == query


@pytest.mark.parametrize(
    "text",
    ["http://x", "https://shop.example/a?b=c", "don't", "it's Ann's", "10:30", ":)"],
)
def test_what_people_write_is_text(text: str) -> None:
    """An address, an apostrophe, a time of day: no word of the grammar, and no mistake."""
    assert search.read(text) == _asked(text=text)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("sate:delivered", 'there is no "sate:"; did you mean "state"?'),
        ("state:deliverd", 'there is no state "deliverd"; did you mean "delivered"?'),
        ("is:welcom", 'is: knows no "welcom"; did you mean "welcome"?'),
        ("to:anna", '"anna" is no phone number'),
        ("state:", "state: needs a value, as in state:delivered"),
        ("list:", "list: needs a value, as in list:1001"),
        ("lst:1001", 'there is no "lst:"; did you mean "list"?'),
        ('text:"sale', "a quotation mark is missing"),
        ('sale "', "a quotation mark is missing"),
        ("before:tomorrow", "tomorrow"),
        ("after:2026-13-01", "2026-13-01"),
        ('"Re: sale"', 'for text that has a colon write text:"Re: sale"'),
        ("to:65047 is:mt", '"is:mt" asks for another direction than what stands before it'),
        ("to:3125550101 to:3125550102", '"to:3125550102" asks for another phone'),
        ("from:65047 from:65048", '"from:65048" asks for another code'),
        ("list:1001 list:1002", '"list:1002" asks for another list'),
        ("before:2026-01-05 before:2026-01-06", '"before:2026-01-06" asks for another time'),
        ("text:sale today", '"today" asks for another text'),
    ],
)
def test_a_mistake_is_told_with_its_mend(words: str, told: str) -> None:
    """The first mistake in the words, with what was probably meant."""
    with pytest.raises(UserError) as caught:
        search.read(words)
    assert told in str(caught.value)


@pytest.mark.parametrize("example", search.EXAMPLES)
def test_every_example_reads(example: str) -> None:
    """What the page offers to press is a search."""
    assert search.read(example) != _asked()


@pytest.mark.parametrize("value", ["1001", "a b", 'a"b', "a\\b", "it's", "x:y", "élan", "#1"])
def test_a_word_that_is_written_reads_as_it_was_meant(value: str) -> None:
    """Links of the pages name lists of any id."""
    assert search.read(search.written("list", value)) == _asked(list_id=value)


def test_a_place_is_kept() -> None:
    """Of older messages the same search is asked, below a place."""
    assert search.read("sale", before=17) == _asked(text="sale", below=17)
