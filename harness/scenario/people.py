"""People in the scenario language: those it names, and those it has made up."""

from __future__ import annotations

from pydantic import Field, StrictBool, StrictInt

from harness.scenario.values import Share
from simulator.documents import Spec
from simulator.specs.values import Id


class PersonSpec(Spec):
    """A person of the campaign system, by a name the scenario uses."""

    phone: str | None = None
    """As a person would type it; several may have the same."""
    fields: dict[str, str] = {}
    """Fields for filters and for `{{lead.Field}}` in messages."""
    blocklisted: StrictBool = False
    """Whether they are on the block list."""
    marketing_suspended: StrictBool = False
    """Whether marketing to them is suspended."""
    email_unsubscribed: StrictBool = False
    """Whether they left the mail; texts come all the same."""


class PopulationSpec(Spec):
    """People made up with Faker, beside the named ones."""

    size: StrictInt = Field(ge=1, le=1_000_000)
    """How many."""
    seed: StrictInt = 1
    """Of what they are made; the same seed makes the same people."""
    shared_phone: Share = "0%"
    """The share whose number is another person's as well."""
    blocklisted: Share = "0%"
    """The share that is on the block list."""
    suspended: Share = "0%"
    """The share whose marketing is suspended."""
    subscribed: Share = "0%"
    """The share whose number is on `list` when the scenario begins."""
    list: Id = "1001"
    """The list of `subscribed`."""
