"""The bench runs, counts every answer, and its page says what its numbers do. No time is judged here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from tests.bench import __main__ as command
from tests.bench import drawing, machine, report
from tests.bench.flood import flood, is_whole
from tests.bench.results import (
    BenchError,
    Figure,
    Growth,
    Missing,
    Result,
    Target,
    at_least,
    at_most,
    line,
)
from tests.bench.runner import MEASUREMENTS, chosen, measured
from tests.bench.sizes import TINY
from tests.bench.smpp_flood import orders, submit_all

DOCS = Path(__file__).parents[2] / "docs"
ASKED = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
KEPT = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
ENDED = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
PIECES = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
WRONG = b"HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy"


class Answering:
    """A server that says what it is told, in two pieces, and counts what it was asked."""

    def __init__(self, answers: list[bytes], *, ends: bool) -> None:
        self.asked = 0
        self.connections = 0
        self.url = ""
        self.serving: list[tuple[asyncio.Task[None], asyncio.StreamWriter]] = []
        self._answers = answers
        self._ends = ends

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self.serving.append((task, writer))
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                answer = self._answers[self.asked % len(self._answers)]
                self.asked += 1
                writer.write(answer[:20])
                await writer.drain()
                await asyncio.sleep(0)
                writer.write(answer[20:])
                if self._ends:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()


@asynccontextmanager
async def answering(*answers: bytes, ends: bool = False) -> AsyncIterator[Answering]:
    stub = Answering(list(answers), ends=ends)
    server = await asyncio.start_server(stub.serve, "127.0.0.1", 0)
    stub.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield stub
    server.close()
    for task, writer in stub.serving:
        writer.transport.abort()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("name", sorted(set(MEASUREMENTS) - {"others"}))
async def test_every_measurement_runs(name: str, tmp_path: Path) -> None:
    """With tiny counts each gives figures of its work, all above nothing, and leaves no file."""
    told = [
        item async for _, items in measured(chosen([name]), 1, TINY, tmp_path) for item in items
    ]

    assert not [item for item in told if isinstance(item, Missing)]
    assert told
    for item in told:
        assert not isinstance(item, Missing)
        values = item.rounds if isinstance(item, Figure) else item.costs
        assert all(value > 0 for value in values), line(item)
    assert list(tmp_path.iterdir()) == []


async def test_what_goes_wrong_is_told_and_ends_nothing(tmp_path: Path) -> None:
    """A measurement that fails is a line of its own, and the next one is measured."""

    async def wrong(_plan: object) -> list[Figure]:
        raise BenchError("an answer was 503")

    async def right(_plan: object) -> list[Figure]:
        return [_figure((1.0,))]

    told = [item async for item in measured({"a": wrong, "b": right}, 1, TINY, tmp_path)]

    because = "it went wrong: an answer was 503"
    assert told == [("a", [Missing(name="a", because=because)]), ("b", [_figure((1.0,))])]


@pytest.mark.parametrize(
    ("answer", "ends", "connections"), [(KEPT, False, 4), (PIECES, False, 4), (ENDED, True, 50)]
)
async def test_the_load_asks_everything_once(answer: bytes, ends: bool, connections: int) -> None:
    """Every request has its answer, whole or in chunks; a connection is new only where one ended."""
    async with answering(answer, ends=ends) as stub:
        told = await flood(stub.url, [ASKED] * 50, 200, 4)

    assert (told.answers, len(told.waits_ms), stub.asked) == (50, 50, 50)
    assert stub.connections == connections


@pytest.mark.parametrize("answer", [KEPT, PIECES])
def test_an_answer_is_whole_with_its_last_octet(answer: bytes) -> None:
    """By its length or by its last chunk; one octet less is not yet an answer."""
    start = answer.index(b"\r\n\r\n") + 4
    head = answer[: start - 4].lower()
    whole = [is_whole(head, answer[:end], start) for end in range(start, len(answer) + 1)]
    assert whole == [False] * (len(answer) - start) + [True]


async def test_a_wrong_status_ends_the_load() -> None:
    """One 503 among many answers is an error with its words, not a fast answer."""
    async with answering(*[KEPT] * 30, WRONG) as stub:
        with pytest.raises(BenchError, match=r"503 Busy.*busy"):
            await flood(stub.url, [ASKED] * 50, 200, 4)


async def test_a_connection_that_ends_unsaid_ends_the_load() -> None:
    """A server that goes away is no answer."""
    async with answering(KEPT, ends=True) as stub:
        with pytest.raises(BenchError, match="ended before an answer"):
            await flood(stub.url, [ASKED] * 50, 200, 4)


async def test_nobody_listening_is_told() -> None:
    """A server that is not there is an error of the bench, over HTTP and SMPP."""
    with pytest.raises(BenchError, match="nobody listens"):
        await flood("http://127.0.0.1:1", [ASKED], 200, 1)
    with pytest.raises(OSError, match="1"):
        await submit_all(1, "bench", orders(["+13122000000"]))


def test_a_ratio_is_the_median_of_the_rounds_ratios() -> None:
    """A machine that is half as fast for a while, or one odd round, changes nothing."""
    figure = _figure((12.0, 6.0, 5.0, 600.0, 6.0), (20.0, 10.0, 10.0, 10.0, 10.0), at_least(0.5))
    assert (figure.value, figure.ratio, figure.met) == (6.0, 0.6, True)
    assert _figure((10.0,), (40.0,), at_least(0.5)).met is False


@pytest.mark.parametrize(
    ("target", "value", "met"),
    [
        (at_most(2.0), 2.0, True),
        (at_most(2.0), 2.1, False),
        (at_least(40.0, "value"), 39.0, False),
        (at_most(4.0, "ratio"), 3.0, True),
    ],
)
def test_a_target_says_whether_it_is_met(target: Target, value: float, met: bool) -> None:
    """At least or at most, of the value or of the ratio; without a yardstick there is no ratio."""
    assert _figure((value,), (1.0,), target).met is met
    if target.of == "ratio":
        with pytest.raises(BenchError, match="needs a yardstick"):
            _ = _figure((value,), (), target).met


def test_the_page_has_the_numbers_of_the_json() -> None:
    """docs/performance.md and its drawings are what docs/performance.json leads to."""
    kept = report.read(DOCS / "performance.json")
    page = (DOCS / "performance.md").read_text(encoding="utf-8")

    assert report.filled(page, report.tables(kept)) == page
    for name, lines in report.by_unit(kept.growth).items():
        path = DOCS / "pictures" / f"performance-{name}.svg"
        assert drawing.draw(lines) == path.read_text(encoding="utf-8")
    for item in kept.figures:
        told = item.figure
        assert (item.value, item.ratio, item.met) == (told.value, told.ratio, told.met)


def test_a_report_is_written_and_read_again(tmp_path: Path) -> None:
    """What was measured, what was not and why, and words of the page that are somebody's own."""
    results: list[Result] = [
        _figure((12.0,), (20.0,), at_least(0.5)),
        Missing(name="prism", because="there is no npm to install it with"),
        Growth(name="g", work="add one", unit="µs", sizes=(10, 100), costs=(10.0, 100.0)),
    ]
    where = msgspec.structs.replace(machine.describe(), load=1.4)
    made = report.make(where, "small", 3, 1.0, 0.12, results)
    (tmp_path / "performance.md").write_text(f"# Mine\n{report.BEGINS}old{report.ENDS}\nkept\n")

    report.write(made, tmp_path)

    assert report.read(tmp_path / "performance.json") == made
    page = (tmp_path / "performance.md").read_text(encoding="utf-8")
    assert page.startswith("# Mine\n")
    assert page.endswith("\nkept\n")
    row = "| work | 12 calls/s | bare: 20 | 0.6 | ≥ 0.5 |"
    assert f"{row} not judged |" in page
    assert f"{row} yes |" in report.tables(msgspec.structs.replace(made, scale="full"))
    assert "- prism: not measured, there is no npm to install it with." in page
    assert "The scale is small" in page
    assert "busy with other work (load 1.4 at the start)" in page
    assert "gave 12% of the machine to others" in page
    quiet = msgspec.structs.replace(made, stolen=0.04)
    assert "to others" not in report.tables(quiet)
    assert "old" not in page
    drawn = (tmp_path / "pictures" / "performance-cost.svg").read_text(encoding="utf-8")
    assert '<polyline points="80.0,290.0 670.0,20.0"' in drawn


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--only", "smtp"], "there is no measurement smtp; there are participants, submits"),
        (["--rounds", "0"], "--rounds is 0; it may be 1 to 50"),
    ],
)
def test_a_wrong_call_is_told(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 2, and what would do."""
    assert command.main(arguments) == 2
    assert words in capsys.readouterr().err


def _figure(
    rounds: tuple[float, ...], against: tuple[float, ...] = (), target: Target | None = None
) -> Figure:
    return Figure(
        name="work",
        work="work",
        unit="calls/s",
        rounds=rounds,
        yardstick="bare",
        against=against,
        target=target,
    )
