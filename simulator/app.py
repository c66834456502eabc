"""The composition root: builds a whole simulator from its settings, and serves it.

    system = build(settings)            # nothing runs yet
    async with system:                  # store open, accounts running
        url = await system.listen()     # HTTP on settings.host and settings.port

Nothing is global, so two simulators run in one process.
"""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Self

from aiohttp import web

from simulator.api import connect
from simulator.api.control import routes as control
from simulator.api.keys import ACCOUNTS, BODY_LIMIT, NEAR, SETTINGS
from simulator.api.middleware import in_words
from simulator.api.platform import routes as platform
from simulator.config import ServerSettings
from simulator.domain.account import Account
from simulator.errors import AccountExists, UserError, no_listening
from simulator.nearby import Nearby
from simulator.runtime.accounts import Accounts
from simulator.runtime.clock import SystemWall, Wall
from simulator.runtime.ports import AccountRecord, Store, Transport
from simulator.smpp.server import SmppServer, tls_context
from simulator.spec import read_account
from simulator.specs.values import milliseconds
from simulator.store.memory import MemoryStore
from simulator.store.sqlite import SqliteStore
from simulator.transport.by_scheme import ByScheme
from simulator.transport.http import HttpTransport
from simulator.ui import routes as ui


class Simulator:
    """A running simulator: its accounts, and its HTTP server once it listens.

    `near` has servers of this process by `host:port`: what is told there needs no socket. `fittings`
    put into the application what the simulator itself does not know, before it listens.
    """

    def __init__(
        self,
        settings: ServerSettings,
        store: Store,
        transport: Transport,
        wall: Wall,
        near: dict[str, Nearby],
    ) -> None:
        self.settings = settings
        self.near = near
        self.fittings: list[Callable[[web.Application], None]] = []
        by_scheme = ByScheme(transport)
        self.accounts = Accounts(store, by_scheme, wall)
        init_seconds = milliseconds(settings.smpp_init) / 1000
        self._smpp = SmppServer(self.accounts, init_seconds)
        by_scheme.smpp = self._smpp
        self._store = store
        self._transport = transport
        self._runner: web.AppRunner | None = None
        self._nearby: Nearby | None = None

    async def __aenter__(self) -> Self:
        """Open the store and every account in it; make the first accounts of an empty one."""
        await self._store.open()
        try:
            await self.accounts.open()
            if not len(self.accounts):
                await self._make_first_accounts()
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop listening, finish what was acknowledged, close the store."""
        await self._smpp.close()
        if self._runner is not None:
            await self._runner.cleanup()
        await self._close()

    async def listen(self) -> str:
        """Serve HTTP; the URL. Raises PortInUse, UserError."""
        self._runner = web.AppRunner(
            self.application(), access_log=None, shutdown_timeout=2, handle_signals=False
        )
        await self._runner.setup()
        host, port = self.settings.host, self.settings.port
        site = web.TCPSite(self._runner, host, port)
        try:
            await site.start()
        except OSError as error:
            raise no_listening(host, port, error, "--port") from error
        if self._runner.server is not None:
            self._nearby = Nearby(self._runner.server)
        bound = self._runner.addresses[0][1]
        return f"http://{f'[{host}]' if ':' in host else host}:{bound}"

    @property
    def nearby(self) -> Nearby:
        """A client of this simulator in the same process, once it listens."""
        assert self._nearby is not None, "listen first"
        return self._nearby

    async def listen_smpp(self) -> str | None:
        """Serve SMPP if a port was given for it; its URL. Raises PortInUse, UserError."""
        settings = self.settings
        if settings.smpp_port is None:
            return None
        cert = settings.smpp_cert
        if cert is None and settings.smpp_key is not None:
            raise UserError("--smpp-key needs --smpp-cert: a key alone makes no TLS")
        tls = tls_context(cert, settings.smpp_key) if cert is not None else None
        host, port = await self._smpp.listen(settings.host, settings.smpp_port, tls)
        return f"{'smpps' if tls else 'smpp'}://{f'[{host}]' if ':' in host else host}:{port}"

    def application(self) -> web.Application:
        """The aiohttp application, for a server of one's own."""
        app = web.Application(middlewares=[in_words], client_max_size=BODY_LIMIT)
        app[ACCOUNTS] = self.accounts
        app[SETTINGS] = self.settings
        app[NEAR] = self.near
        platform.add_routes(app)
        connect.add_routes(app)
        control.add_routes(app)
        ui.add_routes(app)
        for fit in self.fittings:
            fit(app)
        app.on_shutdown.append(self._close_feeds)
        return app

    async def _close_feeds(self, _app: web.Application) -> None:
        """Let live readers see the end of the stream, and not wait for it."""
        for universe in self.accounts.all():
            universe.feed.close()

    async def _make_first_accounts(self) -> None:
        first: list[tuple[AccountRecord, Account]] = []
        for spec in self.settings.accounts:
            document = spec.model_dump(exclude_unset=True)
            account, password = read_account(
                {"seed": self.settings.seed, **document},
                key=self.accounts.new_key(),
                now=self.accounts.wall.now(),
            )
            record = AccountRecord(account.company_key, account.username, password)
            for other, _ in first:
                if record.company_key == other.company_key or record.username == other.username:
                    raise AccountExists(f'"{record.company_key}" stands twice among the accounts')
            first.append((record, account))
        for record, account in first:
            await self.accounts.create(record, account)

    async def _close(self) -> None:
        await self.accounts.close()
        await self._transport.close()
        await self._store.close()


def build(
    settings: ServerSettings,
    *,
    store: Store | None = None,
    transport: Transport | None = None,
    wall: Wall | None = None,
) -> Simulator:
    """A simulator, with any part of it replaced; nothing runs until it is entered."""
    if store is None:
        store = MemoryStore() if settings.db is None else SqliteStore(settings.db)
    near: dict[str, Nearby] = {}
    return Simulator(settings, store, transport or HttpTransport(near), wall or SystemWall(), near)
