"""Smart campaigns: whom, when, and which steps; and what makes one invalid.

A campaign with filters only is a batch campaign, one with a trigger a trigger campaign. There are
three SMS flow steps (Marketo: R1), and a step that lacks what it needs makes the campaign invalid,
so that it does not run (R2).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from harness.campaigns.calendar import Schedule, Wait
from harness.campaigns.qualification import ONCE, Rule
from harness.campaigns.smart_list import (
    CampaignIsRequested,
    Did,
    Filter,
    MemberOf,
    Not,
    SmartList,
    SmsHappens,
    SubscribedTo,
    SubscribesToVibesList,
    Trigger,
    UnsubscribesFromVibesList,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendSms:
    """Send SMS Message to those of the people who are on the Vibes list; never a prompt (R3, R4).

    `links` says what becomes of links: tracked with mkt_tok, tracked without, or as they are (R21).
    """

    message: str | None
    list_id: str | None
    links: Literal["tracked", "without_token", "as_is"] = "tracked"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscribeToVibesList:
    """Start the list's acquisition campaign for each person; Vibes prompts them (R11)."""

    list_id: str | None
    campaign_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsubscribeFromVibesList:
    """Take each person off the list, and off no other (R15)."""

    list_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCampaign:
    """Request another trigger campaign for each person (Marketo: request campaign)."""

    campaign: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeDataValue:
    """Give a field of each person a value (Marketo: change data value)."""

    field: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose:
    """Choices of a step: the first whose filter holds, else the default; None does nothing.

    Source: Marketo: flow steps, choices.
    """

    choices: tuple[tuple[Filter, FlowStep | None], ...]
    otherwise: FlowStep | None = None


SmsStep = SendSms | SubscribeToVibesList | UnsubscribeFromVibesList
FlowStep = SmsStep | RequestCampaign | ChangeDataValue | Wait | Choose


@dataclass(frozen=True, slots=True, kw_only=True)
class SmartCampaign:
    """A campaign. `qualification` says whether a person may run through it again.

    Source: Marketo: smart campaigns, R2.
    """

    name: str
    smart_list: SmartList
    triggers: tuple[Trigger, ...] = ()
    flow: tuple[FlowStep, ...]
    qualification: Rule = ONCE
    person_limit: int | None = None
    schedule: Schedule | None = None
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The Vibes service as the campaign system knows it: one company, one code (R23)."""

    code: str
    lists: frozenset[str]
    acquisition_campaigns: dict[str, str]
    """Campaign id to the list it leads to."""


def faults(
    campaign: SmartCampaign, service: Service | None, campaigns: dict[str, SmartCampaign]
) -> list[str]:
    """Why the campaign is invalid, each fault with its step; empty where it may run (R2)."""
    found: list[str] = []
    if service is None and _is_about_sms(campaign):
        told = "the Vibes service is not configured, so no SMS step, trigger or filter is available"
        found.append(told)
    if not campaign.flow:
        found.append("the flow is empty")
    if campaign.triggers and campaign.schedule is not None:
        found.append("a trigger campaign is activated, not scheduled")
    for number, step in enumerate(campaign.flow, start=1):
        for one in _leaves(step):
            wrong = _step_faults(one, service, campaigns)
            found += [f"step {number}: {fault}" for fault in wrong]
    return found


def _is_about_sms(campaign: SmartCampaign) -> bool:
    """Whether anything of it is there with the Vibes service alone (R24)."""
    of_sms = (SubscribesToVibesList, UnsubscribesFromVibesList, SmsHappens)
    filters = [*campaign.smart_list.filters, *chain.from_iterable(map(_conditions, campaign.flow))]
    steps = chain.from_iterable(map(_leaves, campaign.flow))
    return (
        any(isinstance(item, of_sms) for item in campaign.triggers)
        or any(map(_asks_of_sms, filters))
        or any(isinstance(step, SmsStep) for step in steps)
    )


def _asks_of_sms(item: Filter) -> bool:
    if isinstance(item, Not):
        return _asks_of_sms(item.filter)
    return isinstance(item, MemberOf | SubscribedTo | Did)


def _conditions(step: FlowStep | None) -> Iterator[Filter]:
    """The filters of a step's choices."""
    if isinstance(step, Choose):
        for condition, one in step.choices:
            yield condition
            yield from _conditions(one)
        yield from _conditions(step.otherwise)


def _leaves(step: FlowStep | None) -> Iterator[FlowStep]:
    """The steps that a step may come to."""
    if isinstance(step, Choose):
        for _, one in step.choices:
            yield from _leaves(one)
        yield from _leaves(step.otherwise)
    elif step is not None:
        yield step


def _step_faults(
    step: FlowStep, service: Service | None, campaigns: dict[str, SmartCampaign]
) -> list[str]:
    if isinstance(step, RequestCampaign):
        return _request_faults(step, campaigns)
    if not isinstance(step, SmsStep) or service is None:
        return []
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


def _request_faults(step: RequestCampaign, campaigns: dict[str, SmartCampaign]) -> list[str]:
    target = campaigns.get(step.campaign)
    if target is None:
        return [f'there is no campaign "{step.campaign}"']
    if not any(isinstance(item, CampaignIsRequested) for item in target.triggers):
        return [f'campaign "{step.campaign}" has no trigger Campaign is Requested']
    return []
