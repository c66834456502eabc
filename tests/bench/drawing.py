"""Lines of growth as an SVG: both axes in powers of ten, a colour and a mark for each line."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10
from typing import NamedTuple
from xml.sax.saxutils import escape

from tests.bench.results import Growth, number

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 80, 50, 20, 110
COLOURS = ("#0b6e99", "#b5460f", "#4f7a28", "#7d3c98")

HEAD = (
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
    f'font-family="sans-serif" font-size="13" role="img">'
    f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
)


class _Axis(NamedTuple):
    """From 10 to the power of `low` at `start` to 10 to the power of `high` at `end`."""

    low: int
    high: int
    start: float
    end: float

    def place(self, value: float) -> float:
        """Where a value is."""
        share = (log10(value) - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)

    def powers(self) -> list[float]:
        """The powers of ten on it."""
        return [10.0**power for power in range(self.low, self.high + 1)]


def draw(lines: Sequence[Growth]) -> str:
    """The drawing of lines of one unit. Values are above 0."""
    across = _axis([size for one in lines for size in one.sizes], LEFT, WIDTH - RIGHT)
    up = _axis([cost for one in lines for cost in one.costs], HEIGHT - BOTTOM, TOP)
    parts = [HEAD, f"<title>{escape(lines[0].unit)} by how many there are</title>"]
    parts += [_across(value, across.place(value)) for value in across.powers()]
    parts += [_up(value, up.place(value), lines[0].unit) for value in up.powers()]
    for index, one in enumerate(lines):
        parts += _line(one, COLOURS[index % len(COLOURS)], across, up, index)
    return "\n".join([*parts, "</svg>\n"])


def _axis(values: Sequence[float], start: float, end: float) -> _Axis:
    low, high = floor(log10(min(values))), ceil(log10(max(values)))
    return _Axis(low, max(high, low + 1), start, end)


def _across(value: float, x: float) -> str:
    return (
        f'<path d="M{x} {TOP}V{HEIGHT - BOTTOM}" stroke="#ddd"/>'
        f'<text x="{x}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{value:,.0f}</text>'
    )


def _up(value: float, y: float, unit: str) -> str:
    return (
        f'<path d="M{LEFT} {y}H{WIDTH - RIGHT}" stroke="#ddd"/>'
        f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{number(value)} {escape(unit)}</text>'
    )


def _line(one: Growth, colour: str, across: _Axis, up: _Axis, index: int) -> list[str]:
    points = [
        (across.place(size), up.place(cost))
        for size, cost in zip(one.sizes, one.costs, strict=True)
    ]
    path = " ".join(f"{x},{y}" for x, y in points)
    y = HEIGHT - BOTTOM + 44 + 20 * index
    return [
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>',
        *(f'<circle cx="{x}" cy="{y}" r="4" fill="{colour}"/>' for x, y in points),
        f'<circle cx="{LEFT + 4}" cy="{y - 4}" r="4" fill="{colour}"/>',
        f'<text x="{LEFT + 16}" y="{y}">{escape(one.work)}</text>',
    ]
