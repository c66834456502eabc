"""What a test is called and seeded with, what a file is called, and how times are read."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from smsim_pytest import identity, times
from smsim_pytest.control import Control, SmsError
from smsim_pytest.scenario_names import scenarios_in

KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}")


@pytest.mark.parametrize(
    "test_id",
    [
        "t.py::test_a",
        "t.py::A::test_a",
        "t.py::test_a[x::y]",
        "t.py::test_é[a b]",
        f"t::{'x' * 300}",
    ],
)
def test_every_test_has_a_key_that_a_company_may_have(test_id: str) -> None:
    """Whatever a test is called, its key is letters, digits and dashes."""
    assert KEY.fullmatch(identity.key_of(test_id))


def test_keys_and_seeds_follow_from_the_id_alone() -> None:
    """They are the same on every machine, and differ where the ids do."""
    one, other = "a/t.py::test_a", "b/t.py::test_a"
    assert (identity.key_of(one), identity.seed_of(one)) == ("test-a-2c486e5f", 742944351)
    assert identity.key_of(one) != identity.key_of(other)
    assert identity.seed_of(one) != identity.seed_of(other)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("24h", 86_400), ("1h30m", 5_400), ("250ms", 0.25), ("2d", 172_800), ("PT1H1.5S", 3_601.5)],
)
def test_a_duration_is_written_as_for_the_simulator(text: str, seconds: float) -> None:
    """Short or ISO 8601."""
    assert times.duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "5", "5 m", "m5", "P", "PT"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    """The words name the forms that work."""
    with pytest.raises(ValueError, match="is not a duration; write"):
        times.duration(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("name: A yes, in time", "A yes, in time"),
        ("# words\nseed: 3\nabout:\n  name: inner\nname: 'outer'", "outer"),
        ("steps: [{name: x}]\nname: No", "No"),
        ("people: {name: {phone: '1'}}", None),
        ("name: [a]", None),
        ("- name: x", None),
        ("name: 'a\n: b: [", None),
        ("", None),
    ],
)
def test_a_file_is_called_by_its_sentence(tmp_path: Path, text: str, name: str | None) -> None:
    """The top-level name alone, and none where it cannot be read."""
    path = tmp_path / "x.sms.yaml"
    path.write_text(text)
    assert [item.name for item in scenarios_in(path)] == [name or "x"]


def test_what_is_no_url_is_said_to_be_none() -> None:
    """The words show one that works."""
    with pytest.raises(SmsError, match="is not a URL such as http://127"):
        Control("localhost:8080")
