"""Prices: money as decimal text, whole millionths inside, and never a float."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.domain.prices import CarrierPrices, Prices, in_units
from simulator.errors import BadSpec
from simulator.spec import read_account
from simulator.specs.prices import micros


def _prices(told: dict[str, Any]) -> Prices:
    return read_account({"prices": told}, key="x", now=0)[0].prices  # type: ignore[arg-type]


@given(st.integers(0, 10**15 - 1))
def test_an_amount_is_written_and_read_without_loss(amount: int) -> None:
    """Whatever number of millionths: its text is that amount, and has no digit too many."""
    text = in_units(amount)
    assert micros(text) == amount
    assert Decimal(text) * 1_000_000 == amount
    assert not ("." in text and text.endswith("0"))


def test_prices_are_of_segments_and_carriers_may_differ() -> None:
    """What a carrier does not say is as everywhere, and `0` is a price."""
    prices = _prices(
        {
            "segment": "0.0079",
            "received": 1,
            "carriers": {"104": {"segment": "0"}, "105": {"received": "0.5"}},
        }
    )
    assert prices == Prices(
        segment_micros=7_900,
        received_micros=1_000_000,
        carriers={
            "104": CarrierPrices(segment_micros=0),
            "105": CarrierPrices(received_micros=500_000),
        },
    )
    sent = [prices.of_sent(carrier) for carrier in ("102", "104", "105")]
    received = [prices.of_received(carrier) for carrier in ("102", "104", "105")]
    assert sent == [7_900, 0, 7_900]
    assert received == [1_000_000, 1_000_000, 500_000]


def test_an_account_without_prices_costs_nothing() -> None:
    """Both are 0."""
    account, _ = read_account({}, key="x", now=0)  # type: ignore[arg-type]
    assert (account.prices.of_sent("102"), account.prices.of_received("102")) == (0, 0)


@pytest.mark.parametrize(
    ("told", "path", "words"),
    [
        ({"segment": 0.0079}, ("prices", "segment"), 'with quotes, as "0.0079"'),
        ({"segment": "0.00000001"}, ("prices", "segment"), "six decimals at most"),
        ({"segment": "-1"}, ("prices", "segment"), '"-1" is no amount of money'),
        ({"received": "1e-3"}, ("prices", "received"), "no amount of money"),
        ({"received": "١"}, ("prices", "received"), "no amount of money"),
        ({"segment": True}, ("prices", "segment"), 'write a text, as "0.0079" or'),
        ({"segmnt": "1"}, ("prices", "segmnt"), 'did you mean "segment"?'),
        ({"carriers": {"999": {}}}, ("prices", "carriers"), 'no carrier "999"'),
        (
            {"carriers": {"104": {"recieved": "1"}}},
            ("prices", "carriers", "104", "recieved"),
            'did you mean "received"?',
        ),
    ],
)
def test_what_is_no_price_is_a_fault_with_the_mend(
    told: dict[str, Any], path: tuple[str, ...], words: str
) -> None:
    """A float above all: it is no exact amount."""
    with pytest.raises(BadSpec) as raised:
        _prices(told)
    ((where, text),) = raised.value.faults
    assert where == path
    assert words in text
