"""The stage a scenario plays on: its account, its campaign system, its people, joined together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime
from typing import Any, TypeVar

from harness.application import Application, running
from harness.campaigns.endpoint import KINDS, Endpoint, Manner
from harness.campaigns.links import code_of, links_in
from harness.campaigns.people import Person, e164
from harness.campaigns.smart_campaign import Service
from harness.campaigns.system import CALLBACK_TYPES, CampaignSystem, RunReport
from harness.environment import ControlError, Environment, SimAccount
from harness.message_book import MessageBook
from harness.own_simulator import Ending, OwnSimulator
from harness.population import make
from harness.scenario import building
from harness.scenario.application import ApplicationSpec, Called, HttpStep, call, numbers_in
from harness.scenario.people import PopulationSpec
from harness.scenario.reading import Scenario
from harness.scenario.smpp_bind import SmppBind
from harness.scenario.step_specs import EditStep, EndpointStep
from harness.scenario.values import share
from harness.vibes import VibesClient
from simulator.domain.instants import Instant, parse_instant
from simulator.spec import AccountSpec

HOST = "campaigns.test"
"""The name the campaign system's endpoint has in callback URLs, so that no port is journaled."""


ALARM = "campaigns"
"""The name of the alarm by which the campaign system waits."""

T = TypeVar("T")


class Stage:
    """What steps and expectations work with."""

    def __init__(
        self,
        scenario: Scenario,
        account: SimAccount,
        system: CampaignSystem,
        vibes: VibesClient,
        endpoint: Endpoint,
        smpp: SmppBind,
        own: OwnSimulator | None = None,
    ) -> None:
        self.scenario = scenario
        self.account = account
        self.system = system
        self.vibes = vibes
        self.smpp = smpp
        self.application: Application | None = None
        self.book = MessageBook()
        self.calls: list[Called] = []
        self.by_hand: set[str] = set()
        self.kept: dict[str, object] = {}
        self._endpoint = endpoint
        self._own = own
        self._campaigns = dict(scenario.spec.campaigns)
        for name, spec in self._campaigns.items():
            system.put(building.campaign(name, spec))

    @property
    def running(self) -> Application:
        """The application under test."""
        assert self.application is not None, "reading lets no http step pass without sut"
        return self.application

    async def call(self, step: HttpStep) -> None:
        """Call the application, and remember when, and about whom."""
        at = datetime.fromisoformat(self.account.now)
        self.calls.append(Called(at=at, numbers=numbers_in(step)))
        self.kept |= await call(step, self.running)

    async def attended(self, work: Coroutine[Any, Any, T]) -> T:
        """Do work; the end of the application meanwhile is told. Raises ApplicationError."""
        return await (work if self.application is None else self.application.attended(work))

    async def restart(self, ending: Ending) -> None:
        """End the simulator and start it again as it was. Raises UserError."""
        assert self._own is not None, "a scenario that restarts has a simulator of its own"
        await self._own.restart(ending)
        await self.smpp.renew()

    def person(self, name: str) -> Person:
        """The person of that name."""
        return self.system.people.named(name)

    def mdn(self, name: str) -> str:
        """The number of the person of that name, in E.164; the phone as written where it is none."""
        person = self.person(name)
        return person.mdn or person.phone or ""

    @property
    def runs(self) -> dict[str, RunReport]:
        """What became of the last run of each campaign."""
        return self.system.reports

    @property
    def begins(self) -> Instant:
        """When the scenario begins, in the account's time."""
        return parse_instant(str(self.account.shown["clock"]["now"]))

    @property
    def code(self) -> str:
        """The account's first source code, from which its campaigns send."""
        return self.scenario.spec.account.source_codes[0].code

    @property
    def receipts_url(self) -> str:
        """Where receipts reach the campaign system."""
        return _receipts_url(self.account)

    def answer(self, manner: EndpointStep) -> None:
        """Let the campaign system's endpoint answer so."""
        for kind in KINDS if manner.only is None else (manner.only,):
            told = Manner(manner.answers, manner.times, manner.heeded or manner.answers < 300)
            self._endpoint.answer(self.account.key, kind, told)

    def edit(self, told: EditStep) -> None:
        """Let a campaign be as it is told from now on."""
        changed = {name: getattr(told, name) for name in told.model_fields_set - {"campaign"}}
        spec = self._campaigns[told.campaign].model_copy(update=changed)
        self._campaigns[told.campaign] = spec
        self.system.put(building.campaign(told.campaign, spec))

    async def click(self, person: str, number: int) -> str:
        """Open a link of the last text a person got; where it led. Raises ValueError."""
        conversation = await self.account.conversation(self.mdn(person))
        came = [i for i in conversation if i["direction"] == "mt" and i["state"] == "delivered"]
        links = links_in(came[-1]["text"]) if came else []
        if number > len(links):
            raise ValueError(f"the last text of {person} has {len(links)} links")
        code = code_of(links[number - 1])
        if code is None:
            return links[number - 1]
        return await self._endpoint.open(self.account.key, code)

    async def settle(self) -> None:
        """Let everything that this instant caused be done, here and at Vibes."""
        if self.application is not None:
            await self.account.settle_idle()
            return
        await self.account.settle()
        await self.system.drain()
        await self.account.settle()


@asynccontextmanager
async def set_up(
    scenario: Scenario, environment: Environment, endpoint: Endpoint, seed: int, *, keep: bool
) -> AsyncIterator[Stage]:
    """Make the account and the campaign system, join them, and take them down after.

    With `keep` the account stays in the simulator for a look. A scenario that restarts the simulator
    has one of its own and an endpoint of its own, in nobody's way; both end with it.
    """
    async with AsyncExitStack() as opened:
        own = None
        if any(step.restart is not None for step in scenario.spec.steps):
            own = await opened.enter_async_context(OwnSimulator())
            environment = own.environment
            endpoint = await opened.enter_async_context(Endpoint())
        account = await environment.account(_account_document(scenario, seed))
        vibes = await opened.enter_async_context(account.vibes())
        smpp = SmppBind(environment, account)
        opened.push_async_callback(smpp.close)
        system = CampaignSystem(
            vibes,
            _service(scenario.spec.account) if scenario.spec.choices.service else None,
            choices=scenario.spec.choices.choices(),
            receipts_url=_receipts_url(account),
            now=lambda: account.now,
            pace=account.settle,
            look=account.look,
            alarm=lambda due: _wake_at(account, due),
        )
        endpoint.add(account.key, system)
        try:
            stage = Stage(scenario, account, system, vibes, endpoint, smpp, own)
            await _join(stage, endpoint)
            async with AsyncExitStack() as applications:
                if scenario.spec.sut is not None:
                    await _start(stage, scenario.spec.sut, endpoint, applications)
                yield stage
        finally:
            endpoint.remove(account.key)
            if not keep and own is None:
                await account.delete()


async def _wake_at(account: SimAccount, due: datetime | None) -> None:
    """Have the campaign system woken when the account's time gets there, or no more."""
    if due is None:
        with suppress(ControlError):  # a fault may have lost it
            await account.clear_alarm(ALARM)
    else:
        await account.set_alarm(ALARM, due.isoformat(), f"http://{HOST}/{account.key}/alarm")


def _receipts_url(account: SimAccount) -> str:
    return f"http://{HOST}/{account.key}/receipts"


async def _start(
    stage: Stage, spec: ApplicationSpec, endpoint: Endpoint, applications: AsyncExitStack
) -> None:
    """Start the application under test; the campaign system stays as it is, and hears nothing."""
    account = stage.account
    launch = spec.launch(stage.scenario.file)
    hosts = {HOST: endpoint.address}
    stage.application = await applications.enter_async_context(running(launch, account, hosts))
    account.probe, account.quiet = stage.application.idle_url, spec.quiet


async def _join(stage: Stage, endpoint: Endpoint) -> None:
    account, system, spec = stage.account, stage.system, stage.scenario.spec
    _add_people(stage)
    members = {key: [stage.mdn(name) for name in names] for key, names in spec.subscribers.items()}
    if spec.population is not None:
        made = _add_population(stage, spec.population)
        members.setdefault(spec.population.list, []).extend(made)
    for list_id, mdns in members.items():
        await account.import_subscribers(list_id, _persons(stage, mdns))
        system.membership.load(list_id, mdns)
    if spec.sut is not None:
        return
    await account.set_hosts({HOST: endpoint.address})
    for callback_type in CALLBACK_TYPES:
        await stage.vibes.register_callback(callback_type, f"http://{HOST}/{account.key}/callbacks")
    account.probe = f"http://{endpoint.address}/{account.key}/idle"
    await system.drain()


def _account_document(scenario: Scenario, seed: int) -> dict[str, object]:
    document: dict[str, object] = scenario.spec.account.model_dump(
        mode="json", by_alias=True, exclude_unset=True
    )
    document.setdefault("company_key", f"{scenario.slug}-{seed}")
    return {**document, "seed": seed}


def _service(account: AccountSpec) -> Service:
    return Service(
        code=account.source_codes[0].code,
        lists=frozenset(item.id for item in account.subscription_lists),
        acquisition_campaigns={item.id: item.list for item in account.acquisition_campaigns},
    )


def _add_people(stage: Stage) -> None:
    for number, (name, spec) in enumerate(stage.scenario.spec.people.items(), start=1):
        stage.system.people.add(
            Person(
                id=number,
                name=name,
                phone=spec.phone,
                fields=dict(spec.fields),
                blocklisted=spec.blocklisted,
                marketing_suspended=spec.marketing_suspended,
                email_unsubscribed=spec.email_unsubscribed,
            )
        )


def _add_population(stage: Stage, spec: PopulationSpec) -> list[str]:
    """Make the people; the numbers that are on the list from the start."""
    first = len(stage.system.people) + 1
    members: dict[str, None] = {}
    made = make(
        spec.size,
        seed=spec.seed,
        shared_phone=share(spec.shared_phone),
        blocklisted=share(spec.blocklisted),
        suspended=share(spec.suspended),
        subscribed=share(spec.subscribed),
    )
    for number, item in enumerate(made, start=first):
        stage.system.people.add(
            Person(
                id=number,
                name=f"person {number}",
                phone=item.phone,
                fields={"First Name": item.first_name, "Last Name": item.last_name},
                blocklisted=item.blocklisted,
                marketing_suspended=item.suspended,
            )
        )
        mdn = e164(item.phone)
        if item.subscribed and mdn is not None:
            members[mdn] = None
    return list(members)


def _persons(stage: Stage, mdns: list[str]) -> list[dict[str, str]]:
    """The imported persons: each number once, with the first person who has it as external id."""
    return [
        {"mdn": mdn, "external_person_id": str(stage.system.people.with_mdn(mdn)[0].id)}
        for mdn in dict.fromkeys(mdns)
    ]
