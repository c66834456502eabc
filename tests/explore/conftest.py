"""Exploration breaks calls on purpose, which the check of every answer takes for undeclared ones."""

from __future__ import annotations

import pytest

from simulator.api.platform import call


@pytest.fixture(autouse=True)
def broken_connections_are_no_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lost answer is none that an operation could declare: the simulator's own handlers serve."""
    monkeypatch.setattr("simulator.api.platform.routes.handled", call.handled)
