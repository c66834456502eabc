"""The metrics as Prometheus reads them, by prometheus-client; loaded when somebody first scrapes.

A collector makes the families from what was counted and from what there is now: nothing is kept twice,
and whoever is never scraped pays for no library.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate, takewhile
from typing import TypeVar

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from simulator import __version__
from simulator.observing.counts import STATUSES, Counts, Spread
from simulator.runtime.accounts import Accounts
from simulator.runtime.universe import Universe

Names = TypeVar("Names", bound=tuple[str, ...])
"""The values of a family's labels, in their order."""


def registry_of(counts: Counts, accounts: Accounts) -> CollectorRegistry:
    """The registry of one simulator, with its process's own collectors."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Families(counts, accounts))
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    return registry


def written(registry: CollectorRegistry, accept: str) -> tuple[bytes, str]:
    """The text, and its content type: OpenMetrics for who asks for it, else Prometheus's own."""
    encode, kind = choose_encoder(accept)
    return encode(registry), kind


class _Families(Collector):
    """Makes every family of `smsim_...`."""

    def __init__(self, counts: Counts, accounts: Accounts) -> None:
        self._counts = counts
        self._accounts = accounts

    def collect(self) -> Iterator[Metric]:
        """Every family, those of the accounts as they are at this moment."""
        build = GaugeMetricFamily("smsim_build_info", "The version that runs", labels=["version"])
        build.add_metric([__version__], 1)
        yield build
        yield from self._http()
        yield from self._counted()
        yield from self._callbacks()
        yield from self._commits()
        yield from _of_accounts(self._accounts.all())

    def _http(self) -> Iterator[Metric]:
        asked = CounterMetricFamily(
            "smsim_http_requests",
            "Requests answered, by class of status",
            labels=["surface", "operation", "status"],
        )
        took = HistogramMetricFamily(
            "smsim_http_request_seconds",
            "Real time to the answer; live streams are left out",
            labels=["surface", "operation"],
        )
        for calls in self._counts.calls:
            names = [calls.surface, calls.operation]
            for name, count in zip(STATUSES, calls.statuses, strict=True):
                if count:
                    asked.add_metric([*names, name], count)
            _add(took, names, calls.seconds)
        yield asked
        yield took
        yield GaugeMetricFamily(
            "smsim_live_readers", "Live streams of events and pages", self._counts.readers
        )

    def _counted(self) -> Iterator[Metric]:
        counts = self._counts
        yield _counter("smsim_smpp_commands", "SMPP answers", ["command", "status"], counts.smpp)
        yield _counter(
            "smsim_commands",
            "Commands that changed an account",
            ["command"],
            _keyed(counts.commands),
        )
        yield _counter(
            "smsim_events", "What happened in accounts", ["event"], _keyed(counts.events)
        )
        yield _counter(
            "smsim_messages", "Messages by state reached", ["direction", "state"], counts.messages
        )

    def _callbacks(self) -> Iterator[Metric]:
        counts = self._counts
        yield _counter(
            "smsim_callbacks",
            "Callbacks by what became of them",
            ["type", "fate"],
            counts.callbacks,
        )
        yield _histogram(
            "smsim_callback_wait_seconds",
            "The account's time from the event to the callback's end",
            "type",
            counts.callback_waits,
        )
        yield _counter(
            "smsim_callback_attempts", "Attempts at callbacks", ["way", "outcome"], counts.attempts
        )
        yield _histogram(
            "smsim_callback_attempt_seconds",
            "Real time to a receiver's answer",
            "way",
            counts.attempt_seconds,
        )

    def _commits(self) -> Iterator[Metric]:
        counts = self._counts
        rows = HistogramMetricFamily("smsim_commit_rows", "Journal rows in a commit", labels=[])
        _add(rows, [], counts.batch_rows)
        yield rows
        took = HistogramMetricFamily("smsim_commit_seconds", "Real time of a commit", labels=[])
        _add(took, [], counts.commit_seconds)
        yield took


def _of_accounts(universes: list[Universe]) -> Iterator[Metric]:
    """What can be looked up now, of all accounts together."""
    queued = [universe.engine.queued for universe in universes]
    modes = [universe.world.clock.mode for universe in universes]
    accounts = GaugeMetricFamily("smsim_accounts", "Accounts by clock", labels=["clock"])
    for mode in ("manual", "live"):
        accounts.add_metric([mode], modes.count(mode))
    yield accounts
    timers = GaugeMetricFamily(
        "smsim_timers", "Timers set, and of these those whose time has come", labels=["state"]
    )
    timers.add_metric(["pending"], sum(len(one.world.timers) for one in universes))
    timers.add_metric(["due"], sum(_due(one) for one in universes))
    yield timers
    for name, about, value in (
        ("smsim_accounts_stopped", "Accounts that stopped on a failure", _failed(universes)),
        ("smsim_engine_queue", "Commands that wait, of all accounts", sum(queued)),
        (
            "smsim_engine_queue_highest",
            "Commands that wait, of the fullest",
            max(queued, default=0),
        ),
        ("smsim_journal_rows", "Rows of all journals", sum(one.engine.seq for one in universes)),
        ("smsim_smpp_binds", "Open binds", sum(len(one.world.binds.open) for one in universes)),
        ("smsim_callbacks_open", "Callbacks that have not ended", _open(universes)),
    ):
        yield GaugeMetricFamily(name, about, value)


def _failed(universes: list[Universe]) -> int:
    return sum(universe.engine.failed for universe in universes)


def _open(universes: list[Universe]) -> int:
    return sum(len(universe.world.lines.deliveries) for universe in universes)


def _due(universe: Universe) -> int:
    """How many timers are due: all are looked through only where one is."""
    timers, now = universe.world.timers, universe.engine.now()
    first = timers.next()
    if first is None or first.due > now:
        return 0
    return sum(1 for _ in takewhile(lambda timer: timer.due <= now, timers.all()))


def _keyed(counts: Mapping[str, int]) -> dict[tuple[str, ...], int]:
    return {(name,): count for name, count in counts.items()}


def _counter(
    name: str, about: str, labels: list[str], counts: Mapping[Names, int]
) -> CounterMetricFamily:
    family = CounterMetricFamily(name, about, labels=labels)
    for key, count in counts.items():
        family.add_metric(key, count)
    return family


def _histogram(
    name: str, about: str, label: str, spreads: Mapping[str, Spread]
) -> HistogramMetricFamily:
    family = HistogramMetricFamily(name, about, labels=[label])
    for key, spread in spreads.items():
        _add(family, [key], spread)
    return family


def _add(family: HistogramMetricFamily, names: Iterable[str], spread: Spread) -> None:
    bounds = [*(str(bound) for bound in spread.bounds), "+Inf"]
    buckets = list(zip(bounds, map(float, accumulate(spread.counts)), strict=True))
    family.add_metric(list(names), buckets, spread.total)
