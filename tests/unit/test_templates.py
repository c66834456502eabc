"""Templates: filled in with the account's time, and never able to harm the account."""

from __future__ import annotations

import pytest

from simulator.domain.instants import Instant, parse_instant
from simulator.domain.templates import BadTemplate, check, render

NOW = parse_instant("2026-01-05T15:00:00Z")
EV = {"s": "abc", "l": [3, "x"], "o": {"a": 1}, "f": 1.5, "n": 10**30, "long": "y" * 15_000}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("Hi {{ ev.s | default: 'you' }}", "Hi abc"),
        ("Hi {{ ev.nobody | default: 'you' }}", "Hi you"),
        ("{{ 'now' | date: '%Y-%m-%d' }} {{ today }}", "2026-01-05 2026-01-05"),
        ("{% for i in (1..3) %}{{ i }}{% endfor %}", "123"),
        ("no tags (1..x) { at all", "no tags (1..x) { at all"),
        ("{{ ev.long | truncate: 5 }}", "yy..."),
    ],
)
def test_a_template_is_filled_in(template: str, text: str) -> None:
    """Data, defaults, the account's time, loops; text outside of tags stays as it is."""
    assert render(template, {"ev": EV}, NOW) == text


@pytest.mark.parametrize(
    "template",
    [
        "{{ ev['s'] | modulo: 0.0 }}",
        "{{ ev.f | modulo: 0 }}",
        "{{ -99999999999 | date: '%Y' }}",
        "{{ ev.l | sum }}",
        "{% tablerow i in ev.l cols: ev.o %}{{ i }}{% endtablerow %}",
        "{{ ev.o | compact: 1 }}",
        "{% assign a = ev.s %}{% for i in (1..60) %}{% assign a = a | append: a %}{% endfor %}x",
        "{% for i in (1..999) %}{% for j in (1..999) %}x{% endfor %}{% endfor %}",
        "{{ ev.long | replace: 'y', 'zz' }}",
        "{{ ev.long }}",
    ],
)
def test_a_template_that_fails_is_told(template: str) -> None:
    """Whatever a filter or a loop comes to with the data is a BadTemplate, at once."""
    with pytest.raises(BadTemplate):
        render(template, {"ev": EV}, NOW)


@pytest.mark.parametrize(
    "template",
    [
        "{{ a | nofilter }}",
        "{% if %}",
        "{{ (1..999999999) | join: '' | size }}",
        "{% assign x = (1..999999999) %}{% for i in x reversed %}{% break %}{% endfor %}",
        "{% for i in (1..ev.n) %}{% endfor %}",
    ],
)
def test_a_template_that_cannot_be_taken_is_refused_before_it_is_used(template: str) -> None:
    """What is no Liquid, and a range without written ends or too wide."""
    with pytest.raises(BadTemplate):
        check(template)


def test_a_check_fills_nothing_in() -> None:
    """A template whose data is not there yet is right all the same."""
    check("{{ ev.s | modulo: 0 }}")
    assert render("plain", {}, Instant(0)) == "plain"
