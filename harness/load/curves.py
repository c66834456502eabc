"""Curves over the time of a run as an SVG: a panel for each figure, one below the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

WIDTH, PANEL = 720, 200
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 34, 30
STEPS = 4
COLOURS = ("#0b6e99", "#b5460f", "#4f7a28")


class Curve(NamedTuple):
    """A figure as it went: seconds since the run began, and values of 0 and above."""

    title: str
    unit: str
    points: Sequence[tuple[float, float]]


def draw(curves: Sequence[Curve], judged: tuple[float, float]) -> str:
    """The drawing; the seconds that were judged have a ground of their own."""
    end = max([judged[1], *(at for curve in curves for at, _ in curve.points)])
    height = PANEL * len(curves)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'font-family="sans-serif" font-size="13" role="img">'
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        f"<title>{escape(', '.join(curve.title for curve in curves))} over the run</title>",
    ]
    for index, curve in enumerate(curves):
        panel = _panel(curve, COLOURS[index % len(COLOURS)], judged, end)
        parts += [f'<g transform="translate(0 {PANEL * index})">', *panel, "</g>"]
    return "\n".join([*parts, "</svg>\n"])


def _panel(curve: Curve, colour: str, judged: tuple[float, float], end: float) -> list[str]:
    top = _round_up(max([1.0, *(value for _, value in curve.points)]))
    floor = PANEL - BOTTOM
    left, right = (_place(at, end) for at in judged)
    rows = [(top * step / STEPS, _height(step / STEPS)) for step in range(STEPS + 1)]
    path = " ".join(f"{_place(at, end)},{_height(value / top)}" for at, value in curve.points)
    return [
        f'<rect x="{left}" y="{TOP}" width="{round(right - left, 1)}" height="{floor - TOP}" '
        'fill="#f3f6f8"/>',
        f'<text x="{LEFT}" y="{TOP - 12}">{escape(curve.title)}, {escape(curve.unit)}</text>',
        *(
            f'<path d="M{LEFT} {y}H{WIDTH - RIGHT}" stroke="#ddd"/>'
            f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{value:g}</text>'
            for value, y in rows
        ),
        *(
            f'<text x="{_place(at, end)}" y="{floor + 18}" text-anchor="middle">{at:.0f} s</text>'
            for at in (0.0, *judged)
        ),
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>',
    ]


def _place(at: float, end: float) -> float:
    return round(LEFT + (WIDTH - RIGHT - LEFT) * at / end, 1)


def _height(share: float) -> float:
    return round(PANEL - BOTTOM - share * (PANEL - BOTTOM - TOP), 1)


def _round_up(value: float) -> float:
    """The next of 1, 2, 4, 6, 8 and 10, times a power of ten, so that quarters are short numbers."""
    power = 1.0
    while 10 * power < value:
        power *= 10
    return next(step * power for step in (1, 2, 4, 6, 8, 10) if step * power >= value)
