"""Prices as people write them: money as a decimal text, for it is never a float."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from simulator.documents import Form, Spec, rather
from simulator.domain.carriers import NAMES
from simulator.domain.prices import UNIT, CarrierPrices, Prices
from simulator.specs.values import Id

_MONEY = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")


def _as_money(value: object) -> object:
    """A whole number is exact and may stand bare; a fraction may not. Raises ValueError."""
    if isinstance(value, float):
        raise ValueError('money is written with quotes, as "0.0079"')
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _money_text(value: str) -> str:
    micros(value)
    return value


def micros(text: str) -> int:
    """`"0.0079"` as 7900 millionths. Raises ValueError."""
    if not _MONEY.fullmatch(text):
        raise ValueError(f'"{text}" is no amount of money; write "0.0079", six decimals at most')
    return int(Decimal(text) * UNIT)


MoneyText = Annotated[
    str,
    BeforeValidator(_as_money, json_schema_input_type=str | int),
    AfterValidator(_money_text),
    Form(_MONEY.pattern.join("^$"), ("0.0079", "12.50")),
]
"""An amount of money in units of currency, to a millionth."""


class CarrierPricesSpec(Spec):
    """What differs at one carrier."""

    segment: MoneyText | None = None
    """A segment of a message that it took."""
    received: MoneyText | None = None
    """A segment of a text from a phone."""


def _known_carriers(value: dict[str, CarrierPricesSpec]) -> dict[str, CarrierPricesSpec]:
    for code in value:
        if code not in NAMES:
            raise ValueError(f'no carrier "{code}"{rather(code, list(NAMES))}')
    return value


class PricesSpec(Spec):
    """What messages cost."""

    segment: MoneyText = "0"
    """A segment of a message that its carrier took."""
    received: MoneyText = "0"
    """A segment of a text from a phone."""
    carriers: Annotated[dict[Id, CarrierPricesSpec], AfterValidator(_known_carriers)] = {}
    """Carriers by code, with what differs there."""


def prices_of(spec: PricesSpec) -> Prices:
    """The domain's form."""
    return Prices(
        segment_micros=micros(spec.segment),
        received_micros=micros(spec.received),
        carriers={
            code: CarrierPrices(
                segment_micros=_told(item.segment), received_micros=_told(item.received)
            )
            for code, item in spec.carriers.items()
        },
    )


def _told(text: str | None) -> int | None:
    return None if text is None else micros(text)
