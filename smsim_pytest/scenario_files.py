"""Files `*.sms.yaml` as tests: one item each, named by the scenario's sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from smsim_pytest.playing import Player, ScenarioFailed


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
        """Its one scenario; whether it is right is seen when it runs."""
        name = name_of(self.path) or self.path.name.removesuffix(".sms.yaml")
        item: ScenarioItem = ScenarioItem.from_parent(self, name=name)
        item.add_marker("sms")
        yield item


class ScenarioItem(pytest.Item):
    """A scenario, played when the test runs."""

    parent: ScenarioFile

    def runtest(self) -> None:
        """Play it. Raises ScenarioFailed."""
        played = self.parent.player.play(self.path)
        self.user_properties.append(("sms_seed", played.seed))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The words of the failure alone: there is no Python of anybody's to show."""
        if isinstance(excinfo.value, ScenarioFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where it is, and what it is called."""
        return self.path, None, self.name


def name_of(path: Path) -> str | None:
    """The scenario's `name`, read without reading the rest; None where there is none to be read."""
    try:
        events = yaml.parse(path.read_text(encoding="utf-8"))
        return next((value for key, value in _top(events) if key == "name" and value), None)
    except (OSError, ValueError, yaml.YAMLError):
        return None


def _top(events: Iterator[Any]) -> Iterator[tuple[str, str | None]]:
    """The members of the document's mapping: each key, and its value where that is a plain word."""
    depth, key = 0, None
    for event in events:
        if depth == 1 and key is not None and not isinstance(event, yaml.CollectionEndEvent):
            yield key, event.value if isinstance(event, yaml.ScalarEvent) else None
            key = None
        elif depth == 1 and isinstance(event, yaml.ScalarEvent):
            key = event.value
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
