"""Included files: what they may say, who wins, and what is told of those that cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.scenario.including import DEEPEST
from harness.scenario.parts import Mistakes
from harness.scenario.reading import Scenario, check, load_all
from harness.scenario.source import read_file

STEPS = "steps: [{advance: 1s}]\n"


class Files:
    """A folder of files, marked as a project."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("pyproject.toml", "")

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def read(self, text: str, name: str = "deep/x.sms.yaml") -> Scenario:
        return check(read_file(self.write(name, f"name: x\n{text}{STEPS}")))

    def mistakes(self, text: str, name: str = "deep/x.sms.yaml") -> list[str]:
        """What is told, with the paths from the folder on."""
        with pytest.raises(Mistakes) as raised:
            self.read(text, name)
        told = (str(mistake) for mistake in raised.value.mistakes)
        return [line.replace(f"{self.folder}/", "") for line in told]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def test_the_including_file_wins_member_by_member(files: Files) -> None:
    """Mappings are merged however deep; lists and single values are replaced."""
    files.write(
        "shared/base.inc.yaml",
        'people:\n  ana: {phone: "(312) 555-0101", fields: {City: Rome, Tier: Gold}}\n'
        '  ben: {phone: "(312) 555-0102"}\n'
        "subscribers: {1001: [ana, ben]}\n"
        "account: {settings: {retries: 2, throttle: true}}\n"
        "campaigns:\n  Sale: {active: false, flow: [{wait: 1 day}, {request: Sale}]}\n",
    )
    spec = files.read(
        "include: ../shared/base.inc.yaml\n"
        "people: {ana: {fields: {City: Oslo}}}\n"
        'subscribers: {"1001": [ben]}\n'
        "account: {settings: {retries: 3}}\n"
        "campaigns: {Sale: {flow: [{wait: 2 days}]}}\n"
    ).spec
    assert list(spec.people) == ["ana", "ben"]
    assert spec.people["ana"].fields == {"City": "Oslo", "Tier": "Gold"}
    assert spec.people["ana"].phone == "(312) 555-0101"
    assert spec.subscribers == {"1001": ("ben",)}
    assert (spec.account.settings.retries, spec.account.settings.throttle) == (3, True)
    assert not spec.campaigns["Sale"].active
    assert len(spec.campaigns["Sale"].flow) == 1
    assert spec.include == ()


def test_of_several_the_later_wins_and_an_included_file_may_include(files: Files) -> None:
    """Paths begin in the folder of the file that says them; x- and anchors are each file's own."""
    files.write("a/one.inc.yaml", "choices: {receipts: ERROR, service: false}\n")
    files.write(
        "a/two.inc.yaml",
        "x-all: &all {receipts: ALL}\ninclude: [b/three.inc.yaml]\nchoices: *all\n",
    )
    files.write(
        "a/b/three.inc.yaml", "choices: {receipts: NONE, dedupe_window: run}\npeople: {ana: {}}\n"
    )
    files.write("a/b/beside.sms.yaml", "")
    spec = files.read("include: [../a/one.inc.yaml, ../a/two.inc.yaml]\n").spec
    assert (spec.choices.receipts, spec.choices.service) == ("ALL", False)
    assert spec.choices.dedupe_window == "run"
    assert list(spec.people) == ["ana"]


def test_mistakes_of_all_files_come_together_each_in_its_file(files: Files) -> None:
    """Form, names, YAML: at the line and column of whichever file says it."""
    files.write(
        "shared/a.inc.yaml",
        "name: x\nstps: []\npeople:\n  ana: {phone: 12, blocklist: true}\n"
        "campaigns: []\nsubscribers: {1009: [bob]}\n",
    )
    files.write("shared/b.inc.yaml", "people: {ben: {}, ben: {}}\n")
    assert files.mistakes("include: [../shared/a.inc.yaml, ../shared/b.inc.yaml]\nsede: 1\n") == [
        'deep/x.sms.yaml:3:1: unknown member "sede"; did you mean "seed"?',
        'shared/a.inc.yaml:1:1: "name" belongs to a scenario; an included file may have include, '
        "account, choices, invariants, people, population, subscribers, campaigns",
        'shared/a.inc.yaml:2:1: unknown member "stps"; it may be include, account, choices, '
        "invariants, people, population, subscribers, campaigns",
        'shared/a.inc.yaml:4:9: write text in quotes, as "12"',
        'shared/a.inc.yaml:4:20: unknown member "blocklist"; did you mean "blocklisted"?',
        'shared/a.inc.yaml:5:1: "campaigns" is to be a mapping; write its members',
        'shared/b.inc.yaml:1:19: "ben" stands twice',
    ]
    files.write("shared/b.inc.yaml", "people: {ben: {}}\n")
    files.write("shared/a.inc.yaml", "people: {ana: {}}\nsubscribers: {1001: [bob]}\n")
    assert files.mistakes(
        "include: [../shared/a.inc.yaml, ../shared/b.inc.yaml]\nrules: [R99]\n"
    ) == [
        'deep/x.sms.yaml:3:9: no rule "R99"; did you mean "R9"?',
        'shared/a.inc.yaml:2:22: no person "bob"; there is ana, ben',
    ]


def test_what_cannot_be_included_is_told_with_the_mend(files: Files) -> None:
    """All at once, and no name is called unknown that the missing file may have."""
    files.write("deep/people.inc.yaml", "people: {ana: {}}")
    files.write("deep/other.sms.yaml", "name: y")
    files.write("deep/list.inc.yaml", "[a]")
    files.write("deep/empty.inc.yaml", "")
    (files.folder / "deep/folder.inc.yaml").mkdir()
    (files.folder / "deep/away.inc.yaml").symlink_to(files.folder / "pyproject.toml")
    (files.folder / "deep/round.inc.yaml").symlink_to(files.folder / "deep/round.inc.yaml")
    names = [
        "peple.inc.yaml",
        "nowhere/people.inc.yaml",
        "other.sms.yaml",
        "people.yaml",
        "/people.inc.yaml",
        "~/people.inc.yaml",
        "../../people.inc.yaml",
        "folder.inc.yaml",
        "away.inc.yaml",
        "list.inc.yaml",
        "empty.inc.yaml",
        "people.inc.yaml",
    ]
    lines = "".join(f"  - {name}\n" for name in names)
    told = files.mistakes(f"include:\n{lines}  - 5\nsubscribers: {{1001: [unseen]}}\n")
    assert told == [
        "deep/empty.inc.yaml:1:1: the file is empty",
        "deep/list.inc.yaml:1:1: an included file may have include, account, choices, invariants, "
        "people, population, subscribers, campaigns, by name",
        "deep/x.sms.yaml:3:5: there is no file deep/peple.inc.yaml; did you mean "
        '"people.inc.yaml"?',
        "deep/x.sms.yaml:4:5: there is no file deep/nowhere/people.inc.yaml; paths begin in the "
        "folder of the file that includes",
        'deep/x.sms.yaml:5:5: "other.sms.yaml" is a scenario; move what is shared into a file '
        "*.inc.yaml",
        'deep/x.sms.yaml:6:5: "people.yaml" cannot be included; give the file a name that ends in '
        ".inc.yaml",
        'deep/x.sms.yaml:7:5: "/people.inc.yaml" is no path from this file on; write one, as '
        "../shared/people.inc.yaml",
        'deep/x.sms.yaml:8:5: "~/people.inc.yaml" is no path from this file on; write one, as '
        "../shared/people.inc.yaml",
        f'deep/x.sms.yaml:9:5: "../../people.inc.yaml" is outside {files.folder}, the project of '
        "this scenario; copy it there",
        "deep/x.sms.yaml:10:5: deep/folder.inc.yaml is a folder; name the files in it",
        "deep/x.sms.yaml:11:5: deep/away.inc.yaml leads to what is no file *.inc.yaml; name the "
        "file itself",
        "deep/x.sms.yaml:15:5: write the paths of files, as [shared/people.inc.yaml]",
    ]
    (line,) = files.mistakes("include: round.inc.yaml\n")
    assert line.startswith("deep/x.sms.yaml:2:10: deep/round.inc.yaml cannot be read: ")


def test_files_that_include_each_other_are_told_where_they_do(files: Files) -> None:
    """The way round is named; a file that two others include is no round."""
    files.write("a.inc.yaml", "include: b.inc.yaml\n")
    files.write("b.inc.yaml", "include: [c.inc.yaml, a.inc.yaml]\n")
    files.write("c.inc.yaml", "people: {ana: {}}\n")
    assert files.mistakes("include: [a.inc.yaml, c.inc.yaml]\n", "x.sms.yaml") == [
        'b.inc.yaml:1:23: "a.inc.yaml" includes itself: a.inc.yaml -> b.inc.yaml -> a.inc.yaml; '
        "leave one out",
    ]
    files.write("b.inc.yaml", "include: c.inc.yaml\n")
    assert files.read("include: [a.inc.yaml, c.inc.yaml]\n", "x.sms.yaml").spec.people


def test_files_include_each_other_so_deep_and_no_deeper(files: Files) -> None:
    """And many ways to one file are no more work than one."""
    for number in range(DEEPEST + 1):
        below = f"[n{number + 1}.inc.yaml, ./n{number + 1}.inc.yaml]"
        files.write(f"n{number}.inc.yaml", f"include: {below}\n")
    files.write(f"n{DEEPEST}.inc.yaml", "people: {ana: {}}\n")
    assert files.read("include: n1.inc.yaml\n", "x.sms.yaml").spec.people
    told = files.mistakes("include: n0.inc.yaml\n", "x.sms.yaml")
    assert {line.split(": ", 1)[1] for line in told} == {
        f"files include each other {DEEPEST} deep; include this one higher up"
    }


def test_what_is_required_may_come_from_an_included_file(files: Files) -> None:
    """And what is still missing after all is told at the file that began it."""
    files.write("a.inc.yaml", "population: {size: 3}\n")
    read = files.read("include: a.inc.yaml\npopulation: {list: 1002}\n", "x.sms.yaml")
    assert read.spec.population is not None
    assert (read.spec.population.size, read.spec.population.list) == (3, "1002")
    files.write("a.inc.yaml", "population: {seed: 3}\n")
    assert files.mistakes("include: a.inc.yaml\n", "x.sms.yaml") == [
        'a.inc.yaml:1:1: population needs "size"'
    ]


def test_included_files_are_no_scenarios(files: Files) -> None:
    """A folder is searched for scenarios alone; named by itself one is told what it is."""
    path = files.write("people.inc.yaml", "people: {ana: {}}\n")
    files.write("x.sms.yaml", f"name: x\ninclude: people.inc.yaml\n{STEPS}")
    assert [item.name for item in load_all([files.folder])] == ["x"]
    with pytest.raises(Mistakes, match="an included file is no scenario; name a file"):
        load_all([path])


def test_without_a_project_the_folder_of_the_call_is_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or the folder above the scenario's own, where it is called from somewhere else."""
    inside = tmp_path / "team/flows/deep"
    inside.mkdir(parents=True)
    for folder in (tmp_path, inside.parent):
        (folder / "people.inc.yaml").write_text("people: {ana: {}}\n")
    near, far = inside / "near.sms.yaml", inside / "far.sms.yaml"
    near.write_text(f"name: x\ninclude: ../people.inc.yaml\n{STEPS}")
    far.write_text(f"name: x\ninclude: ../../../people.inc.yaml\n{STEPS}")
    monkeypatch.chdir(inside)
    assert load_all([near])
    with pytest.raises(Mistakes, match=r"is outside .*; copy it there, or call smsim in a folder"):
        load_all([far])
    monkeypatch.chdir(tmp_path)
    assert load_all([near, far])
