"""What messages cost: whole millionths of a unit of currency, so that sums are exact."""

from __future__ import annotations

from simulator.domain.record import Record

UNIT = 1_000_000
"""How many millionths one unit of currency has."""


class CarrierPrices(Record, frozen=True, kw_only=True):
    """What one carrier takes for a segment, where it is another price (docs/fidelity: ours)."""

    segment_micros: int | None = None
    received_micros: int | None = None


class Prices(Record, frozen=True, kw_only=True):
    """What a segment costs that is sent, and one that is received (docs/fidelity: ours)."""

    segment_micros: int = 0
    received_micros: int = 0
    carriers: dict[str, CarrierPrices] = {}

    def of_sent(self, carrier: str) -> int:
        """A segment to a phone of that carrier."""
        own = self.carriers.get(carrier)
        told = own.segment_micros if own is not None else None
        return self.segment_micros if told is None else told

    def of_received(self, carrier: str) -> int:
        """A segment from a phone of that carrier."""
        own = self.carriers.get(carrier)
        told = own.received_micros if own is not None else None
        return self.received_micros if told is None else told


def in_units(micros: int) -> str:
    """`0.0079`, `12.5`, `0`: as few digits as it takes, never rounded (docs/fidelity: ours)."""
    whole, rest = divmod(micros, UNIT)
    return f"{whole}.{rest:06d}".rstrip("0") if rest else str(whole)
