"""The documents say what the code does: what is missing in one of them fails here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harness.campaigns.activity_log import Kind, Reason
from harness.commands.serve import FLAGS
from harness.scenario.checks import Check
from harness.scenario.model import ChoicesSpec, ScenarioSpec
from harness.scenario.rules import RULES
from harness.scenario.step_specs import StepSpec
from simulator.api.connect import STATUS
from simulator.api.control.routes import OPERATIONS as CONTROL
from simulator.api.platform.routes import NOT_SIMULATED, OPERATIONS
from simulator.config import ServerSettings
from simulator.documents import words_below
from simulator.domain.carriers import MtState
from simulator.domain.keywords import HELP, START, STOP
from simulator.domain.messages import Purpose
from simulator.domain.registrations import SCOPES
from simulator.spec import AccountSpec, SettingsSpec
from simulator.wire.platform_json import NOT_SIMULATED_CALLBACKS

ROOT = Path(__file__).parents[2]


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def test_every_operation_has_a_row() -> None:
    """Each simulated operation of the Platform is in the fidelity page."""
    page = _read("docs/fidelity.md")
    names = [f"`{item.method} {item.path}`" for item in OPERATIONS]
    assert [name for name in names if f"| {name} |" not in page] == []


def test_what_is_not_simulated_is_said() -> None:
    """Each operation and callback type that answers 501 is named on the fidelity page."""
    page = _flat(_read("docs/fidelity.md"))
    names = {name for _, _, name in NOT_SIMULATED} | NOT_SIMULATED_CALLBACKS
    assert [name for name in sorted(names) if name not in page] == []


def test_every_callback_type_setting_choice_rule_keyword_and_error_has_a_place() -> None:
    """Nothing that can be registered, set, covered, texted or answered is undocumented."""
    page = _flat(_read("docs/fidelity.md"))
    wanted = [
        *(f"| `{kind}` |" for kind in SCOPES),
        *(f"| `{name}` |" for name in SettingsSpec.model_fields),
        *(f"| `{name}` |" for name in ChoicesSpec.model_fields),
        *(f"| {rule} |" for rule in RULES if rule.startswith("R")),
        *(f"{rule}" for rule in RULES if rule.startswith("A")),
        *sorted(STOP | HELP | START),
        *(str(code) for code in STATUS),
    ]
    assert [item for item in wanted if item not in page] == []


def test_the_scenario_language_is_documented_to_the_last_word() -> None:
    """Every member of a scenario, step and check, and every kind, reason, purpose and state."""
    page = _flat(_read("docs/scenarios.md"))
    wanted = [
        *(f"{name}:" for name in ScenarioSpec.model_fields),
        *(f"`{name}:" for name in StepSpec.model_fields),
        *(f"`{name}:" for name in Check.model_fields),
        *Kind,
        *Reason,
        *Purpose,
        *MtState,
    ]
    assert [str(item) for item in wanted if item not in page] == []


def test_every_control_call_is_documented() -> None:
    """Each path of the control API is in its page."""
    page = _read("docs/control-api.md")
    for method, path, _ in CONTROL:
        short = path.replace("/_sim/accounts/{key}", "...")
        short = short.replace("{list_id}", "{list}").replace("{message_id}", "{id}")
        found = path in page or short.removeprefix("...").strip("/") in page
        assert found, f"{method} {path}"


def test_every_member_of_the_account_spec_is_documented() -> None:
    """The account spec in the control API's page names each member."""
    page = _read("docs/control-api.md")
    assert [name for name in AccountSpec.model_fields if f'"{name}"' not in page] == []


def test_every_server_setting_is_a_flag_with_its_environment_variable() -> None:
    """`serve` has a flag for each setting but accounts, and the setting's words name SMSIM_..."""
    fields = dict(ServerSettings.model_fields)
    del fields["accounts"]
    assert set(FLAGS) == set(fields)
    said = words_below(ServerSettings)
    for name in fields:
        assert f"SMSIM_{name.upper()}" in said[name]


@pytest.mark.parametrize("target", ["demo", "test", "lint", "load", "setup", "bench"])
def test_the_makefile_has_the_promised_targets(target: str) -> None:
    """The names that do not move."""
    assert re.search(rf"^{target}:", _read("Makefile"), re.MULTILINE)
