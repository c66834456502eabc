"""What an account is told at its birth: codes, lists, campaigns, carriers, and how it shall decide.

Every member of `Settings` answers a question that the sources leave open; the letter in its
comment is the row of docs/fidelity.md. Times are microseconds.
"""

from __future__ import annotations

from typing import Literal

from simulator.domain.instants import DAY, SECOND, Duration, Instant
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


class CarrierProfile(Record, frozen=True, kw_only=True):
    """How a carrier treats messages: delays in milliseconds [low, high], loss as hits out of `of`.

    Source: inferred.
    """

    carrier_ms: tuple[int, int] = (50, 2_000)
    handset_ms: tuple[int, int] = (1_000, 15_000)
    loss: tuple[int, int] = (0, 1)


class Connect(Record, frozen=True, kw_only=True):
    """Where raw inbound texts go (Connect: receiving-messages); no URL means nowhere."""

    mo_url: str | None = None
    mo_user: str | None = None
    mo_password: str | None = None


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

    def code(self, code: str) -> SourceCode | None:
        """The source code with that number, if the account has it."""
        return next((item for item in self.source_codes if item.code == code), None)

    def campaign(self, campaign_id: str) -> AcquisitionCampaign | None:
        """The acquisition campaign with that id, if any."""
        return next((item for item in self.campaigns if item.id == campaign_id), None)

    def profile(self, carrier: str) -> CarrierProfile:
        """The profile of a carrier, or the account's default."""
        return self.carriers.get(carrier) or self.carriers["default"]
