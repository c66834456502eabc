"""The account spec: what a user may say of an account.

The spec is one object in three places: `POST /_sim/accounts`, a scenario's `account:` and the
config file's `accounts`. It is written for people (durations as "24h"), and turned here into the
domain's `Account`. Faults are found all at once, each with its path and what would do.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from pydantic import AfterValidator, Field, StrictBool, StrictInt, model_validator

from simulator.documents import Fault, Form, Spec, rather, read
from simulator.domain import account as domain
from simulator.domain.instants import Instant, parse_duration, parse_instant
from simulator.domain.keywords import SYSTEM, normalise
from simulator.domain.profiles import SHIPPED
from simulator.errors import BadSpec
from simulator.specs.carriers import Carrier, known_carriers, profile_of
from simulator.specs.faults import FaultSpec, rules_of
from simulator.specs.phones import PersonaSpec, ShareText, persona_of, phone_faults, share
from simulator.specs.prices import PricesSpec, prices_of
from simulator.specs.values import (
    DurationText,
    Id,
    InstantText,
    PatternText,
    TimerText,
    milliseconds,
)

LONGEST_CODE = 20
"""What an SMPP address holds."""

DEFAULT_START = "2026-01-05T15:00:00Z"

CompanyKey = Annotated[Id, Form(r"^[A-Za-z0-9_-][A-Za-z0-9._-]*$", ("acme",), "company_key")]
UserName = Annotated[Id, Form(r"^[^:]+$", ("acme",), "user name")]


class ClockSpec(Spec):
    """The account's clock."""

    mode: Literal["manual", "live"] = "manual"
    """`manual` stands until moved; `live` runs."""
    now: InstantText | None = None
    """Where time starts; a manual clock without it starts at 2026-01-05T15:00:00Z."""
    rate: StrictInt = Field(default=1, ge=1, le=100_000)
    """How many times faster than the wall a live clock runs."""


class SourceCodeSpec(Spec):
    """A short or long code and its automatic replies."""

    code: Id
    """The number texts come from."""
    country_code: Id = "1"
    """Of its country."""
    help: str = "Reply STOP to stop messages. Msg&data rates may apply."
    """The reply to HELP."""
    stop: str = "You are unsubscribed and will get no more messages. Reply START to return."
    """The one confirmation of STOP."""
    start: str = "You may get messages again. Reply HELP for help, STOP to stop."
    """The reply to START."""
    unrecognised: str = "Sorry, we did not understand that. Reply HELP for help, STOP to stop."
    """The reply to a text that is no keyword."""
    alternate: Id | None = None
    """The code from which a message is sent again that wished for alternate delivery and failed."""


class ListSpec(Spec):
    """A subscription list."""

    id: Id
    """Its id."""
    name: str | None = None
    """What it is called; its id if absent."""


class AcquisitionSpec(Spec):
    """An acquisition campaign: the way onto a list."""

    id: Id
    """Its id."""
    list: Id
    """The list it leads to."""
    code: Id | None = None
    """The source code it runs on; the account's first if absent."""
    description: str | None = None
    """What it is for."""
    keywords: tuple[str, ...] = ()
    """Texts that join, in any case."""
    opt_in: Literal["double", "single"] = "double"
    """`double` asks for a yes first."""
    window: DurationText = "24h"
    """How long a yes counts after the request."""
    yes: tuple[str, ...] = ("Y",)
    """Texts that confirm, in any case (A7)."""
    yes_pattern: PatternText | None = None
    """A regular expression that confirms as well, such as a zip code (A7)."""
    confirmation: str | None = None
    """The prompt."""
    welcome: str | None = None
    """What a new member is told."""
    already: str | None = None
    """The reply to the keyword from somebody who is a member."""


class SmppSpec(Spec):
    """How the account's SMPP binds are treated."""

    profile: Literal["vibes", "generic"] = "vibes"
    """`vibes` knows the commands Vibes does, `generic` also query, cancel, replace, data, multi."""
    coding: Literal["ascii", "gsm", "standard"] = "ascii"
    """What data_coding means: Vibes' two tables, by what 0 is, or the standard's (3 is Latin-1)."""
    mo_numbers: Literal["national", "e164"] = "national"
    """How numbers are written in deliver_sm: ten digits, or eleven with TON and NPI 1."""
    unsupported: Literal["generic_nack", "response"] = "generic_nack"
    """How a command that is not supported is answered, with status 0x03."""
    max_binds: StrictInt = Field(default=8, ge=1, le=1_000)
    """How many sessions of each bind type there may be."""
    per_second: StrictInt = Field(default=0, ge=0, le=100_000)
    """Messages a second that one bind may submit, in real time; 0 is without bound."""
    window: StrictInt = Field(default=10, ge=1, le=1_000)
    """How many requests may be unanswered at once, in either direction."""
    payload_bytes: StrictInt = Field(default=1_500, ge=140, le=60_000)
    """The most a message_payload may have."""
    enquire_link: TimerText = "30s"
    """After how long a silence the peer is asked whether it is there; real time."""
    inactivity: TimerText = "150s"
    """After how long without a request a session ends; real time."""
    response: TimerText = "10s"
    """How long an answer is waited for; real time."""


class ConnectSpec(Spec):
    """The account at Connect: its version, its company, where raw inbound texts go, its binds."""

    version: Literal["3.0", "3.1", "3.2"] = "3.2"
    """3.1 splits long texts and delivers by alternate code, 3.2 tells parts of long inbound ones."""
    company_id: Id | None = None
    """What `<companyId>` must be where a client sends it (1030); any will do if absent."""
    per_second: StrictInt = Field(default=0, ge=0, le=100_000)
    """Calls a second that may submit, in real time; more answer 429; 0 is without bound."""
    mo_url: Annotated[str, Form(r"^https?://", ("http://127.0.0.1:9000/mo",), "URL")] | None = None
    """Where raw inbound texts go."""
    mo_auth: tuple[str, str] | None = None
    """User and password of the MO endpoint's Basic auth."""
    mo_via: Literal["http", "smpp", "both"] = "both"
    """Which way raw texts go: to `mo_url`, through binds that receive, or each that there is."""
    smpp: SmppSpec = SmppSpec()


class SettingsSpec(Spec):
    """Decisions where the sources are silent; docs/fidelity.md tells each and its standing."""

    stop_scope: Literal["code", "list", "company"] = "code"
    """A8: what a STOP ends: every list reachable from that code, the list joined last, or all."""
    window_edge: Literal["exclusive", "inclusive"] = "exclusive"
    """A6: whether a yes at the very end of the window still counts."""
    window_starts: Literal["accepted", "sent", "delivered"] = "accepted"
    """A6: when the window starts: request accepted, prompt sent, or prompt delivered."""
    repeat_participant: Literal["ignore", "resend", "extend"] = "ignore"
    """Add participant while one is pending: nothing more, the prompt again, or a new window too."""
    no_sets_block: StrictBool = True
    """A9: N or No bars the number from being added to that campaign through the API."""
    stop_sets_block: StrictBool = False
    """A9: STOP while pending does so too."""
    stop_blocks_sends: StrictBool = True
    """After STOP, what a client submits for that number on that code fails with code 9."""
    start: Literal["unblock", "resubscribe"] = "unblock"
    """What START does: lift the block, or also put the number back on the lists STOP took it off."""
    stop_reply_window: DurationText = "24h"
    """A STOP that changes nothing is confirmed at most once in this time."""
    person_search: Literal["array", "object"] = "array"
    """What GET persons?mdn= answers: an array as Vibes' client reads it, or the published object."""
    magic_numbers: StrictBool = True
    """Whether +1 500 555 0001 to 0009 behave as documented."""
    routing_delay: DurationText = "20ms"
    """How long Vibes takes to route a message."""
    wrong_carrier: Literal["route", "refuse"] = "route"
    """A message submitted for another carrier than the number's: it arrives, or fails with 107."""
    parts_window: DurationText = "10m"
    """How long the parts of a message that its submitter cut are waited for (13)."""
    price_micros: StrictInt = Field(default=7_500, ge=0, le=10**9)
    """The price of a segment in millionths of a currency unit, for estimates."""
    callback_timeout: DurationText = "2s"
    """Real time a destination has to answer."""
    retry_every: DurationText = "5m"
    """How long until a callback is tried again."""
    retries: StrictInt = Field(default=5, ge=0, le=100)
    """Attempts at a callback after the first."""
    callback_queue_limit: StrictInt = Field(default=10_000, ge=1, le=1_000_000)
    """How many deliveries may wait for one destination; more go to the failure queue."""
    downed_after: StrictInt = Field(default=3, ge=1, le=1_000_000)
    """After how many deliveries given up in a row a destination is downed."""
    throttle: StrictBool = False
    """Whether the Platform answers 429 over its limits; real time, as the limits are."""
    calls_per_second: StrictInt = Field(default=100, ge=1, le=100_000)
    """Calls of a company that pass in one second, events apart."""
    events_per_second: StrictInt = Field(default=300, ge=1, le=100_000)
    """Events of a company that pass in one second."""
    downed_for: DurationText = "15m"
    """How long a downed destination gets nothing."""


class AccountSpec(Spec):
    """An account; every member may be absent."""

    company_key: CompanyKey | None = None
    """Its key."""
    username: UserName | None = None
    """For Basic auth; the key if absent."""
    password: Id | None = None
    """For Basic auth; the key if absent."""
    seed: StrictInt = Field(default=0, ge=0, lt=2**63)
    """Of all chance in it."""
    clock: ClockSpec = ClockSpec()
    source_codes: tuple[SourceCodeSpec, ...] = (SourceCodeSpec(code="65047"),)
    """The codes it sends from."""
    subscription_lists: tuple[ListSpec, ...] = (
        ListSpec(id="1001", name="VIP Deals"),
        ListSpec(id="1002", name="Store News"),
    )
    """Its lists."""
    acquisition_campaigns: tuple[AcquisitionSpec, ...] = (
        AcquisitionSpec(id="JoinVip01", list="1001", keywords=("VIP",)),
        AcquisitionSpec(id="JoinNews01", list="1002", keywords=("NEWS",)),
    )
    """The ways onto its lists."""
    custom_fields: tuple[Id, ...] = ("first_name", "last_name")
    """Fields of persons."""
    connect: ConnectSpec = ConnectSpec()
    carriers: Annotated[dict[str, Carrier], AfterValidator(known_carriers)] = {}
    """`default`, and carriers by code; a shipped profile's name, or what differs from one."""
    personas: dict[str, PersonaSpec] = {}
    """Personas by a name of one's own, beside the shipped ones."""
    phones: dict[str, ShareText] = {}
    """The shares of personas among all phones that are told nothing."""
    faults: tuple[FaultSpec, ...] = ()
    """Fault rules that hold from the start."""
    prices: PricesSpec = PricesSpec()
    """What messages cost; nothing if absent."""
    settings: SettingsSpec = SettingsSpec()

    @model_validator(mode="before")
    @classmethod
    def _lists_alone(cls, value: object) -> object:
        """An account that names its own lists or codes does not also get the demo's campaigns."""
        if isinstance(value, dict) and ("subscription_lists" in value or "source_codes" in value):
            value = {"acquisition_campaigns": (), **value}
        return value


def read_account(document: object, *, key: str, now: Instant) -> tuple[domain.Account, str]:
    """The account a spec describes, and its password. Raises BadSpec with every fault.

    `key` names an account that does not name itself, `now` is where a live clock starts.
    """
    spec = read(AccountSpec, document)
    faults = list(account_faults(spec))
    if faults:
        raise BadSpec(faults)
    company = spec.company_key or key
    return _account(spec, company, now), spec.password or company


def account_faults(spec: AccountSpec) -> list[Fault]:
    """What is wrong between the parts of a spec: names that lead nowhere, names used twice."""
    codes = [item.code for item in spec.source_codes]
    lists = [item.id for item in spec.subscription_lists]
    faults: list[Fault] = []
    if not codes:
        faults.append((("source_codes",), "an account needs a source code"))
    faults += _twice("source_codes", codes) + _twice("subscription_lists", lists)
    faults += phone_faults(spec.phones, spec.personas)
    faults += _twice("faults", [item.id for item in spec.faults if item.id is not None])
    for number, source in enumerate(spec.source_codes):
        if len(source.code) > LONGEST_CODE:
            text = f'"{source.code}" is longer than {LONGEST_CODE} characters'
            faults.append((("source_codes", number, "code"), text))
        if source.alternate == source.code:
            text = "a code is no alternate of its own"
            faults.append((("source_codes", number, "alternate"), text))
        if source.alternate is not None and source.alternate not in codes:
            text = f'no code "{source.alternate}"{rather(source.alternate, codes)}'
            faults.append((("source_codes", number, "alternate"), text))
    faults += _twice("acquisition_campaigns", [item.id for item in spec.acquisition_campaigns])
    taken: dict[tuple[str, str], str] = {}
    for index, item in enumerate(spec.acquisition_campaigns):
        where = ("acquisition_campaigns", index)
        if item.list not in lists:
            faults.append(((*where, "list"), f'no list "{item.list}"{rather(item.list, lists)}'))
        if item.code is not None and item.code not in codes:
            faults.append(((*where, "code"), f'no code "{item.code}"{rather(item.code, codes)}'))
        for member, words in (("keywords", item.keywords), ("yes", item.yes)):
            for word in words:
                if not word.strip():
                    faults.append(((*where, member), "a word cannot be empty"))
                elif normalise(word) in SYSTEM:
                    text = f'"{word}" is a keyword of the code itself and never reaches a campaign'
                    faults.append(((*where, member), text))
        for keyword in item.keywords:
            place = (item.code or codes[0] if codes else "", normalise(keyword))
            if place in taken:
                faults.append(
                    ((*where, "keywords"), f'keyword "{keyword}" is {taken[place]}\'s on that code')
                )
            taken[place] = item.id
    return faults


def _twice(member: str, names: list[str]) -> list[Fault]:
    return [
        ((member, index), f'"{name}" stands twice')
        for index, name in enumerate(names)
        if name in names[:index]
    ]


def _account(spec: AccountSpec, company: str, now: Instant) -> domain.Account:
    clock = spec.clock
    start = clock.now or (DEFAULT_START if clock.mode == "manual" else None)
    names = {item.id: item.name or item.id for item in spec.subscription_lists}
    profiles = {key: profile_of(item) for key, item in spec.carriers.items()}
    auth = spec.connect.mo_auth or (None, None)
    return domain.Account(
        company_key=company,
        username=spec.username or company,
        seed=spec.seed,
        clock=domain.ClockStart(
            mode=clock.mode, now=parse_instant(start) if start else now, rate=clock.rate
        ),
        source_codes=tuple(domain.SourceCode(**item.model_dump()) for item in spec.source_codes),
        lists=tuple(domain.SubscriptionList(id=key, name=name) for key, name in names.items()),
        campaigns=tuple(
            _campaign(item, item.code or spec.source_codes[0].code, names[item.list])
            for item in spec.acquisition_campaigns
        ),
        custom_fields=spec.custom_fields,
        carriers={"default": SHIPPED["plain"], **profiles},
        connect=domain.Connect(
            **spec.connect.model_dump(exclude={"mo_auth", "smpp"}),
            mo_user=auth[0],
            mo_password=auth[1],
            smpp=_smpp(spec.connect.smpp),
        ),
        settings=_settings(spec.settings),
        personas={name: persona_of(item, name) for name, item in spec.personas.items()},
        phones=tuple((name, share(text)) for name, text in spec.phones.items()),
        faults=rules_of(spec.faults),
        prices=prices_of(spec.prices),
    )


def _smpp(spec: SmppSpec) -> domain.Smpp:
    return domain.Smpp(
        **spec.model_dump(exclude={"enquire_link", "inactivity", "response"}),
        enquire_ms=milliseconds(spec.enquire_link),
        inactive_ms=milliseconds(spec.inactivity),
        response_ms=milliseconds(spec.response),
    )


def _campaign(item: AcquisitionSpec, code: str, name: str) -> domain.AcquisitionCampaign:
    return domain.AcquisitionCampaign(
        id=item.id,
        list_id=item.list,
        code=code,
        description=item.description or f"Join {name}",
        keywords=item.keywords,
        double_opt_in=item.opt_in == "double",
        window=parse_duration(item.window),
        yes=item.yes,
        yes_pattern=item.yes_pattern,
        confirmation=item.confirmation
        or f"Reply Y to join {name}. Msg&data rates may apply. Reply HELP for help, STOP to stop.",
        welcome=item.welcome or f"Welcome to {name}! Reply HELP for help, STOP to stop.",
        already=item.already or f"You are already on {name}. Reply HELP for help, STOP to stop.",
    )


def _settings(item: SettingsSpec) -> domain.Settings:
    told = item.model_dump()
    return domain.Settings(
        **{name: value for name, value in told.items() if name in _SAME},
        stop_reply_window=parse_duration(item.stop_reply_window),
        retry_every=parse_duration(item.retry_every),
        downed_for=parse_duration(item.downed_for),
        parts_window=parse_duration(item.parts_window),
        routing_ms=milliseconds(item.routing_delay),
        callback_timeout_ms=milliseconds(item.callback_timeout),
    )


_SAME = frozenset(SettingsSpec.model_fields) & frozenset(
    field.name for field in msgspec.structs.fields(domain.Settings)
) - {"stop_reply_window", "retry_every", "downed_for", "parts_window"}
