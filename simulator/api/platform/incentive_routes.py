"""The incentive operations and what each declares (Vibes: incentive-api)."""

from __future__ import annotations

from simulator.api.platform import incentives
from simulator.api.platform.operation import Operation
from simulator.wire.incentive_shapes import (
    IncentiveCode,
    IncentivePool,
    IncentivePoolRequest,
    Issuance,
    IssuanceRequest,
    RedemptionRequest,
)

_POOLS = "incentives/pools"
_POOL = f"{_POOLS}/{{incentive_pool_id}}"
_CODE = "incentives/codes/{incentive_code}"

OPERATIONS: tuple[Operation, ...] = (
    Operation("GET", _POOLS, incentives.pools, "The incentive pools", {200: list[IncentivePool]}),
    Operation(
        "POST",
        _POOLS,
        incentives.create,
        "Make an incentive pool; it is empty until codes are added",
        {200: IncentivePool},
        takes=IncentivePoolRequest,
    ),
    Operation("GET", _POOL, incentives.pool, "One incentive pool", {200: IncentivePool}),
    Operation(
        "PUT",
        _POOL,
        incentives.update,
        "Change an incentive pool; one that holds codes keeps its distribution",
        {200: IncentivePool},
        refuses=(422,),
        takes=IncentivePoolRequest,
    ),
    Operation(
        "POST",
        f"{_POOLS}/{{issuance_pool_id}}/issuances",
        incentives.issue,
        "Issue a code of a pool: the one asked for, or the next",
        {200: Issuance},
        refuses=(422,),
        takes=IssuanceRequest,
    ),
    Operation(
        "GET",
        _CODE,
        incentives.code,
        "An incentive code, and how often it was issued and redeemed",
        {200: IncentiveCode},
    ),
    Operation(
        "GET",
        f"{_CODE}/issuances",
        incentives.issuances,
        "Every issuance of a code, oldest first",
        {200: list[Issuance]},
    ),
    Operation(
        "GET",
        f"{_CODE}/redemptions",
        incentives.redemptions,
        "Every redemption of a code, oldest first",
        {200: list[Issuance]},
    ),
    Operation(
        "POST",
        f"{_CODE}/redemptions",
        incentives.redeem,
        "Redeem a code; the redemption stands in an array of one",
        {200: list[Issuance]},
        refuses=(422,),
        takes=RedemptionRequest,
    ),
)
"""The incentive operations, in the order in which they are matched."""
