"""The simulator under fuzz: a process of its own, whose callbacks go nowhere and never wait.

It says its two URLs on the first line, and each error that it logs as a line of JSON after that.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Mapping

from simulator.app import build
from simulator.config import ServerSettings
from simulator.domain.account import Account
from simulator.domain.lines import Delivery
from simulator.runtime.ports import Exchange
from simulator.wire.callback_bodies import outgoing


class Nowhere:
    """A transport that writes each callback and drops it; one in eight is not taken."""

    async def send(
        self, account: Account, delivery: Delivery, attempt: int, _hosts: Mapping[str, str]
    ) -> Exchange:
        """Encode, and answer at once."""
        try:
            headers, body = outgoing(account, delivery, attempt)
        except Exception:
            logging.getLogger("fuzz").exception("a callback cannot be written: %r", delivery)
            raise
        status = (500, 404)[attempt % 2] if int(delivery.delivery_id[:2], 16) < 32 else 200
        return Exchange(headers, body.decode(), status, None, "", 0)

    async def close(self) -> None:
        """Nothing is open."""


class _Told(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        trace = self.format(record)
        sys.stdout.write(json.dumps({"logged": trace}) + "\n")
        sys.stdout.flush()


async def main() -> None:
    """Serve until standard input ends."""
    logging.getLogger().addHandler(_Told(logging.ERROR))
    settings = ServerSettings(port=0, smpp_port=0, accounts=())
    async with build(settings, transport=Nowhere()) as system:
        urls = {"http": await system.listen(), "smpp": await system.listen_smpp()}
        sys.stdout.write(json.dumps(urls) + "\n")
        sys.stdout.flush()
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
