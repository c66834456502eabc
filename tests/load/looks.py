"""Samples, windows and figures of a run that nobody has to wait for."""

from __future__ import annotations

from collections.abc import Mapping

from harness.load.flatness import Figures, Span
from harness.load.gauges import Gauges
from harness.load.watching import Sample
from harness.load.windows import Window

SPAN = Span(start=100.0, end=200.0)


def sample(at: float, rss: float = 80.0, callbacks: int = 10) -> Sample:
    """Until 150 the host takes nothing, for ten seconds then half of the machine, and then a tenth.

    The same work takes 1 ms, at 150 it takes 3, and from 170 on 2.
    """
    return Sample(
        at=at,
        rss_mib=rss,
        pss_mib=None,
        anonymous_mib=None,
        cpu_s=at / 2,
        stolen_s=(at > 150) * 5.0 + max(at - 160, 0) / 10,
        work_ms=3.0 if at == 150 else 1.0 if at < 170 else 2.0,
        waits=Gauges(callbacks, 0, 0, 0, 0),
    )


def window(at: float, p95: int = 20, requests: int = 1_000, **more: Mapping[str, int]) -> Window:
    return Window(
        at=at,
        seconds=10.0,
        requests=requests,
        failures=0,
        p50_ms=1,
        p95_ms=p95,
        p99_ms=99,
        turns=dict(more.get("turns", {})),
        users=dict(more.get("users", {})),
        unanswered=int(at) % 7,
        locust_cpu_s=at / 4,
    )


TURNS, USERS = {"SendUser": 57, "WebFormUser": 18}, {"SendUser": 3, "WebFormUser": 2}
ENDS = [float(at) for at in range(90, 230, 10)]
"""Of these, ten are in the judged span: the first two and the last two are held together."""


def figures(
    memory: tuple[float, float] = (80.0, 80.0),
    p95: tuple[float, float] = (20.0, 20.0),
    callbacks: tuple[float, float] | None = (10.0, 10.0),
    unanswered: tuple[float, float] = (3.0, 4.0),
    rate: float = 100.0,
    begun: float = 1.0,
    most: tuple[float, float, float] = (0.0, 0.0, 0.0),
    work_most: float = 0.5,
) -> Figures:
    """`most`: of the 95th percentile, callbacks and unanswered turns, in the worst tenth."""
    return Figures(
        requests_per_second=rate,
        aimed_per_second=100.0,
        begun=begun,
        memory_mib=memory,
        memory_mib_per_hour=450.0,
        p95_ms=p95,
        p95_most_ms=most[0],
        callbacks_open=callbacks,
        callbacks_most=None if callbacks is None else most[1],
        unanswered=unanswered,
        unanswered_most=most[2],
        cpu_share=0.5,
        locust_cpu_share=0.25,
        stolen_share=0.1,
        stolen_most=0.5,
        work_ms=(0.5, 0.5),
        work_most_ms=work_most,
    )
