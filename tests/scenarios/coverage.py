"""What the shipped scenarios cover: rules by the names they give, settings by the values they have.

A row of docs/fidelity.md with a letter A and a setting is a question with several answers. A scenario
that names the row covers the answer it is played with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from harness.scenario.model import ChoicesSpec
from harness.scenario.reading import Scenario
from simulator.documents import Spec
from simulator.spec import AcquisitionSpec, SettingsSpec

FIDELITY = Path(__file__).parents[2] / "docs" / "fidelity.md"
_ROW = re.compile(r"\| `(\w+)` \| (A\d+): ")
_YES: dict[str, dict[str, Any]] = {
    "Y": {"yes": ("Y",), "yes_pattern": None},
    "words": {"yes": ("Y", "YES", "SI"), "yes_pattern": None},
    "pattern": {"yes": ("Y",), "yes_pattern": r"\d{5}"},
}
"""A7 is no setting of the account but of each acquisition campaign."""

Value = str | bool


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a question: the value of a setting of a row."""

    rule: str
    setting: str
    value: Value

    def __str__(self) -> str:
        return f"{self.rule} {self.setting} {self.value}"


def answers() -> list[Answer]:
    """Every answer to every question with a letter, as the documents and the language have them."""
    found = [
        Answer(rule, setting, value)
        for setting, rule in _ROW.findall(FIDELITY.read_text("utf-8"))
        for value in _values(setting)
    ]
    return [*found, *(Answer("A7", "yes", value) for value in _YES)]


def _values(setting: str) -> tuple[Value, ...]:
    annotation = _spec_of(setting).model_fields[setting].annotation
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    if annotation is bool or bool in get_args(annotation):
        return (True, False)
    raise AssertionError(f"{setting} has no values to count; say here which it has")


def _spec_of(setting: str) -> type[Spec]:
    return ChoicesSpec if setting in ChoicesSpec.model_fields else SettingsSpec


def covers(scenario: Scenario, answer: Answer) -> bool:
    """Whether a scenario names the row, and is played with this answer."""
    return answer.rule in scenario.spec.rules and answer.value in _given(scenario, answer.setting)


def _given(scenario: Scenario, setting: str) -> set[Value]:
    spec = scenario.spec
    if setting == "yes":
        return set(_said_yes(spec.account.acquisition_campaigns))
    place = spec.choices if _spec_of(setting) is ChoicesSpec else spec.account.settings
    return {getattr(place, setting)}


def _said_yes(campaigns: tuple[AcquisitionSpec, ...]) -> Iterator[Value]:
    for item in campaigns:
        if item.yes_pattern is not None:
            yield "pattern"
        yield "words" if len(item.yes) > 1 else "Y"


def with_answer(scenario: Scenario, answer: Answer) -> Scenario:
    """The scenario with another answer to the question, all else the same."""
    spec, account = scenario.spec, scenario.spec.account
    change: dict[str, Any] = {answer.setting: answer.value}
    if answer.setting == "yes":
        words = _YES[str(answer.value)]
        campaigns = tuple(item.model_copy(update=words) for item in account.acquisition_campaigns)
        change = {"account": account.model_copy(update={"acquisition_campaigns": campaigns})}
    elif _spec_of(answer.setting) is ChoicesSpec:
        change = {"choices": spec.choices.model_copy(update=change)}
    else:
        settings = account.settings.model_copy(update=change)
        change = {"account": account.model_copy(update={"settings": settings})}
    return Scenario(scenario.file, scenario.name, spec.model_copy(update=change), scenario.source)
