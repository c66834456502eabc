"""Thresholds of a load test: every mistake in them is told, and what is beyond them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from harness.load import thresholds
from harness.load.script import ROWS
from harness.load.shapes import SHAPES
from harness.load.thresholds import FIGURES, BadThresholds, Row

TIMES = {"p50_ms": 20.0, "p95_ms": 180.0, "p99_ms": 400.0, "max_ms": 900.0}


def row(requests: int = 200, failures: int = 1, throttled: int = 0, rate: float = 50.0) -> Row:
    return Row(requests, failures, throttled, rate, TIMES)


def judged(text: str, total: Row, rows: dict[str, Row] | None = None) -> list[str]:
    return thresholds.judge(thresholds.read(tomllib.loads(text), ROWS), total, rows or {})


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ('[total]\nfailures = "0.5%"\nrequests_per_second = 50', []),
        ('[total]\nfailures = "0.4%"', ["failures of all answers is 0.5%; most 0.4%"]),
        ("[total]\nfailures = 0", ["failures of all answers is 1; most 0"]),
        (
            "[total]\nrequests_per_second = 51\ncount = 201",
            [
                "requests_per_second of all answers is 50; least 51",
                "count of all answers is 200; least 201",
            ],
        ),
        ("[total]\np95_ms = 180\np99_ms = 399.5", ["p99_ms of all answers is 400; most 399.5"]),
    ],
)
def test_the_whole_run_is_judged(text: str, faults: list[str]) -> None:
    """A figure at its bound passes, one beyond it is told with both."""
    assert judged(text, row()) == faults


def test_a_share_of_throttled_answers_is_of_all_answers() -> None:
    """50 told to come later beside 200 answers are a fifth."""
    assert judged('[total]\nthrottled = "20%"', row(throttled=50)) == []
    assert judged('[total]\nthrottled = "19%"', row(throttled=50)) == [
        "throttled of all answers is 20%; most 19%"
    ]


def test_a_row_is_judged_by_its_name() -> None:
    """A row beyond its bound is told, and so is one that never happened."""
    text = '[names."MT short"]\np95_ms = 100\n[names."time to handset"]\nmax_ms = 1'
    assert judged(text, row(), {"MT short": row(), "time to handset": row(requests=0)}) == [
        "p95_ms of MT short is 180; most 100",
        '"time to handset" did not happen, so its thresholds cannot be met',
    ]


def test_every_mistake_is_told_with_what_would_do() -> None:
    """A misspelled table, row or figure, a wrong value: all at once, each with its place."""
    text = """
        [totals]
        [total]
        failures = "half"
        throttled = 0.5
        p96_ms = 1
        [names."MT shrt"]
        p95_ms = 100
        [names."MO yes"]
        p95_ms = -1
    """
    with pytest.raises(BadThresholds) as caught:
        thresholds.read(tomllib.loads(text), ROWS, "limits.toml")
    assert str(caught.value).splitlines() == [
        'limits.toml: there is no table "totals"; did you mean "total"?',
        "limits.toml: [total]: failures is 'half'; write a share such as \"0.5%\", or a whole "
        "number of answers",
        'limits.toml: [total]: throttled is 0.5; write a share such as "0.5%", or a whole number '
        "of answers",
        'limits.toml: [total]: there is no figure "p96_ms"; did you mean "p99_ms"?',
        'limits.toml: there is no row "MT shrt"; did you mean "MT short"?',
        'limits.toml: [names."MO yes"]: p95_ms is -1; write a number of milliseconds, 0 or more',
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", 'it sets no threshold; write [total] and failures = "0%"'),
        ("names = 3", '"names" must be tables'),
        ("total = 3", "[total] must be a table of figures: count, requests_per_second, failures"),
        ('[total]\nfailures = "nan%"', "failures is 'nan%'"),
        ("[total]\ncount = true", "count is True; write a number, 0 or more"),
    ],
)
def test_a_document_that_is_none_is_told(text: str, told: str) -> None:
    """Nothing at all, and what has the wrong form."""
    with pytest.raises(BadThresholds) as caught:
        thresholds.read(tomllib.loads(text), ROWS)
    assert told in str(caught.value)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """One that is not there, one that is no text, one that is no TOML; the shipped one is right."""
    path = tmp_path / "limits.toml"
    for octets, told in (
        (None, "cannot be read"),
        (b"\xff", "cannot be read"),
        (b"[", "is no TOML"),
    ):
        if octets is not None:
            path.write_bytes(octets)
        with pytest.raises(BadThresholds, match=told):
            thresholds.load(path, ROWS)
    assert thresholds.load(thresholds.SHIPPED, ROWS).total


def test_the_page_names_all_there_is() -> None:
    """Every row, figure and shape that can be written is in the document."""
    page = (Path(__file__).parents[2] / "docs" / "load.md").read_text(encoding="utf-8")
    assert [name for name in (*ROWS, *FIGURES, *SHAPES) if f"`{name}`" not in page] == []
    example = page.split("    [total]")[1].split("Figures:")[0]
    told = "\n".join(line.strip() for line in f"[total]{example}".splitlines())
    assert set(thresholds.read(tomllib.loads(told), ROWS).names) == {"MT short", "time to handset"}
