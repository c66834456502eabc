"""A simulator as the plugin starts one, accounts in it, and a project to run pytest in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from smsim_pytest.account import Account
from smsim_pytest.process import served
from smsim_pytest.sms_simulator import SmsSimulator
from tests.plugin.project import Project


@pytest.fixture(scope="package")
def simulator() -> Iterator[SmsSimulator]:
    """One simulator for the tests of this folder."""
    with served() as url:
        yield SmsSimulator(url).checked()


@pytest.fixture
def account(simulator: SmsSimulator) -> Iterator[Account]:
    """A fresh account."""
    made = simulator.named("here", {"seed": 7}, "pytest here --sms-seed 7")
    yield made
    simulator.remove(made)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An empty project."""
    return Project(tmp_path)
