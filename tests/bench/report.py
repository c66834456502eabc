"""What is kept of a run: its raw numbers as JSON, and the page that shows them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median

import msgspec

from tests.bench import drawing
from tests.bench.machine import Machine
from tests.bench.results import Figure, Growth, Missing, Result, bound, number

BEGINS = "<!-- what make bench measured begins here -->"
ENDS = "<!-- and ends here -->"


BUSY = 0.7
"""The load average before a run from which on it was not alone on the machine."""
STOLEN = 0.05
"""The share of a machine that its host gives to others from which on figures are its own."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A figure as it is kept: raw rounds, and what follows from them."""

    figure: Figure
    value: float
    ratio: float | None
    met: bool | None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One run on one machine. Only by one whose `scale` is `full` can the targets be judged.

    `stolen` is the share of the machine that its host gave to others meanwhile, None where it was not read.
    """

    machine: Machine
    scale: str
    rounds: int
    seconds: float
    figures: tuple[Kept, ...]
    missing: tuple[Missing, ...]
    growth: tuple[Growth, ...]
    stolen: float | None = None


def make(
    machine: Machine,
    scale: str,
    rounds: int,
    seconds: float,
    stolen: float | None,
    results: Sequence[Result],
) -> Report:
    """The report of these results."""
    return Report(
        machine=machine,
        scale=scale,
        rounds=rounds,
        seconds=round(seconds, 1),
        stolen=None if stolen is None else round(stolen, 4),
        figures=tuple(
            Kept(figure=item, value=item.value, ratio=item.ratio, met=item.met)
            for item in results
            if isinstance(item, Figure)
        ),
        missing=tuple(item for item in results if isinstance(item, Missing)),
        growth=tuple(item for item in results if isinstance(item, Growth)),
    )


def write(report: Report, folder: Path) -> list[Path]:
    """`performance.json`, the part of `performance.md` between its marks, and the drawings."""
    raw, page, pictures = (
        folder / "performance.json",
        folder / "performance.md",
        folder / "pictures",
    )
    raw.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n")
    before = page.read_text(encoding="utf-8") if page.exists() else f"{BEGINS}\n{ENDS}\n"
    page.write_text(filled(before, tables(report)), encoding="utf-8")
    pictures.mkdir(exist_ok=True)
    drawn = [raw, page]
    for name, lines in by_unit(report.growth).items():
        path = pictures / f"performance-{name}.svg"
        path.write_text(drawing.draw(lines), encoding="utf-8")
        drawn.append(path)
    return drawn


def read(path: Path) -> Report:
    """A report that was kept."""
    return msgspec.json.decode(path.read_bytes(), type=Report)


def filled(page: str, told: str) -> str:
    """The page with other tables between its marks."""
    before, _, rest = page.partition(BEGINS)
    _, _, after = rest.partition(ENDS)
    return f"{before}{BEGINS}\n{told}{ENDS}{after}"


def tables(report: Report) -> str:
    """The machine, the figures, what is missing, and the growth, in Markdown."""
    where = report.machine
    libraries = ", ".join(f"{name} {told}" for name, told in where.libraries.items())
    cores = "the server on one core, the load on the other" if where.pinned else "cores not pinned"
    rows = [
        f"\n{where.date}, {report.scale} scale, {report.rounds} rounds, {report.seconds:.0f} s in all, on "
        f"{where.cores} cores of {where.cpu} ({cores}), {where.memory_gib} GiB, {where.system}, Python "
        f"{where.python}, {libraries}.\n",
    ]
    if report.scale != "full":
        rows.append(
            "**The scale is small: the figures show that the bench runs, "
            "and no target is judged by them.**\n"
        )
    if where.load > BUSY:
        rows.append(
            f"**The machine was busy with other work (load {where.load:.1f} at the start): "
            "the figures are not to be trusted.**\n"
        )
    if report.stolen is not None and report.stolen > STOLEN:
        rows.append(
            f"**The host gave {report.stolen:.0%} of the machine to others meanwhile: "
            "the figures are not to be trusted.**\n"
        )
    rows += [
        "| work | measured | yardstick | ratio | target | met |",
        "|---|---|---|---|---|---|",
        *(_row(item, judged=report.scale == "full") for item in report.figures),
        "",
    ]
    rows += [f"- {item.name}: not measured, {item.because}." for item in report.missing]
    if report.missing:
        rows.append("")
    if report.growth:
        rows += _growth_rows(report.growth)
    return "\n".join(rows) + "\n"


def _row(kept: Kept, *, judged: bool) -> str:
    item = kept.figure
    yardstick = ratio = target = met = ""
    if item.against:
        yardstick = f"{item.yardstick}: {number(median(item.against))}"
        ratio = number(kept.ratio or 0.0)
    if item.target is not None:
        of = "" if item.target.of == "ratio" else f" {item.unit}"
        target = f"{bound(item.target)}{of}"
        met = ("yes" if kept.met else "**no**") if judged else "not judged"
    measured = f"{number(kept.value)} {item.unit}"
    return f"| {item.work} | {measured} | {yardstick} | {ratio} | {target} | {met} |"


def _growth_rows(growth: Sequence[Growth]) -> list[str]:
    sizes = growth[0].sizes
    return [
        f"| what it costs among so many | {' | '.join(f'{size:,}' for size in sizes)} |",
        f"|---|{'---|' * len(sizes)}",
        *(
            f"| {item.work}, {item.unit} | {' | '.join(map(number, item.costs))} |"
            for item in growth
        ),
        "",
        *(
            f"![{name} by how many there are](pictures/performance-{name}.svg)\n"
            for name in by_unit(growth)
        ),
    ]


def by_unit(growth: Sequence[Growth]) -> dict[str, list[Growth]]:
    """The lines of each drawing, by its name."""
    named = {"MiB": "memory"}
    found: dict[str, list[Growth]] = {}
    for item in growth:
        found.setdefault(named.get(item.unit, "cost"), []).append(item)
    return found
