"""The history of the metrics as a CSV file, and as a page with a chart for each."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

WIDTH, HEIGHT = 720, 180


class Point(NamedTuple):
    """What was measured of a metric until a moment of the run; seconds and milliseconds."""

    metric: str
    at_s: float
    measured: int
    p50_ms: int
    p95_ms: int


def write(prefix: str, points: Sequence[Point]) -> None:
    """PREFIX_metrics.csv and PREFIX_metrics.html."""
    with Path(f"{prefix}_metrics.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([Point._fields, *points])
    Path(f"{prefix}_metrics.html").write_text(page(points), encoding="utf-8")


def page(points: Sequence[Point]) -> str:
    """The page: median (light) and 95th percentile (dark) over the run."""
    names = dict.fromkeys(point.metric for point in points)
    charts = "".join(_chart(name, [p for p in points if p.metric == name]) for name in names)
    return (
        '<!doctype html><meta charset="utf-8"><title>Load: metrics</title>'
        "<style>body{font:14px system-ui;margin:2em}path{fill:none;stroke-width:2}"
        "svg{border:1px solid #ccc}.p50{stroke:#8ab4f8}.p95{stroke:#174ea6}</style>"
        f"<h1>Metrics</h1>{charts or '<p>Nothing was measured.</p>'}"
    )


def _chart(name: str, points: Sequence[Point]) -> str:
    last, most = max(p.at_s for p in points) or 1.0, max(p.p95_ms for p in points) or 1
    lines = "".join(
        f'<path class="{mark}" d="{_line([(p.at_s, value) for p, value in found], last, most)}"/>'
        for mark, found in (
            ("p50", [(p, p.p50_ms) for p in points]),
            ("p95", [(p, p.p95_ms) for p in points]),
        )
    )
    count = sum(p.measured for p in points)
    told = f"{count} measured; the top is {most} ms, the right end {last:g} s"
    svg = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">{lines}</svg>'
    return f"<h2>{escape(name)}</h2><p>{told}</p>{svg}"


def _line(values: Sequence[tuple[float, float]], last: float, most: float) -> str:
    places = (
        f"{WIDTH * at / last:.1f} {HEIGHT - (HEIGHT - 4) * value / most:.1f}"
        for at, value in values
    )
    return "M" + "L".join(places)
