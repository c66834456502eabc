"""What a scenario may say of faults: a rule with people's names in it, or a named profile."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, StrictInt, model_validator

from harness.scenario.values import MomentText, Name, when
from simulator.documents import Spec, read
from simulator.domain.instants import Instant, iso
from simulator.errors import BadSpec
from simulator.specs.faults import EffectSpec, FaultSpec, MatchSpec
from simulator.specs.values import Id, RatioText

Profile = Literal[
    "flaky_api", "busy_hour", "lost_answers", "messy_callbacks", "lost_receipts", "carrier_outage"
]
"""The fault profiles that the simulator ships."""


class FaultMatch(MatchSpec):
    """Whom a rule is about; absent members do not narrow."""

    person: Name | None = None
    """A person's phone, in place of `number`."""
    since: MomentText | None = None
    """From when it holds: an instant, or a duration since the scenario began, as `2h`."""
    until: MomentText | None = None
    """Until when it holds; what an `outage` stops waits until then, and fails without it."""

    @model_validator(mode="after")
    def _either(self) -> FaultMatch:
        if self.person is not None and self.number is not None:
            raise ValueError("write either person or number")
        return self


class FaultStep(Spec):
    """A fault rule holds from now on: a rule as an account has it, or a profile alone."""

    profile: Profile | None = None
    """A set of rules the simulator ships; stands alone."""
    id: Id | None = None
    """A name for `heal` and the check `fault`."""
    match: FaultMatch | None = None
    """Whom and what it is about."""
    effect: EffectSpec | None = None
    """What goes wrong."""
    ratio: RatioText = "1/1"
    """The share of occasions it strikes, drawn from the seed by number."""
    budget: StrictInt | None = Field(default=None, ge=1)
    """How often it strikes at most."""

    @model_validator(mode="after")
    def _whole(self) -> FaultStep:
        if self.profile is not None:
            if self.model_fields_set != {"profile"}:
                raise ValueError("a profile has no other member")
        elif self.match is None or self.effect is None:
            raise ValueError("write match and effect, or profile")
        else:
            try:
                read(FaultSpec, self.rule(None, Instant(0)))
            except BadSpec as error:
                raise ValueError("; ".join(text for _, text in error.faults)) from error
        return self

    def rule(self, number: str | None, begins: Instant) -> dict[str, Any]:
        """The rule as the control API takes it; `number` is that of the person it is about.

        Its times are counted from when the scenario `begins`.
        """
        rule = self.model_dump(exclude_unset=True)
        for member in ("since", "until"):
            text = getattr(self.match, member, None)
            if text is not None:
                rule["match"][member] = iso(when(text, begins))
        if self.match is not None and self.match.person is not None:
            del rule["match"]["person"]
            rule["match"]["number"] = number
        return rule
