"""Smart campaigns: whom, when, and which steps; and what makes one invalid.

A campaign with filters only is a batch campaign, one with a trigger a trigger campaign. There are
three SMS flow steps (Marketo: R1), and a step that lacks what it needs makes the campaign invalid,
so that it does not run (R2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from harness.campaigns.smart_list import SmartList, Trigger


@dataclass(frozen=True, slots=True, kw_only=True)
class SendSms:
    """Send SMS Message to those of the people who are on the Vibes list; never a prompt (R3, R4)."""

    message: str | None
    list_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscribeToVibesList:
    """Start the list's acquisition campaign for each person; Vibes prompts them (R11)."""

    list_id: str | None
    campaign_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsubscribeFromVibesList:
    """Take each person off the list, and off no other (R15)."""

    list_id: str | None


FlowStep = SendSms | SubscribeToVibesList | UnsubscribeFromVibesList


@dataclass(frozen=True, slots=True, kw_only=True)
class SmartCampaign:
    """A campaign. `qualification` says whether a person may run through it again (Marketo: R2)."""

    name: str
    smart_list: SmartList
    triggers: tuple[Trigger, ...] = ()
    flow: tuple[FlowStep, ...]
    qualification: Literal["once", "every_time"] = "once"
    person_limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The Vibes service as the campaign system knows it: one company, one code (R23)."""

    code: str
    lists: frozenset[str]
    acquisition_campaigns: dict[str, str]
    """Campaign id to the list it leads to."""


def faults(campaign: SmartCampaign, service: Service | None) -> list[str]:
    """Why the campaign is invalid, each fault with its step; empty where it may run (R2)."""
    found: list[str] = []
    if service is None:
        return ["the Vibes service is not configured, so no SMS step is available"]
    if not campaign.flow:
        found.append("the flow is empty")
    for number, step in enumerate(campaign.flow, start=1):
        found += [f"step {number}: {fault}" for fault in _step_faults(step, service)]
    return found


def _step_faults(step: FlowStep, service: Service) -> list[str]:
    found: list[str] = []
    if step.list_id is None:
        found.append(f"{type(step).__name__} needs a Vibes list")
    elif step.list_id not in service.lists:
        found.append(f'there is no Vibes list "{step.list_id}"')
    if isinstance(step, SendSms) and not step.message:
        found.append("SendSms needs a message")
    if isinstance(step, SubscribeToVibesList):
        leads_to = service.acquisition_campaigns.get(step.campaign_id or "")
        if step.campaign_id is None:
            found.append("SubscribeToVibesList needs an acquisition campaign")
        elif leads_to is None:
            found.append(f'there is no acquisition campaign "{step.campaign_id}"')
        elif step.list_id is not None and leads_to != step.list_id:
            found.append(
                f'acquisition campaign "{step.campaign_id}" leads to list {leads_to}, '
                f"not {step.list_id}"
            )
    return found
