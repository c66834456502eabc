"""One file and a table of cases: what stands for a parameter, and what is told of a wrong table."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.scenario.cases import MOST_CASES
from harness.scenario.parts import Mistakes
from harness.scenario.reading import Scenario, check, check_all, load_all
from harness.scenario.source import read_text

TABLE = """\
name: Where the edge is ${edge} and $${edge} is not
cases:
  early: {edge: exclusive, number: 1, is: false, texts: [a, "b"], who: ana, body: {x: [1]}}
  late:
    {edge: inclusive, number: 02, is: true, texts: [], who: ben, body: {}}
account:
  settings: {window_edge: "${edge}", retries: 3}
people:
  ${who}: {phone: "(312) 555-0101", fields: {City: "${number} of ${number}: ${is}", "${who}": x}}
steps:
  - reply: {person: "${who}", text: "$${who} $$ $ {who} ${edge}"}
  - vibes: {call: POST x, body: "${body}"}
  - expect:
      - inbox: {person: "${who}", is: "${texts}"}
      - member: {person: "${who}", list: 1001, is: "${is}"}
"""


def _read(text: str) -> list[Scenario]:
    return check_all(read_text(text, "deep/x.sms.yaml"))


def _mistakes(text: str) -> list[str]:
    with pytest.raises(Mistakes) as raised:
        check_all(read_text(text, "x"))
    return [str(mistake) for mistake in raised.value.mistakes]


def test_each_case_is_a_scenario_of_its_own() -> None:
    """With its own name, file, slug and values; a value that stands alone is what it is."""
    early, late = _read(TABLE)
    assert [(item.file, item.name, item.slug, item.case) for item in (early, late)] == [
        ("deep/x.sms.yaml[early]", "x[early]", "x-early", "early"),
        ("deep/x.sms.yaml[late]", "x[late]", "x-late", "late"),
    ]
    assert early.spec.name == "Where the edge is exclusive and ${edge} is not[early]"
    assert early.spec.people["ana"].fields == {"City": "1 of 1: false", "ana": "x"}
    assert late.spec.people["ben"].fields == {"City": "02 of 02: true", "ben": "x"}
    assert late.spec.account.settings.window_edge == "inclusive"
    reply, vibes, looks = early.spec.steps
    assert reply.reply is not None
    assert reply.reply.text == "${who} $$ $ {who} exclusive"
    assert vibes.vibes is not None
    assert vibes.vibes.body == {"x": [1]}
    assert looks.expect is not None
    assert looks.expect[0].inbox is not None
    assert looks.expect[0].inbox.is_ == ("a", "b")
    assert looks.expect[1].member is not None
    assert looks.expect[1].member.is_ is False
    assert early.spec.cases == {}


def test_without_cases_a_parameter_is_a_mistake_and_a_literal_one_is_itself() -> None:
    """Each is told at its place."""
    read = check(read_text("name: $${b} $${\nsteps: [{advance: 1s}]", "x"))
    assert read.spec.name == "${b} ${"
    mend = 'the file has no cases; write "$${" where it is meant as it is'
    assert _mistakes("name: ${a} $${b}\nabout: ${\nsteps: [{advance: 1s}]") == [
        f'x:1:7: no parameter "a": {mend}',
        f'x:2:8: a "${{" has no "}}": {mend}',
    ]


def test_what_is_included_is_not_touched_and_may_be_chosen_by_case(tmp_path: Path) -> None:
    """A parameter is the text of its own file; the path of an included file may be made of one."""
    for name in ("ana", "ben"):
        text = f"people: {{{name}: {{fields: {{City: '${{who}}'}}}}}}\n"
        (tmp_path / f"{name}.inc.yaml").write_text(text)
    (tmp_path / "x.sms.yaml").write_text(
        "name: x\ninclude: ${who}.inc.yaml\ncases: {a: {who: ana}, b: {who: ben}}\n"
        "steps:\n  - delete: ${who}\n"
    )
    first, second = load_all([tmp_path])
    assert first.spec.people["ana"].fields == {"City": "${who}"}
    assert list(second.spec.people) == ["ben"]


def test_anchors_hold_in_the_table_and_outside() -> None:
    """A case may merge another; an alias outside is filled in for each case."""
    first, second = _read(
        "name: x\ncases:\n  a: &a {wait: 1h, list: 1001}\n  b: {<<: *a, wait: 2h}\n"
        "x-wait: &wait\n  advance: ${wait}\nsubscribers: {'${list}': []}\nsteps: [*wait, *wait]\n"
    )
    assert [step.advance for step in first.spec.steps] == ["1h", "1h"]
    assert [step.advance for step in second.spec.steps] == ["2h", "2h"]


def test_a_mistake_says_which_case_and_where_the_value_is_set() -> None:
    """What is wrong in all cases is told once, and as if there were none."""
    told = _mistakes(
        "name: x\nsede: 1\ncases:\n"
        "  a: {edge: exclusive, who: ana, wait: 1h}\n"
        "  b: {edge: inclusve, who: bob, wait: 1h}\n"
        "  c: {edge: inclusive, who: bob, wait: 1 huor}\n"
        'account: {settings: {window_edge: "${edge}"}}\n'
        "people: {ana: {}}\n"
        "steps:\n  - advance: ${wait}\n  - delete: ${who}\n"
    )
    assert told == [
        'x:2:1: unknown member "sede"; did you mean "seed"?',
        'x:7:22: "inclusve" is not one of exclusive, inclusive; did you mean "inclusive"? '
        '(edge is set at 5:7, case "b")',
        'x:10:5: "1 huor" is not a duration; write "24h", "1h30m", "250ms", "1 day" or "PT24H" '
        '(wait is set at 6:34, case "c")',
        'x:11:5: no person "bob"; there is ana (who is set at 6:24, case "c")',
    ]


def test_a_mistake_of_some_cases_alone_names_them() -> None:
    """Where a person is only in some of them."""
    told = _mistakes(
        "name: x\ncases: {a: {who: ana}, b: {who: ben}, c: {who: cleo}}\n"
        "people: {'${who}': {}}\nsteps: [{delete: ana}]\n"
    )
    assert told == [
        'x:4:10: no person "ana"; there is ben (case "b")',
        'x:4:10: no person "ana"; there is cleo (case "c")',
    ]
    (line,) = _mistakes(
        "name: x\ncases: {a: {size: 1}, b: {size: 0}, c: {size: 0}}\n"
        "people: {ana: {}}\nsteps: [{advance: '${size}h'}, {run: y}]\n"
    )
    assert line == 'x:4:33: no campaign "y"; there is none'


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("[a]", "2:1: write cases by name, each with its parameters, as {short: {wait: 1h}}"),
        ("{}", "2:1: write cases by name"),
        ("{a: 1}", '2:9: write the parameters of the case "a" by name, as {wait: 1h}'),
        (
            "{a b: {w: 1h}}",
            '2:9: "a b" is no name of a case; write 1 to 30 letters, digits, "_" and "-"',
        ),
        ("{a: {w: 1h, '1': 2}}", '2:20: "1" is no name of a parameter; write letters'),
        (
            "{a: {w: 1h, v: 2}}",
            '2:20: "v" is used nowhere; write ${v} where it belongs, or leave it out',
        ),
        ("{a: {v: 1h}}", '2:13: "v" is used nowhere'),
        (
            "{a: {w: 1h}, b: {w: 1h, ww: 2h}}",
            '2:32: "ww" is used nowhere, and other cases have none',
        ),
        ("{a: {w: 1h}, b: {ww: 2h}}", '2:21: the case "b" has no "w", which is used'),
        ("{a: {w: '${w}'}}", "2:16: inside cases ${w} stays as it is; write its value"),
        ("{a: {w: 1h}, a: {w: 2h}}", '2:21: "a" stands twice'),
    ],
)
def test_a_wrong_table_is_told_at_its_place(table: str, told: str) -> None:
    """With the mend, and a guess where a name is near another."""
    text = f"name: x\ncases: {table}\nsteps:\n  - advance: ${{w}}\n"
    assert any(line.startswith(f"x:{told}") for line in _mistakes(text)), _mistakes(text)


def test_wrong_parameters_come_with_all_other_mistakes() -> None:
    """What is unknown or does not end is told once, and nothing is said of what is then missing."""
    told = _mistakes(
        "name: x\ncases:\n  a: {wait: 1h, who: ana}\n  b: {wait: 1h, whom: ana}\n"
        "people: {ana: {blocklist: true}, '${nobody}': {}}\n"
        "account: {settings: {retries: '${wiat}', '${no}': 1}}\n"
        "steps:\n  - advance: ${wait\n  - delete: ${who}\n  - advance: ${wait}\n"
    )
    assert told == [
        'x:4:3: the case "b" has no "who", which is used',
        'x:4:17: "whom" is used nowhere, and other cases have none; did you mean "who"?',
        'x:5:16: unknown member "blocklist"; did you mean "blocklisted"?',
        'x:5:34: no parameter "nobody"; it may be wait, who, whom',
        'x:6:31: no parameter "wiat"; did you mean "wait"?',
        'x:6:42: no parameter "no"; it may be wait, who, whom',
        'x:8:14: a "${" has no "}"; write "$${" where it is meant as it is',
    ]


def test_a_list_or_a_mapping_stands_alone_or_not_at_all() -> None:
    """Neither inside a text nor as a key; a key that two parameters make the same stands twice."""
    told = _mistakes(
        "name: ${list}!\ncases: {a: {list: [1], map: {b: 1}, x: y, z: y}}\n"
        "people: {'${map}': {}, '${x}': {}, '${z}': {}, y: {}}\nsteps: [{advance: 1s}]\n"
    )
    assert told == [
        'x:1:7: "list" is a list; it can only stand alone, with nothing round it '
        '(list is set at 2:13, case "a")',
        'x:3:10: "map" is a mapping; a key is one word (map is set at 2:24, case "a")',
        'x:3:36: "y" stands twice (z is set at 2:43, case "a")',
        'x:3:48: "y" stands twice (case "a")',
    ]


def test_a_file_has_so_many_cases_and_no_more() -> None:
    """Neither rows without end nor rows that make a large file many times as large."""
    rows = ", ".join(f"c{number}: {{w: 1h}}" for number in range(MOST_CASES + 1))
    (line,) = _mistakes(f"name: x\ncases: {{{rows}}}\nsteps: [{{advance: '${{w}}'}}]")
    assert line == "x:2:1: 1001 cases are too many; 1000 are the most"
    rows = rows.removesuffix(", c1000: {w: 1h}")
    steps = "\n".join("  - advance: ${w}" for _ in range(1_000))
    (line,) = _mistakes(f"name: x\ncases: {{{rows}}}\nsteps:\n{steps}")
    assert line.endswith("all cases together have more than 500000 parts; write fewer to a file")


def test_one_case_may_be_named(tmp_path: Path) -> None:
    """As `FILE[case]`; a case that is not there is told with those that are."""
    path = tmp_path / "x.sms.yaml"
    path.write_text("name: x\ncases: {a: {w: 1h}, b: {w: 2h}}\nsteps: [{advance: '${w}'}]\n")
    (one,) = load_all([tmp_path / "x.sms.yaml[b]"])
    assert one.spec.steps[0].advance == "2h"
    assert len(load_all([tmp_path / "x.sms.yaml[b]", path])) == 2
    with pytest.raises(Mistakes, match=r'x\.sms\.yaml:2:1: no case "c"; it may be a, b'):
        load_all([tmp_path / "x.sms.yaml[c]"])
    with pytest.raises(Mistakes, match=r"no such file or folder"):
        load_all([tmp_path / "y.sms.yaml[c]"])
    with pytest.raises(Mistakes, match=r"it has several cases; choose one of a, b"):
        check(read_text(path.read_text(), "x"))
    path.write_text("name: x\nsteps: [{advance: 1s}]\n")
    with pytest.raises(Mistakes, match=r"it has no cases; leave out \[b\]"):
        load_all([tmp_path / "x.sms.yaml[b]"])


def test_a_long_name_keeps_its_case_in_the_slug(tmp_path: Path) -> None:
    """Accounts of the cases of one file are told apart by it."""
    path = tmp_path / f"{'long ' * 20}.sms.yaml"
    path.write_text("name: x\ncases: {a: {w: 1h}, b: {w: 2h}}\nsteps: [{advance: '${w}'}]\n")
    slugs = [item.slug for item in load_all([path])]
    assert [slug[-2:] for slug in slugs] == ["-a", "-b"]
    assert {len(slug) for slug in slugs} == {40}
