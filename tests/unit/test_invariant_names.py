from __future__ import annotations

from typing import get_args

from harness.oracles import Name
from harness.scenario.invariants import Invariant


def test_a_scenario_can_switch_off_every_invariant_by_its_name() -> None:
    """The names of the language are those of the oracles, in their order."""
    assert get_args(Invariant) == tuple(name.value for name in Name)
