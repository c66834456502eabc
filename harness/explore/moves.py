"""What may happen in a history: moves of one step or a few, by kind, made from a scenario's setup.

Each kind is a list of all its moves, the simplest first, because a search that shrinks goes towards
the first. How often a kind comes up is its weight. Nothing here draws.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from harness.campaigns.people import e164
from harness.explore import driving, faults
from harness.population import make
from harness.scenario.campaigns import CampaignSpec
from harness.scenario.model import ScenarioSpec
from harness.scenario.parts import Mistakes
from harness.scenario.reading import Scenario, check
from harness.scenario.source import Source
from simulator.specs.values import milliseconds

Step = driving.Step

Move = tuple[Step, ...]

MOST_PEOPLE = 6
"""So many people of a scenario act by name; the others are what campaigns are about all the same."""

MOST_OF_A_POPULATION = 3
MOST_MADE = 1_000

STOPS = ("STOP", "stop", "END", "QUIT", "CANCEL", "UNSUBSCRIBE", "STOPALL", "REVOKE", "OPT OUT")
ANSWERS = (
    "Y",
    "N",
    "HELP",
    "START",
    "y",
    "NO",
    "yes please",
    "stop texting me",
    "INFO",
    "\U0001f44d",
)
PAUSES = ("1m", "6m", "1h", "6h", "12h", "24h", "72h", "1s", "5m")
PERSONAS = ("says_yes", "slow_yes", "sloppy_yes", "says_no", "asks_help", "stops_at_third")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of move: how often it comes up among the others, and all its moves."""

    weight: int
    moves: tuple[Move, ...]


def kinds(scenario: Scenario) -> list[Kind]:
    """Every kind of which the scenario's setup allows at least one move."""
    spec = scenario.spec
    outside = spec.sut is not None  # then a history has little to go through, and takes long
    own = _own_steps(scenario)
    cast = _Cast(spec, [step for step in own if "http" in step])
    told: list[tuple[int, Iterable[Move]]] = [
        (6, _single(_pauses(spec))),
        (8, _single(cast.replies())),
        (8, _single(cast.entries())),
        (6, _single(own)),
        (4, cast.joins()),
        (10 if outside else 4, cast.leaves()),
        (4, _single(cast.changes())),
        (2, _single(cast.phones())),
        (2, _single(cast.clicks())),
        (2, _single(cast.submits())),
        (2, _single(cast.opt_outs())),
        (1, _single(cast.deletes())),
        (2, (tuple(own[:count]) for count in range(2, len(own) + 1) if not outside)),
        (1, [({"heal": "all"},)]),
        (2, _single(faults.endpoints())),
        *((1, _single(rules)) for rules in faults.by_surface(cast.with_phones)),
        *((1 + outside, cast.troubled(rules)) for rules in faults.by_surface(cast.with_phones)),
    ]
    allowed = _Allowed(scenario)
    every = [Kind(weight, tuple(filter(allowed.holds, moves))) for weight, moves in told]
    return [kind for kind in every if kind.moves]


def _single(steps: Iterable[Step]) -> Iterator[Move]:
    return ((step,) for step in steps)


class _Allowed:
    """Whether a scenario of this setup may have a step, as the language has it.

    One step of each member stands for all of them.
    """

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._known: dict[str, bool] = {}

    def holds(self, move: Move) -> bool:
        """Whether it may have all steps of a move."""
        return all(map(self._holds_step, move))

    def _holds_step(self, step: Step) -> bool:
        (member,) = step
        if member not in self._known:
            self._known[member] = is_right(self._scenario, step)
        return self._known[member]


def is_right(scenario: Scenario, step: Step) -> bool:
    """Whether a scenario of this setup with that step alone has no mistakes."""
    document = {**scenario.source.document, "steps": [step]}
    try:
        check(Source(scenario.file, document, {}))
    except Mistakes:
        return False
    return True


def _own_steps(scenario: Scenario) -> list[Step]:
    """What the scenario does itself, but for its looks, and the same with the phones of others.

    Steps that nobody here knows are among them. What fits one place alone is left out: instants,
    and the ends of faults by their ids. What is done to an application comes before its variants.
    """
    spec = scenario.spec
    ways = [list(driving.recast(step, spec)) for step in driving.script(scenario)]
    kept = [step for steps in ways for step in steps]
    if spec.sut is not None:
        kept = [steps[0] for steps in ways] + [step for steps in ways for step in steps[1:]]
    return [step for step in kept if is_right(scenario, step)]


def _pauses(spec: ScenarioSpec) -> Iterator[Step]:
    for text in dict.fromkeys((*PAUSES, *_edges(spec))):
        yield {"advance": text}


def _edges(spec: ScenarioSpec) -> Iterator[str]:
    """At the end of each opt-in window, a millisecond before and after it, and half an hour after."""
    for window in dict.fromkeys(item.window for item in spec.account.acquisition_campaigns):
        length = milliseconds(window)
        for edge in (length, length - 1, length + 1, length + 1_800_000):
            yield in_words(max(edge, 0))


def in_words(length: int) -> str:
    """Milliseconds as a duration: `23h59m59s999ms`."""
    parts: list[str] = []
    for unit, size in (("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)):
        count, length = divmod(length, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


class _Cast:
    """Who there is and what they can do."""

    def __init__(self, spec: ScenarioSpec, calls: list[Step]) -> None:
        self._spec = spec
        self._calls = calls
        self._everyone = list(spec.people)[:MOST_PEOPLE]
        self.with_phones = [
            name for name in self._everyone if e164(spec.people[name].phone or "") is not None
        ]
        self._texters: list[Step] = [{"person": name} for name in self.with_phones]
        self._texters += [{"phone": phone} for phone in _made_up(spec)]
        campaigns = spec.account.acquisition_campaigns
        self._keywords = [word for item in campaigns for word in item.keywords]
        self._yes = list(dict.fromkeys(word for item in campaigns for word in item.yes)) or ["Y"]

    def replies(self) -> Iterator[Step]:
        """Everyone with a phone texts whatever people text."""
        words = (*self._yes, *ANSWERS, *STOPS, *self._keywords, *map(str.lower, self._keywords))
        for text in dict.fromkeys(words):
            for who in self._texters:
                yield {"reply": {**who, "text": text}}

    def entries(self) -> Iterator[Step]:
        """Every way into a campaign: it is run, a form is filled out, it is requested, a field changes.

        And every call of an application, which may do as much.
        """
        yield from self._calls
        for name, campaign in self._spec.campaigns.items():
            if not campaign.trigger:
                yield {"run": name}
            for person in self._everyone:
                yield from _triggers(name, campaign, person)
        if any(item.created for one in self._spec.campaigns.values() for item in one.trigger):
            phones = [self._spec.people[name].phone for name in self.with_phones]
            for phone in ("(312) 555-0177", *phones[:1]):
                yield {"create": {"person": "somebody new", "phone": phone}}

    def joins(self) -> Iterator[Move]:
        """Somebody asks or is asked to join, time passes, and they say yes: in time, late, at the edge."""
        times = ("1m", *dict.fromkeys(_edges(self._spec)))
        for who in self._texters:
            ways = [{"reply": {**who, "text": word}} for word in self._keywords]
            if "person" in who:
                ways += self._ways_to_join(who["person"])
            for way in ways:
                for time in times:
                    for yes in self._yes[:1]:
                        yield way, {"advance": time}, {"reply": {**who, "text": yes}}

    def _ways_to_join(self, person: str) -> Iterator[Step]:
        number = e164(self._spec.people[person].phone or "") or ""
        yield from (step for step in self._calls if driving.names(step, number))
        for name, campaign in self._spec.campaigns.items():
            if any(step.subscribe is not None for step in campaign.flow):
                if not campaign.trigger:
                    yield {"run": name}
                yield from _triggers(name, campaign, person)

    def leaves(self) -> Iterator[Move]:
        """Somebody says STOP, and something goes on as if they had not."""
        entries = [*self.entries()][:8]
        for who in self._texters:
            texts = [{"reply": {**who, "text": text}} for text in ("HELP", "STOP", "START", "Y")]
            for text in STOPS[:3]:
                for step in (*entries, *texts):
                    yield {"reply": {**who, "text": text}}, step, {"advance": "6m"}

    def troubled(self, rules: Iterable[Step]) -> Iterator[Move]:
        """Something goes wrong just when something happens."""
        happening = [*self.entries()][:8]
        for rule in rules:
            for step in happening:
                yield rule, step, {"advance": "6m"}

    def changes(self) -> Iterator[Step]:
        """People are barred, let in again, moved to another value or to another number."""
        fields = [*dict.fromkeys(_values(self._spec))]
        for person in self._everyone:
            for flag in ("blocklisted", "marketing_suspended"):
                for value in (True, False):
                    yield {"change": {"person": person, flag: value}}
            for field, text in fields:
                yield {"change": {"person": person, "fields": {field: text}}}
        for person in self.with_phones:
            others = [self._spec.people[name].phone for name in self.with_phones if name != person]
            for phone in ("(312) 555-0188", *others[:1]):
                yield {"change": {"person": person, "fields": {"phone": phone}}}

    def phones(self) -> Iterator[Step]:
        """Phones go off and on, are dropped and come back, are ported, get habits."""
        for person in self.with_phones:
            for state in ("reachable", "connected"):
                for value in (False, True):
                    yield {"phone": {"person": person, state: value}}
            yield {"phone": {"person": person, "carrier": "105"}}
            for persona in PERSONAS:
                yield {"phone": {"person": person, "persona": persona}}

    def clicks(self) -> Iterator[Step]:
        """Somebody opens a link, where campaigns send any."""
        sends = [step.send for item in self._spec.campaigns.values() for step in item.flow]
        if any(send is not None and "http" in (send.message or "") for send in sends):
            for person in self.with_phones:
                yield {"click": {"person": person}}

    def submits(self) -> Iterator[Step]:
        """A client sends a message of its own; where there is an application, that is the client."""
        for person in self.with_phones if self._spec.sut is None else ():
            yield {"submit": {"to": person, "text": "Hello"}}

    def opt_outs(self) -> Iterator[Step]:
        """An operator takes a number off a list."""
        for person in self.with_phones:
            number = e164(self._spec.people[person].phone or "")
            for item in self._spec.account.subscription_lists:
                body = {"reason": "bulk_opt_out", "mdns": [number], "list": item.id}
                yield {"operator": {"call": "POST /opt-outs", "body": body}}

    def deletes(self) -> Iterator[Step]:
        """A person goes."""
        for person in self._everyone:
            yield {"delete": person}


def _triggers(name: str, campaign: CampaignSpec, person: str) -> Iterator[Step]:
    for item in campaign.trigger:
        if item.form is not None:
            yield {"fill_form": {"person": person, "form": item.form}}
        elif item.requested:
            yield {"request": {"campaign": name, "person": person}}
        elif item.changes is not None and item.changes.field != "phone":
            value = item.changes.to or "something"
            yield {"change": {"person": person, "fields": {item.changes.field: value}}}


def _values(spec: ScenarioSpec) -> Iterator[tuple[str, str]]:
    """The values that campaigns look for in fields, and one that none does."""
    for campaign in spec.campaigns.values():
        for item in campaign.who:
            if item.field is not None:
                said = item.field.is_ or item.field.contains or item.field.starts_with
                yield item.field.name, said or "something"
                yield item.field.name, "something else"


def _made_up(spec: ScenarioSpec) -> list[str]:
    """A few numbers of the made-up people, where there are not too many to make."""
    told = spec.population
    if told is None or told.size > MOST_MADE:
        return []
    names = ("shared_phone", "blocklisted", "suspended", "subscribed")
    shares = {name: float(getattr(told, name).removesuffix("%")) / 100 for name in names}
    made = make(told.size, seed=told.seed, **shares)
    return [item.phone for item in made[:MOST_OF_A_POPULATION]]
