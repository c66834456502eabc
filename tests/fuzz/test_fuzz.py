"""The fuzz run by itself: three thousand inputs find nothing new, and a planted fault is found."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.fuzz import asking, decoders, run
from tests.fuzz.asking import Answer, Input
from tests.fuzz.findings import Findings, load


async def test_three_thousand_inputs_find_nothing(tmp_path: Path) -> None:
    """Decoders, HTTP and SMPP of a real process take whatever comes, and change nothing unasked."""
    session = run.Run(1, 3_000, tmp_path, 60)
    await session.go()
    assert sum(session.counts.values()) == 3_000
    assert run.unknown(session.findings.kinds) == {}
    assert all(lane.accepted for lane in session.lanes.values())


def test_an_input_follows_from_its_seed() -> None:
    """The same seed makes the same inputs, another seed others."""
    one, again, other = (
        [decoders.make(Random(seed)) for _ in range(50)] for seed in ("1:0", "1:0", "2:0")
    )
    assert one == again != other


def test_a_decoder_that_breaks_is_a_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An exception that is none of a decoder's own is told with its place, and kept to be tried again."""

    def breaks(_octets: bytes) -> None:
        raise KeyError("planted")

    planted = decoders.BY_NAME["udh"]._replace(reads=breaks)
    monkeypatch.setitem(decoders.BY_NAME, "udh", planted)
    told = decoders.fault_of("udh", b"\x01")
    assert told is not None
    assert told.startswith("KeyError at test_fuzz.py:")
    findings = Findings(tmp_path, 1)
    findings.add("decoder udh", told, None, b"\x01")
    (path,) = tmp_path.glob("*.json")
    assert load(path) == ("decoder udh", None, b"\x01")


GIVEN = Input("platform", "POST", "/companies/x/mobiledb/persons", "", b"{}")


@pytest.mark.parametrize(
    ("kind", "status", "content_type", "body", "bad"),
    [
        ("platform", 400, "application/json", b'{"errors":[{"message":"m","code":4000}]}', False),
        ("platform", 400, "application/json", b'{"errors":[{"message":"m"}]}', True),
        ("platform", 418, "application/json", b'{"errors":[{"message":"m","code":4180}]}', True),
        ("platform", 500, "application/json", b'{"errors":[{"message":"m","code":5000}]}', True),
        ("platform", 201, "application/json", b"{}", True),
        ("platform", 0, "", b"", True),
        (
            "connect",
            400,
            "text/xml",
            b'<error code="1020" description="" retriable="false"/>',
            False,
        ),
        (
            "connect",
            400,
            "text/xml",
            b'<error code="1024" description="" retriable="false"/>',
            True,
        ),
        ("connect", 200, "text/xml", b"<half", True),
        ("control", 400, "application/json", b'{"errors":[{"message":"m","path":""}]}', False),
        ("control", 400, "application/json", b'{"errors":[]}', True),
        ("control", 404, "application/json", b"not found", True),
    ],
)
def test_an_answer_is_judged_by_its_surface(
    kind: str, status: int, content_type: str, body: bytes, bad: bool
) -> None:
    """Undeclared statuses, other shapes, broken XML, and codes that are another status's."""
    given = GIVEN._replace(kind=kind)
    told = asking.fault_of(given, Answer(status, content_type, body), "mobiledb/persons")
    assert (told is not None) == bad
