"""Files `*.sms.yaml` as tests: one item per scenario, named by the scenario's sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from smsim_pytest.playing import Player, ScenarioFailed
from smsim_pytest.scenario_names import scenarios_in


class ScenarioFile(pytest.File):
    """A scenario file."""

    player: Player

    @classmethod
    def of(cls, parent: pytest.Collector, path: Path, player: Player) -> ScenarioFile:
        """The file, to be played by that player."""
        made: ScenarioFile = cls.from_parent(parent, path=path)
        made.player = player
        return made

    def collect(self) -> Iterator[pytest.Item]:
        """Its scenario, or one for each of its cases; whether they are right is seen when they run."""
        for told in scenarios_in(self.path):
            item: ScenarioItem = ScenarioItem.from_parent(self, name=told.name)
            item.case = told.case
            item.add_marker("sms")
            yield item


class ScenarioItem(pytest.Item):
    """A scenario, played when the test runs."""

    parent: ScenarioFile
    case: str | None

    def runtest(self) -> None:
        """Play it. Raises ScenarioFailed."""
        played = self.parent.player.play(self.path, case=self.case)
        self.user_properties.append(("sms_seed", played.seed))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The words of the failure alone: there is no Python of anybody's to show."""
        if isinstance(excinfo.value, ScenarioFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where it is, and what it is called."""
        return self.path, None, self.name
