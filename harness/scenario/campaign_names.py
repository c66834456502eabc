"""Names in a scenario's campaigns that lead nowhere, and schedules that could never run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from harness.campaigns.calendar import read_local, to_utc
from harness.scenario.campaigns import CampaignSpec, FilterSpec, FlowStepSpec, TriggerSpec
from harness.scenario.model import ScenarioSpec
from harness.scenario.parts import Path
from simulator.documents import nearest
from simulator.domain.instants import parse_instant, to_datetime
from simulator.spec import DEFAULT_START

Fault = tuple[Path, str]


def known(path: Path, what: str, name: str, valid: Iterable[str]) -> Iterator[Fault]:
    """Whether there is something of that name; else what there is."""
    names = [str(item) for item in valid]
    if name in names:
        return
    close = nearest(name, names)
    mend = f'did you mean "{close}"?' if close else f"there is {', '.join(names) or 'none'}"
    if what == "person" and not names:
        mend += "; add people, or include a file"
    yield path, f'no {what} "{name}"; {mend}'


def campaign_faults(path: Path, campaign: CampaignSpec, spec: ScenarioSpec) -> Iterator[Fault]:
    """Every name of a campaign that leads nowhere, and a run that is over before it begins."""
    for index, filter_spec in enumerate(campaign.who):
        yield from _filter((*path, "who", index), filter_spec, spec)
    for index, trigger in enumerate(campaign.trigger):
        yield from _trigger((*path, "trigger", index), trigger, spec)
    for index, step in enumerate(campaign.flow):
        yield from _flow_step((*path, "flow", index), step, spec)


def schedule_faults(path: Path, campaign: CampaignSpec, spec: ScenarioSpec) -> Iterator[Fault]:
    """A schedule all of whose runs are over when the scenario begins."""
    if campaign.schedule is None or spec.account.clock.mode == "live":
        return
    zone = ZoneInfo(campaign.zone)
    begins = to_datetime(parse_instant(spec.account.clock.now or DEFAULT_START))
    begun = begins.astimezone(zone).replace(tzinfo=None)
    told = campaign.schedule
    over = told.every is None and to_utc(read_local(told.at), zone) < begins
    if told.until is not None and read_local(told.until).date() < begun.date():
        over = True
    if over:
        when = begun.isoformat(timespec="minutes")
        yield (
            (*path, "schedule"),
            f"it would never run: the scenario begins at {when} in {campaign.zone}",
        )


def _filter(path: Path, item: FilterSpec, spec: ScenarioSpec) -> Iterator[Fault]:
    lists = [one.id for one in spec.account.subscription_lists]
    for member in ("member_of", "subscribed_to", "unsubscribed_from"):
        name = getattr(item, member)
        if name is not None:
            yield from known((*path, member), "list", name, lists)
    for member in ("was_sent", "was_delivered", "bounced", "clicked"):
        did = getattr(item, member)
        if did is not None and did.list is not None:
            yield from known((*path, member, "list"), "list", did.list, lists)
        if did is not None and did.campaign is not None:
            yield from known((*path, member, "campaign"), "campaign", did.campaign, spec.campaigns)
    if item.not_ is not None:
        yield from _filter((*path, "not"), item.not_, spec)


def _trigger(path: Path, item: TriggerSpec, spec: ScenarioSpec) -> Iterator[Fault]:
    lists = [one.id for one in spec.account.subscription_lists]
    for member in ("subscribes", "unsubscribes"):
        name = getattr(item, member)
        if name is not None:
            yield from known((*path, member), "list", name, lists)
    if item.sms is not None and item.sms.campaign is not None:
        yield from known((*path, "sms", "campaign"), "campaign", item.sms.campaign, spec.campaigns)


def _flow_step(path: Path, item: FlowStepSpec, spec: ScenarioSpec) -> Iterator[Fault]:
    """Names that lead nowhere. A name left out is no mistake here: R2 is about just that."""
    lists = [one.id for one in spec.account.subscription_lists]
    acquisition = [one.id for one in spec.account.acquisition_campaigns]
    for member in ("send", "subscribe", "unsubscribe"):
        step = getattr(item, member)
        if step is not None and step.list is not None:
            yield from known((*path, member, "list"), "list", step.list, lists)
    if item.subscribe is not None and item.subscribe.campaign is not None:
        where = (*path, "subscribe", "campaign")
        yield from known(where, "acquisition campaign", item.subscribe.campaign, acquisition)
    if item.request is not None:
        yield from known((*path, "request"), "campaign", item.request, spec.campaigns)
    if item.choose is not None:
        for index, choice in enumerate(item.choose.choices):
            where = (*path, "choose", "choices", index)
            yield from _filter((*where, "if"), choice.if_, spec)
            if choice.do is not None:
                yield from _flow_step((*where, "do"), choice.do, spec)
        if item.choose.default is not None:
            yield from _flow_step((*path, "choose", "default"), item.choose.default, spec)
