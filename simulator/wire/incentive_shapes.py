"""The shapes of the incentive operations, for the JSON on the wire and its OpenAPI document.

What is answered is a Shape, whole to its last member; what is taken is a Request, and what it does
not name is ignored. Source: Vibes incentive-api.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from simulator.wire.request_shapes import Request
from simulator.wire.shapes import Path, Shape, Time

LONGEST_TEXT = 255
"""Characters of a name, an address, an id or a reference (inferred)."""

LONGEST_CODE = 255
"""The most a pool's `max_characters` may be (inferred)."""

HIGHEST_THRESHOLD = 2**31 - 1
"""The most a `low_threshold` may be (inferred)."""

Method = Literal["unique", "multi"]
Text = Annotated[str, Meta(min_length=1, max_length=LONGEST_TEXT)]
Count = Annotated[int, Meta(ge=0)]


class PoolCodes(Shape, frozen=True, kw_only=True):
    """What a pool holds; Vibes' page writes `max_charachters`, so both spellings are there.

    Source: Vibes: incentive-api.
    """

    total: Count
    issued: Count
    remaining: Count
    low_threshold: Count
    max_charachters: Count
    max_characters: Count


class Distribution(Shape, frozen=True, kw_only=True):
    """How a pool gives its codes (Vibes: incentive-api)."""

    method: Method


class IncentivePool(Shape, frozen=True, kw_only=True):
    """A pool of codes (Vibes: incentive-api)."""

    id: int
    name: str
    issuance_allowed: bool
    redemption_allowed: bool
    incentive_codes: PoolCodes
    distribution: Distribution
    notification_email_address: str
    created_at: Time
    updated_at: Time
    url: Path


class Tally(Shape, frozen=True, kw_only=True):
    """How often, and by how many different issuees (Vibes: incentive-api)."""

    total: Count
    unique: Count


class IncentiveCode(Shape, frozen=True, kw_only=True):
    """A code and how often it was given and used (Vibes: incentive-api)."""

    code: str
    active: bool
    issuances: Tally
    redemptions: Tally
    created_at: Time
    updated_at: Time
    url: Path


class CodeReference(Shape, frozen=True, kw_only=True):
    """A code, by its address (Vibes: incentive-api)."""

    code: str
    url: Path


class PoolReference(Shape, frozen=True, kw_only=True):
    """A pool, by its address (Vibes: incentive-api)."""

    id: int
    url: Path


class Issuance(Shape, frozen=True, kw_only=True):
    """A code given; a redemption has the same shape (Vibes: incentive-api)."""

    id: int
    external_issuee_id: str | None
    issuee_id: str
    referring_application: str | None
    referring_application_ref_id: str | None
    incentive_code: CodeReference
    incentive_pool: PoolReference
    created_at: Time
    updated_at: Time


class PoolCodesRequest(Request, frozen=True, kw_only=True):
    """What a pool shall hold (Vibes: incentive-api)."""

    low_threshold: Annotated[int, Meta(ge=0, le=HIGHEST_THRESHOLD)]
    max_characters: Annotated[int, Meta(ge=1, le=LONGEST_CODE)]


class DistributionRequest(Request, frozen=True, kw_only=True):
    """How a pool shall give its codes; `unique` where a new one does not say (Vibes: incentive-api)."""

    method: Method | UnsetType | None = UNSET


class IncentivePoolRequest(Request, frozen=True, kw_only=True):
    """A pool as it shall be (Vibes: incentive-api)."""

    name: Text
    issuance_allowed: bool
    redemption_allowed: bool
    incentive_codes: PoolCodesRequest
    distribution: DistributionRequest
    notification_email_address: Text


class RedemptionRequest(Request, frozen=True, kw_only=True):
    """Who uses a code, if anybody is named (Vibes: incentive-api)."""

    external_issuee_id: Text | UnsetType | None = UNSET
    issuee_id: Text | UnsetType | None = UNSET
    referring_application: Text | UnsetType | None = UNSET
    referring_application_ref_id: Text | UnsetType | None = UNSET


class IssuanceRequest(Request, frozen=True, kw_only=True):
    """Who shall be given a code, and which one, if it matters (Vibes: incentive-api)."""

    external_issuee_id: Text | UnsetType | None = UNSET
    code: Text | UnsetType | None = UNSET
    referring_application: Text | UnsetType | None = UNSET
    referring_application_ref_id: Text | UnsetType | None = UNSET
