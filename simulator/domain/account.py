"""What an account is told at its birth: codes, lists, campaigns, carriers, and how it shall decide.

Every member of `Settings` answers a question that the sources leave open; the letter in its
comment is the row of docs/fidelity.md. Times are microseconds.
"""

from __future__ import annotations

from typing import Literal

from simulator.domain import personas
from simulator.domain.fault_rules import FaultRule
from simulator.domain.instants import DAY, SECOND, Duration, Instant
from simulator.domain.personas import Persona
from simulator.domain.prices import Prices
from simulator.domain.profiles import CarrierProfile
from simulator.domain.record import Record


class ClockStart(Record, frozen=True, kw_only=True):
    """The clock of a new account: `manual` stands until moved, `live` runs at `rate` (inferred)."""

    mode: Literal["manual", "live"]
    now: Instant
    rate: int = 1


class SourceCode(Record, frozen=True, kw_only=True):
    """A short or long code and its three mandatory replies (Marketo SMS glossary).

    Source: Marketo: SMS glossary.
    """

    code: str
    country_code: str = "1"
    help: str
    stop: str
    start: str
    unrecognised: str
    alternate: str | None = None


class SubscriptionList(Record, frozen=True, kw_only=True):
    """A list of numbers that consented (Vibes: subscription-list-api)."""

    id: str
    name: str


class AcquisitionCampaign(Record, frozen=True, kw_only=True):
    """The way onto a list: a keyword or an API call, then a yes (Vibes: acquisition-campaign-api)."""

    id: str
    list_id: str
    code: str
    description: str
    keywords: tuple[str, ...]
    double_opt_in: bool
    window: Duration
    yes: tuple[str, ...]
    yes_pattern: str | None = None
    confirmation: str
    welcome: str
    already: str


class Smpp(Record, frozen=True, kw_only=True):
    """How the account's SMPP binds are treated (Connect: set-up-specs; what is agreed by contract).

    `max_binds` counts each bind type apart; `per_second` is for one bind, 0 without bound; times
    are real milliseconds.
    """

    profile: Literal["vibes", "generic"] = "vibes"
    coding: Literal["ascii", "gsm", "standard"] = "ascii"
    mo_numbers: Literal["national", "e164"] = "national"
    unsupported: Literal["generic_nack", "response"] = "generic_nack"
    max_binds: int = 8
    per_second: int = 0
    window: int = 10
    payload_bytes: int = 1_500
    enquire_ms: int = 30_000
    inactive_ms: int = 150_000
    response_ms: int = 10_000


class Connect(Record, frozen=True, kw_only=True):
    """The account at Connect: where raw texts go, its version, its company, its throughput.

    Source: Connect: receiving-messages, version-31-features. No `mo_url` means nowhere by HTTP.
    """

    version: Literal["3.0", "3.1", "3.2"] = "3.2"
    company_id: str | None = None
    per_second: int = 0
    mo_url: str | None = None
    mo_user: str | None = None
    mo_password: str | None = None
    mo_via: Literal["http", "smpp", "both"] = "both"
    smpp: Smpp = Smpp()


class Settings(Record, frozen=True, kw_only=True):
    """Decisions where the sources are silent; docs/fidelity.md has a row for each."""

    stop_scope: Literal["code", "list", "company"] = "code"  # A8
    window_edge: Literal["exclusive", "inclusive"] = "exclusive"  # A6
    window_starts: Literal["accepted", "sent", "delivered"] = "accepted"  # A6
    repeat_participant: Literal["ignore", "resend", "extend"] = "ignore"
    no_sets_block: bool = True  # A9
    stop_sets_block: bool = False  # A9
    stop_blocks_sends: bool = True
    start: Literal["unblock", "resubscribe"] = "unblock"
    stop_reply_window: Duration = DAY
    person_search: Literal["array", "object"] = "array"
    magic_numbers: bool = True
    routing_ms: int = 20
    wrong_carrier: Literal["route", "refuse"] = "route"
    parts_window: Duration = Duration(600 * SECOND)
    price_micros: int = 7_500
    callback_timeout_ms: int = 2_000
    retry_every: Duration = Duration(300 * SECOND)
    retries: int = 5
    callback_queue_limit: int = 10_000
    downed_after: int = 3
    throttle: bool = False
    calls_per_second: int = 100
    events_per_second: int = 300
    downed_for: Duration = Duration(900 * SECOND)


class Account(Record, frozen=True, kw_only=True):
    """Everything an account starts from. It holds no password: the journal may be shown around.

    Source: Marketo: SMS glossary.
    """

    company_key: str
    username: str
    seed: int
    clock: ClockStart
    source_codes: tuple[SourceCode, ...]
    lists: tuple[SubscriptionList, ...]
    campaigns: tuple[AcquisitionCampaign, ...]
    custom_fields: tuple[str, ...]
    carriers: dict[str, CarrierProfile]
    connect: Connect
    settings: Settings
    personas: dict[str, Persona] = {}
    phones: tuple[tuple[str, int], ...] = ()
    faults: tuple[FaultRule, ...] = ()
    prices: Prices = Prices()

    def code(self, code: str) -> SourceCode | None:
        """The source code with that number, if the account has it."""
        return next((item for item in self.source_codes if item.code == code), None)

    def campaign(self, campaign_id: str) -> AcquisitionCampaign | None:
        """The acquisition campaign with that id, if any."""
        return next((item for item in self.campaigns if item.id == campaign_id), None)

    def profile(self, carrier: str) -> CarrierProfile:
        """The profile of a carrier, or the account's default."""
        return self.carriers.get(carrier) or self.carriers["default"]

    def persona(self, name: str) -> Persona:
        """A persona by name: the account's own, or a shipped one."""
        return self.personas.get(name) or personas.SHIPPED[name]
