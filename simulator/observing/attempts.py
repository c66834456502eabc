"""Attempts at callbacks: each is counted with the real time it took, and told in the log if it failed."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from simulator.domain.account import Account
from simulator.domain.lines import Delivery, is_smpp
from simulator.observing.counts import STATUSES, Counts, place_of
from simulator.observing.logs import Log
from simulator.runtime.ports import Exchange, Transport


class WatchedTransport:
    """Carries callbacks as `inner` does, and takes note of what became of each attempt."""

    def __init__(self, inner: Transport, counts: Counts, log: Log) -> None:
        self._inner = inner
        self._counts = counts
        self._log = log

    async def send(
        self, account: Account, delivery: Delivery, attempt: int, hosts: Mapping[str, str]
    ) -> Exchange:
        """Try once."""
        exchange = await self._inner.send(account, delivery, attempt, hosts)
        smpp = is_smpp(delivery.url)
        outcome = _smpp_outcome(exchange) if smpp else STATUSES[place_of(exchange.status)]
        way = "smpp" if smpp else "http"
        self._counts.attempts[way, outcome] += 1
        self._counts.attempt_seconds[way].add(exchange.took_ms / 1000)
        if self._log.tells and outcome not in ("2xx", "ok"):
            self._tell(account, delivery, attempt, exchange)
        return exchange

    async def close(self) -> None:
        """Let go of connections."""
        await self._inner.close()

    def _tell(self, account: Account, delivery: Delivery, attempt: int, exchange: Exchange) -> None:
        error = exchange.error
        self._log.info(
            "callback_attempt_failed",
            account=account.company_key,
            type=delivery.callback_type,
            delivery=delivery.delivery_id,
            attempt=attempt,
            destination=_host(delivery.url),
            status=exchange.status,
            error=error.partition(":")[0] if error is not None else None,
            ms=exchange.took_ms,
        )


def _smpp_outcome(exchange: Exchange) -> str:
    if exchange.status is None:
        return "none"
    return "ok" if exchange.status == 0 else "refused"


def _host(url: str) -> str:
    """Where it goes, without a path, a query or credentials, which may be secret."""
    try:
        parts = urlsplit(url)
        return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
    except ValueError:
        return "not a URL"
