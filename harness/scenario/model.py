"""The scenario language: what a scenario file may say.

The models are the language: their docstrings are its reference, and `reading` finds every fault.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StrictBool, StrictInt, WithJsonSchema

from harness.campaigns.flow import Choices
from harness.scenario.application import ApplicationSpec
from harness.scenario.campaigns import CampaignSpec, one_to_list
from harness.scenario.invariants import InvariantsSpec
from harness.scenario.people import PersonSpec, PopulationSpec
from harness.scenario.rules import RULES
from harness.scenario.step_specs import StepSpec
from harness.scenario.values import Name, one_of
from simulator.documents import Spec
from simulator.spec import AccountSpec
from simulator.specs.values import Id

CaseName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,30}$")]
Parameter = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_-]{0,39}$")]


class ChoicesSpec(Spec):
    """How the campaign system decides where Marketo's pages are silent (docs/fidelity.md)."""

    duplicate_winner: Literal["first", "lowest_id", "vibes_person"] = "first"
    """A1: who of the people sharing a number gets the message."""
    dedupe_window: Literal["step", "run", "message"] = "step"
    """A3: within a step, a run, or for ever per message and list."""
    phone_equality: Literal["normalised", "raw"] = "normalised"
    """A5: when two phones are the same."""
    blocks_stop_subscribe: StrictBool = False
    """A11: whether blocklisted and suspended people are not asked to join either."""
    receipts: Literal["NONE", "ERROR", "ALL", "SMSC_ERROR", "SMSC_ALL"] = "ALL"
    """Which receipts are asked for."""
    service: StrictBool = True
    """False: the Vibes service is not configured (R24)."""

    def choices(self) -> Choices:
        """The campaign system's own form."""
        return Choices(**self.model_dump(exclude={"service"}))


class PartialSpec(Spec):
    """What a scenario file may share with others: the members of a file that is included."""

    include: Annotated[
        tuple[str, ...],
        BeforeValidator(one_to_list, json_schema_input_type=str | tuple[str, ...]),
    ] = ()
    """Files `*.inc.yaml`, by their paths from this one's folder; what this one says wins."""
    account: AccountSpec = AccountSpec()
    """The account it runs in; the demo's lists and campaigns if absent."""
    choices: ChoicesSpec = ChoicesSpec()
    invariants: InvariantsSpec = InvariantsSpec()
    """What must hold in every run, whatever is expected."""
    people: dict[str, PersonSpec] = {}
    """People of the campaign system, by the names that steps and checks use."""
    population: PopulationSpec | None = None
    """More people, made up."""
    subscribers: dict[Id, tuple[Name, ...]] = {}
    """Who is on which list when the scenario begins: list id to names."""
    campaigns: dict[str, CampaignSpec] = {}
    """Smart campaigns by name."""


class ScenarioSpec(PartialSpec):
    """A scenario file. Whoever plays it finds no `include` and no `cases` any more: they are done."""

    name: str = Field(min_length=1)
    """What it shows, in one sentence."""
    rules: tuple[Annotated[str, WithJsonSchema(one_of(RULES))], ...] = ()
    """The rules it covers: R1 to R24, A1 to A12."""
    about: str = ""
    """More words."""
    seed: StrictInt = Field(default=0, ge=0, lt=2**63)
    """The account's; `--seed` replaces it."""
    cases: dict[CaseName, dict[Parameter, object]] = {}
    """Cases by name, each with its value for every `${parameter}`: each is a scenario."""
    sut: ApplicationSpec | None = None
    """Your own application, in place of the campaign system."""
    steps: tuple[StepSpec, ...]
    """What is done and looked at, in this order."""
