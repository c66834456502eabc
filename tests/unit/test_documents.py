"""What is said of documents that people write: what is missing, misspelt, or of another kind."""

from __future__ import annotations

import pytest
from pydantic import Field

from simulator.documents import Spec, nearest, rather, read
from simulator.errors import BadSpec
from simulator.spec import AccountSpec


def _faults(document: object) -> list[str]:
    with pytest.raises(BadSpec) as raised:
        read(AccountSpec, document)
    return [text for _, text in raised.value.faults]


def test_what_is_missing_is_named_and_what_it_is_missing_in() -> None:
    """One line for each; of a list it is told that each item needs it."""
    assert _faults({"acquisition_campaigns": [{}]}) == [
        'each of acquisition_campaigns needs "id"',
        'each of acquisition_campaigns needs "list"',
    ]
    assert _faults({"faults": [{"match": {}, "effect": {"drop": True}}]}) == [
        'match needs "surface"'
    ]


def test_a_misspelling_that_explains_what_is_missing_stands_alone() -> None:
    """What is missing besides is told."""
    assert _faults({"acquisition_campaigns": [{"idd": "a"}]}) == [
        'each of acquisition_campaigns needs "list"',
        'unknown member "idd"; did you mean "id"?',
    ]
    assert _faults({"subscription_lists": [{"nmae": "a", "id": 1}]}) == [
        'unknown member "nmae"; did you mean "name"?'
    ]


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"settings": 5}, "write members, as {stop_scope: ...}"),
        ({"carriers": [1]}, "write members, as {name: value}"),
        ({"custom_fields": "Tier"}, 'write a list, as ["Tier"]'),
        ({"custom_fields": {}}, "write a list, as [...]"),
        ({"custom_fields": [1.5]}, 'write text in quotes, as "1.5"'),
        ({"custom_fields": [None]}, "write text"),
        ({"settings": {"throttle": "yes"}}, "write true or false"),
        ({"settings": {"retries": "5"}}, "write a whole number, as 5"),
        ({"settings": {"retries": 101}}, "write 100 or less"),
        ({"settings": {"retries": -1}}, "write 0 or more"),
        ({"seed": 2**63}, f"write less than {2**63}"),
        ({"connect": {"version": 3.2}}, 'write text in quotes, as "3.2"'),
        ({"connect": {"version": "4"}}, '"4" is not one of 3.0, 3.1, 3.2'),
        ({"connect": {"mo_url": "x"}}, '"x" is no URL; write "http://127.0.0.1:9000/mo"'),
        ({"username": "a:b"}, '"a:b" is no user name; write "acme"'),
        ({"password": ""}, "it cannot be empty"),
    ],
)
def test_a_value_of_another_kind_is_told_in_plain_words(document: object, told: str) -> None:
    """With what to write instead."""
    assert _faults(document) == [told]


@pytest.mark.parametrize(
    ("said", "near"),
    [
        ("blocklist", "blocklisted"),
        ("sms_sent", "SMS sent"),
        ("poeple", "people"),
        ("ann", "ana"),
        ("Marketing-Suspended", "marketing_suspended"),
        ("unsubscribed", None),
        ("marketing", "marketing_suspended"),
        ("mark", None),
        ("bo", None),
        ("x", None),
        ("", None),
        ("a" * 81, None),
    ],
)
def test_a_name_is_near_by_few_slips_for_its_length(said: str, near: str | None) -> None:
    """Swapped letters are one slip; case, blanks and dashes are none."""
    known = ["blocklisted", "SMS sent", "people", "ana", "marketing_suspended", "not_subscribed"]
    assert nearest(said, known) == near


def test_where_no_name_is_near_all_of_them_are_told() -> None:
    """And that there are none where there are none."""
    assert rather("unsubscribed", ["not_subscribed", "hard"]) == "; it may be not_subscribed, hard"
    assert rather("x", []) == "; it may be none"


class _Parent(Spec):
    """Has words."""

    one: int = 1
    """Of the parent."""
    two: int = Field(default=2, alias="zwei")
    """Of both,
    in two lines."""
    three: int = Field(default=3, description="Its own.")
    """Of nobody."""


class _Child(_Parent):
    """Has more."""

    one: int = 10
    """Of the child."""
    four: int = 4


def test_an_editor_is_told_what_stands_below_a_member() -> None:
    """By the name it is written with, of the class that says it last; words of its own come first."""
    told = _Child.model_json_schema()["properties"]
    assert {name: item.get("description") for name, item in told.items()} == {
        "one": "Of the child.",
        "zwei": "Of both,\nin two lines.",
        "three": "Its own.",
        "four": None,
    }
