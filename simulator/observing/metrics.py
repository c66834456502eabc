"""The metrics of one simulator, written when they are asked for; until then no library is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.observing.counts import Counts
from simulator.runtime.accounts import Accounts

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry


class Metrics:
    """What was counted and what there is now, as text. Each simulator has a registry of its own."""

    def __init__(self, counts: Counts, accounts: Accounts) -> None:
        self._counts = counts
        self._accounts = accounts
        self._registry: CollectorRegistry | None = None

    def text(self, accept: str) -> tuple[bytes, str]:
        """All metrics, and the content type that suits an Accept header."""
        from simulator.observing.exposition import registry_of, written

        if self._registry is None:
            self._registry = registry_of(self._counts, self._accounts)
        return written(self._registry, accept)
