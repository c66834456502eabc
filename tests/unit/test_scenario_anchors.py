"""YAML's own ways to say a thing once: anchors, aliases, merge keys, and where to keep them."""

from __future__ import annotations

import pytest

from harness.scenario.parts import Mistakes
from harness.scenario.reading import check
from harness.scenario.source import read_text
from harness.scenario.yaml_parts import DEEPEST, MOST_REPEATED

SHARED = """\
name: x
x-places:
  chicago: &chicago {City: Chicago, State: IL}
  form: &form
    trigger: {form: signup}
    qualification: every_time
people:
  ana: &ana {phone: "(312) 555-0101", fields: {<<: *chicago, First Name: Ana}}
  ben: {<<: *ana, phone: "(312) 555-0102", fields: *chicago}
campaigns:
  Join:
    <<: *form
    flow: [{subscribe: &vip {list: 1001, campaign: JoinVip01}}]
  Leave:
    <<: [{qualification: once}, *form]
    flow: [{unsubscribe: {list: 1001}}]
steps:
  - &yes {reply: {person: ana, text: Y}}
  - *yes
"""


def _mistakes(text: str) -> list[str]:
    with pytest.raises(Mistakes) as raised:
        check(read_text(text, "x"))
    return [str(mistake) for mistake in raised.value.mistakes]


def test_what_is_said_once_holds_wherever_it_is_named() -> None:
    """Aliases are what they name; a merged mapping gives way to what is written, and the first wins."""
    spec = check(read_text(SHARED, "x")).spec
    assert spec.people["ana"].fields == {
        "City": "Chicago",
        "State": "IL",
        "First Name": "Ana",
    }
    assert spec.people["ben"].phone == "(312) 555-0102"
    assert spec.people["ben"].fields == {"City": "Chicago", "State": "IL"}
    assert spec.campaigns["Join"].qualification == "every_time"
    assert spec.campaigns["Leave"].qualification == "once"
    assert [item.form for item in spec.campaigns["Leave"].trigger] == ["signup"]
    assert spec.steps[0] == spec.steps[1]


def test_a_mistake_in_what_is_shared_stands_where_it_is_written() -> None:
    """Once, however often it is named; what an alias is wrong for stands at the alias."""
    text = SHARED.replace("qualification: every_time", "qualificaton: every_time")
    assert _mistakes(text) == [
        'x:6:5: unknown member "qualificaton"; did you mean "qualification"?'
    ]
    assert _mistakes(SHARED.replace("list: 1001, camp", "list: 1009, camp")) == [
        'x:13:30: no list "1009"; did you mean "1002"?'
    ]
    source = read_text(SHARED, "x")
    assert str(source.at(("steps", 1))) == "x:19:5"
    assert str(source.at(("steps", 1, "reply"))) == "x:18:11"


def test_members_that_begin_with_x_are_kept_at_the_top_alone() -> None:
    """Whatever is in them; below the top they are unknown as any other."""
    read = check(read_text("x-any: [1, {a: b}]\nname: x\nsteps: [{advance: 1s}]", "x"))
    assert list(read.source.document) == ["name", "steps"]
    told = _mistakes("name: x\naccount: {x-any: 1}\nsteps: [{advance: 1s}]")
    assert [line.split(";")[0] for line in told] == ['x:2:11: unknown member "x-any"']


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: *nme\nb: &name 1", 'x:1:4: not YAML: no anchor "nme" stands before it; there is none'),
        ("b: &name 1\na: *nme", 'x:2:4: not YAML: no anchor "nme" stands before it; did you mean'),
        ("a: {<<: 1}", 'x:1:9: "<<" merges a mapping, or a list of mappings; write <<: *name'),
        ("a: {<<: [{b: 1}, 2]}", 'x:1:18: "<<" merges a mapping'),
        ("a: {<<: {b: 1}, <<: {c: 1}}", 'x:1:17: "<<" stands twice; write one with a list'),
        ("a: &a {b: *a}", "x:1:11: an alias stands inside what it names; write out"),
        ("a: &a {<<: *a}", "x:1:12: an alias stands inside what it names; write out"),
        ("? [a]\n: 1", "x:1:3: a key is one word, or text in quotes"),
        ("a: {list: ${x}}", "x:1:12: not YAML: expected ',' or '}', but got '{'; inside { } and"),
    ],
)
def test_what_cannot_be_shared_is_told_with_the_mend(text: str, told: str) -> None:
    """At its place: the alias, the merge key, the key."""
    (line,) = _mistakes(text)
    assert line.startswith(told)


def test_two_keys_that_stand_twice_and_a_wrong_merge_come_together() -> None:
    """One reading finds all of them."""
    assert len(_mistakes("a: 1\na: 2\nb: {<<: 3}\nc: {d: 1, d: 2}")) == 3


def _bomb(levels: int, width: int = 10, form: str = "[{}]") -> str:
    """Each level names the one before it `width` times."""
    lines = ["x-0: &n0 [lol, lol]"]
    for level in range(1, levels):
        items = [f"*n{level - 1}"] * width
        if form == "{{{}}}":
            items = [f"k{number}: {item}" for number, item in enumerate(items)]
        lines.append(f"x-{level}: &n{level} {form.format(', '.join(items))}")
    return "\n".join([*lines, "name: x", "steps: [{advance: 1s}]"])


@pytest.mark.parametrize(
    "text",
    [_bomb(9), _bomb(90, 2), _bomb(9, 10, "{{{}}}")],
    ids=["lists", "pairs", "mappings"],
)
def test_a_bomb_of_aliases_is_refused_before_it_is_spread_out(text: str) -> None:
    """A file of a few lines cannot ask for more parts than a file may repeat."""
    (line,) = _mistakes(text)
    assert f"aliases repeat more than {MOST_REPEATED} parts here; have fewer of them" in line


def test_merge_keys_are_counted_as_aliases_are() -> None:
    """A bomb made of mappings that merge each other."""
    wide = ", ".join(f"k{number}: [a, b, c]" for number in range(100))
    lines = [f"x-0: &n0 {{{wide}}}"]
    for level in range(1, 400):
        lines.append(f"x-{level}: &n{level} {{<<: *n0, own{level}: *n0}}")
    (line,) = _mistakes("\n".join(lines))
    assert f"aliases repeat more than {MOST_REPEATED} parts" in line


def test_a_chain_of_aliases_is_as_deep_as_what_it_names() -> None:
    """What cannot be seen in any one line is a mistake all the same."""
    lines = ["x-0: &n0 [a]"]
    lines += [f"x-{level}: &n{level} [*n{level - 1}]" for level in range(1, DEEPEST + 5)]
    (line,) = _mistakes("\n".join(lines))
    assert line.endswith(f"it is nested too deeply; {DEEPEST} levels are the most")


def test_a_long_file_without_aliases_is_no_bomb() -> None:
    """What is written out is never counted."""
    people = "\n".join(f'  p{number}: {{phone: "(312) 555-0101"}}' for number in range(2_000))
    text = f"name: x\npeople:\n{people}\nsteps: [{{advance: 1s}}]"
    assert len(check(read_text(text, "x")).spec.people) == 2_000
