"""The composition root: builds a whole simulator from its settings, and serves it.

    system = build(settings)            # nothing runs yet
    async with system:                  # store open, accounts running
        url = await system.listen()     # HTTP on settings.host and settings.port

Nothing is global, so two simulators run in one process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from aiohttp import web

from simulator import __version__
from simulator.api import connect
from simulator.api.control import routes as control
from simulator.api.keys import ACCOUNTS, BODY_LIMIT, METRICS, NEAR, REQUESTS, SETTINGS, SMPP
from simulator.api.middleware import in_words, observed
from simulator.api.platform import routes as platform
from simulator.config import ServerSettings
from simulator.domain.account import Account
from simulator.domain.instants import parse_duration
from simulator.errors import AccountExists, UserError, no_listening
from simulator.nearby import Nearby
from simulator.observing.accounts import WatchedAccounts
from simulator.observing.attempts import WatchedTransport
from simulator.observing.counts import Counts
from simulator.observing.logs import Log
from simulator.observing.metrics import Metrics
from simulator.observing.requests import Requests
from simulator.runtime.accounts import Accounts
from simulator.runtime.clock import SystemWall, Wall
from simulator.runtime.ports import AccountRecord, Store, Transport
from simulator.runtime.retention import Keeping
from simulator.spec import read_account
from simulator.specs.values import milliseconds
from simulator.transport.by_scheme import ByScheme
from simulator.transport.http import HttpTransport
from simulator.ui import routes as ui

if TYPE_CHECKING:
    import ssl

    from simulator.smpp.server import SmppServer


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
        log: Log,
        *,
        counted: bool,
    ) -> None:
        self.settings = settings
        self.near = near
        self.fittings: list[Callable[[web.Application], None]] = []
        by_scheme = ByScheme(transport, lambda: self._smpp)
        self._counts = Counts()
        self._log = log
        self._counted = counted
        if counted:
            watched = WatchedTransport(by_scheme, self._counts, log)
            self.accounts: Accounts = WatchedAccounts(
                store, watched, wall, settings.queue_limit, self._counts, log
            )
        else:
            self.accounts = Accounts(store, by_scheme, wall, settings.queue_limit)
        self.accounts.keeping = _keeping(settings)
        self._requests = Requests(self._counts, wall.now())
        self._smpp_url: str | None = None
        self._listening = asyncio.Lock()
        self._store = store
        self._transport = transport
        self._runner: web.AppRunner | None = None
        self._nearby: Nearby | None = None
        self._entered = ExitStack()

    async def __aenter__(self) -> Self:
        """Open the store and every account in it; make the first accounts of an empty one."""
        with ExitStack() as entered:
            entered.enter_context(self._log.for_all())
            await self._store.open()
            try:
                await self.accounts.open()
                if not len(self.accounts):
                    await self._make_first_accounts()
            except BaseException:
                await self._close()
                raise
            self._entered = entered.pop_all()
        self._log.info("started", version=__version__, accounts=len(self.accounts))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop listening, finish what was acknowledged, close the store."""
        with self._entered:
            if self._smpp_url is not None:
                await self._smpp.close()
            if self._runner is not None:
                await self._runner.cleanup()
            await self._close()
            self._log.info("ended")

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
        url = f"http://{f'[{host}]' if ':' in host else host}:{bound}"
        self._log.info("listening", url=url)
        return url

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
        tls = None
        if cert is not None:
            from simulator.smpp.server import tls_context

            tls = tls_context(cert, settings.smpp_key)
        async with self._listening:
            return await self._listen_smpp(settings.host, settings.smpp_port, tls)

    async def listen_smpp_nearby(self) -> str:
        """Serve SMPP to this machine alone, on a free port, unless it is served already; its URL."""
        async with self._listening:
            return self._smpp_url or await self._listen_smpp("127.0.0.1", 0, None)

    async def _listen_smpp(self, host: str, port: int, tls: ssl.SSLContext | None) -> str:
        host, port = await self._smpp.listen(host, port, tls)
        shown = f"[{host}]" if ":" in host else host
        self._smpp_url = f"{'smpps' if tls else 'smpp'}://{shown}:{port}"
        self._log.info("listening", url=self._smpp_url)
        return self._smpp_url

    @cached_property
    def _smpp(self) -> SmppServer:
        """The SMPP gateway, when first needed: a simulator without it starts sooner."""
        from simulator.smpp.server import SmppServer

        init_seconds = milliseconds(self.settings.smpp_init) / 1000
        return SmppServer(self.accounts, init_seconds, self._counts.smpp_answered)

    def application(self) -> web.Application:
        """The aiohttp application, for a server of one's own."""
        watching = [observed(self._requests, self._log)] if self._counted else []
        app = web.Application(middlewares=[*watching, in_words], client_max_size=BODY_LIMIT)
        if self._counted:
            app.on_response_prepare.append(self._requests.prepare)
            app[METRICS] = Metrics(self._counts, self.accounts)
        app[ACCOUNTS] = self.accounts
        app[REQUESTS] = self._requests
        app[SETTINGS] = self.settings
        app[NEAR] = self.near
        app[SMPP] = lambda: self._smpp_url
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
    log: TextIO | None = None,
    counted: bool = True,
) -> Simulator:
    """A simulator, with any part of it replaced; nothing runs until it is entered.

    Log lines go to `log`, and while it runs those of this process's libraries too; without it there
    are none. Where nobody will ask for metrics it need not be `counted`, which costs each call a little.
    """
    if store is None:
        store = _store(settings.db)
    near: dict[str, Nearby] = {}
    wall, transport = wall or SystemWall(), transport or HttpTransport(near)
    lines = Log(log, settings.log_format, settings.log_level)
    return Simulator(settings, store, transport, wall, near, lines, counted=counted)


def _keeping(settings: ServerSettings) -> Keeping | None:
    """How much is kept of what is finished, where not all of it is."""
    if settings.keep_messages is None and settings.keep_for is None:
        return None
    span = parse_duration(settings.keep_for) if settings.keep_for is not None else None
    return Keeping(settings.keep_messages, span)


def _store(db: Path | None) -> Store:
    """A store of a simulator's own; only the kind that is wanted is loaded."""
    if db is None:
        from simulator.store.memory import MemoryStore

        return MemoryStore()
    from simulator.store.sqlite import SqliteStore

    return SqliteStore(db)
