"""The SMPP bind of a scenario: opened when it is first asked for, and kept until the scenario ends."""

from __future__ import annotations

import ssl
from urllib.parse import urlsplit

from harness.environment import Environment, SimAccount
from harness.scenario.answers import UnexpectedAnswer
from harness.smpp_client import BindRefused, Lost, SmppClient
from simulator.errors import UserError


class SmppBind:
    """The one bind of the account that the scenario submits through, and is told through."""

    def __init__(self, environment: Environment, account: SimAccount) -> None:
        self._environment = environment
        self._account = account
        self._client: SmppClient | None = None

    async def client(self) -> SmppClient:
        """The client that is bound; a bind that has ended is opened anew.

        Raises UserError where the simulator takes no SMPP, UnexpectedAnswer where nobody is let in.
        """
        if self._client is None or self._client.ended:
            self._client = await self._open()
        return self._client

    async def renew(self) -> None:
        """Bind anew where there was a bind, so that what waits for it is told. Raises as `client`."""
        if self._client is not None:
            await self._client.close()
            self._client = await self._open()

    async def close(self) -> None:
        """Unbind."""
        if self._client is not None:
            await self._client.close()

    async def _open(self) -> SmppClient:
        url = await self._environment.smpp()
        if url is None:
            told = f"the simulator at {self._environment.url} takes no SMPP"
            raise UserError(f"{told}; start it with --smpp-port")
        there, shown = urlsplit(url), self._account.shown
        assert there.hostname is not None
        assert there.port is not None
        try:
            return await SmppClient.bind(
                there.hostname,
                there.port,
                str(shown["username"]),
                str(shown["password"]),
                _any_certificate() if there.scheme == "smpps" else None,
            )
        except (BindRefused, Lost, ValueError) as error:
            raise UnexpectedAnswer(f"SMPP at {url}: {error}") from error


def _any_certificate() -> ssl.SSLContext:
    """TLS with a simulator, whose certificate is its owner's own."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
