"""One transport out of several: which one takes a callback is decided by its URL's scheme."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from simulator.domain.account import Account
from simulator.domain.lines import Delivery, is_smpp
from simulator.runtime.ports import Exchange, Transport


class Sender(Protocol):
    """Tells one thing to somebody."""

    async def send(
        self, account: Account, delivery: Delivery, attempt: int, hosts: Mapping[str, str]
    ) -> Exchange:
        """Try once."""
        ...


class ByScheme:
    """Sends by HTTP, or through what `smpp` gives when first there is something for it."""

    def __init__(self, http: Transport, smpp: Callable[[], Sender]) -> None:
        self._http, self._smpp = http, smpp

    async def send(
        self, account: Account, delivery: Delivery, attempt: int, hosts: Mapping[str, str]
    ) -> Exchange:
        """Try once, the way the URL says."""
        if is_smpp(delivery.url):
            return await self._smpp().send(account, delivery, attempt, hosts)
        return await self._http.send(account, delivery, attempt, hosts)

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.close()
