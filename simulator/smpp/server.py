"""The SMPP server: who may bind, the sessions of each account, and what is told through them.

Rules: Connect set-up-specs (binds, versions), response-codes.
"""

from __future__ import annotations

import asyncio
import hmac
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, cast
from weakref import WeakKeyDictionary

from simulator.domain.account import Account
from simulator.domain.binds import BindType, Bound, CloseBind, OpenBind
from simulator.domain.decide import Refusal
from simulator.domain.lines import SESSION_ENDED, Delivery
from simulator.domain.notices import MoNotice, SmppReceiptNotice
from simulator.errors import EngineFailed, Overloaded, UserError, no_listening
from simulator.runtime.accounts import Accounts
from simulator.runtime.clock import elapsed_ms, stopwatch
from simulator.runtime.ports import Exchange
from simulator.runtime.throttle import Throttle
from simulator.runtime.universe import Universe
from simulator.smpp import operations
from simulator.smpp.operations import Client
from simulator.smpp.session import Answer, Closed, Session
from simulator.smpp.table import BINDS, State
from simulator.wire.smpp_bodies import Bind, BindResp
from simulator.wire.smpp_codes import CommandId, Status
from simulator.wire.smpp_deliveries import write_delivery
from simulator.wire.smpp_pdu import Pdu
from simulator.wire.smpp_tlv import Tag, Tlv

VERSION = 0x34
SYSTEM_ID = "smsim"

_COMMANDS = {int(command): command.name.lower() for command in CommandId}
_NAMES = {int(status): status.name for status in Status}


class _Seat(NamedTuple):
    """A bound session's place: for whom, its id in the account, how the account ends it."""

    client: Client
    bind_id: str
    end: Callable[[], None]


class SmppServer:
    """Serves every account's clients; implements the sending half of `runtime.ports.Transport`.

    `tally` is told the name of each command that was answered, and of the status it was answered with.
    """

    def __init__(
        self, accounts: Accounts, init_seconds: float, tally: Callable[[str, str], None]
    ) -> None:
        self._accounts = accounts
        self._tally = tally
        self._init_seconds = init_seconds
        self._server: asyncio.Server | None = None
        self._sessions: set[Session] = set()
        self._clients: dict[Session, _Seat] = {}
        self._doors: WeakKeyDictionary[Universe, asyncio.Lock] = WeakKeyDictionary()
        self._running: set[asyncio.Task[None]] = set()

    async def listen(self, host: str, port: int, tls: ssl.SSLContext | None) -> tuple[str, int]:
        """Serve; the address. Raises PortInUse, UserError."""
        try:
            self._server = await asyncio.start_server(
                self._serve,
                host,
                port,
                ssl=tls,
                ssl_handshake_timeout=self._init_seconds if tls is not None else None,
            )
        except OSError as error:
            raise no_listening(host, port, error, "--smpp-port") from error
        return host, int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """End every session, then stop to listen."""
        if self._server is None:
            return
        self._server.close()
        for session in list(self._sessions):
            session.close("the simulator ends")
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._server.wait_closed()

    async def bind(self, session: Session, pdu: Pdu) -> Answer:
        """Let a client in whose version, name, password and number of binds are right."""
        assert isinstance(pdu.body, Bind)
        universe = self._accounts.of_user(pdu.body.system_id)
        if universe is None:
            return Answer(Status.RINVSYSID)
        strict = universe.account.connect.smpp.profile == "vibes"
        if strict and pdu.body.interface_version != VERSION:
            return Answer(Status.RBINDFAIL)
        if not hmac.compare_digest(universe.record.password.encode(), pdu.body.password.encode()):
            return Answer(Status.RINVPASWD)
        state = BINDS[CommandId(pdu.command)]
        order = OpenBind(bind_type=cast("BindType", state.value))
        async with self._door(universe):
            try:
                reply = await universe.engine.submit(order, patient=False)
            except Overloaded:
                return Answer(Status.RTHROTTLED)
            except EngineFailed:
                return Answer(Status.RSYSERR)
            if isinstance(reply, Refusal):
                return Answer(Status.RBINDFAIL)
            if self._accounts.of_user(pdu.body.system_id) is not universe:
                return Answer(Status.RSYSERR)  # it was removed meanwhile
            assert isinstance(reply, Bound)
            self._let_in(session, universe, reply.bind_id, state)
        version = Tlv(tag=Tag.SC_INTERFACE_VERSION, value=bytes([VERSION]))
        return Answer(body=BindResp(system_id=SYSTEM_ID, tlvs=(version,)))

    async def answer(self, session: Session, pdu: Pdu) -> Answer:
        """Do one request; an account that is full throttles, one that stopped has a system error."""
        try:
            return await operations.answer(self._clients[session].client, pdu)
        except Overloaded:
            return Answer(Status.RTHROTTLED)
        except EngineFailed:
            return Answer(Status.RSYSERR)

    def answered(self, command: int, status: int) -> None:
        """Note that a request was answered; numbers that nobody knows are one name."""
        self._tally(_COMMANDS.get(command, "unknown"), _NAMES.get(status, "unknown"))

    async def ended(self, session: Session) -> None:
        """Let the account know that a client is gone."""
        seat = self._clients.get(session)
        if seat is not None:
            universe = seat.client.universe
            universe.endings.remove(seat.end)
            ended = CloseBind(bind_id=seat.bind_id, because=session.because)
            with suppress(EngineFailed):
                await universe.engine.submit(ended)

    async def send(
        self, account: Account, delivery: Delivery, _attempt: int, _hosts: Mapping[str, str]
    ) -> Exchange:
        """Tell a receiver of the account once, the one with the least to answer."""
        assert isinstance(delivery.notice, MoNotice | SmppReceiptNotice)
        universe, whole = self._accounts.of_user(account.username), None
        if universe is not None:
            whole = await _whole(universe, delivery.notice)
            async with self._door(universe):  # who is being let in may be told already
                pass
        body = write_delivery(delivery.notice, account.connect.smpp, whole)
        receivers = [
            session
            for session, seat in self._clients.items()
            if session.receives and seat.client.universe.account.username == account.username
        ]
        status: int | None = None
        error: str | None = None
        started = stopwatch()
        if not receivers:
            error = SESSION_ENDED
        else:
            chosen = min(receivers, key=lambda session: session.load)
            try:
                status = await chosen.ask(CommandId.DELIVER_SM, body)
            except Closed:
                error = SESSION_ENDED
            except TimeoutError:
                error = f"no answer within {account.connect.smpp.response_ms / 1000:g} s"
        return Exchange(
            request_headers={},
            request_body=body.short_message.decode("latin-1"),
            status=status,
            error=error,
            response_body="" if status is None else _NAMES.get(status, f"{status:#x}"),
            took_ms=elapsed_ms(started),
        )

    def _door(self, universe: Universe) -> asyncio.Lock:
        """Held while a client is let in: the account knows of it a moment before it can be told."""
        return self._doors.setdefault(universe, asyncio.Lock())

    def _let_in(self, session: Session, universe: Universe, bind_id: str, state: State) -> None:
        smpp = universe.account.connect.smpp
        throttle = Throttle(self._accounts.wall, smpp.per_second) if smpp.per_second else None
        session.bound(state, smpp)

        def end() -> None:
            session.close("the account was stopped or removed")

        universe.endings.append(end)
        self._clients[session] = _Seat(Client(universe, throttle), bind_id, end)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = Session(reader, writer, self, self._init_seconds)
        self._sessions.add(session)
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            await session.run()
        finally:
            self._sessions.discard(session)
            self._clients.pop(session, None)
            self._running.discard(task)


async def _whole(universe: Universe, notice: MoNotice | SmppReceiptNotice) -> str | None:
    """The text that a part of a long one is of."""
    if not isinstance(notice, MoNotice) or notice.parts == 1:
        return None
    found = await universe.message(notice.original_id or notice.message_id)
    return None if found is None else found[0].text


def tls_context(cert: Path, key: Path | None) -> ssl.SSLContext:
    """TLS with a certificate, 1.2 at least. Raises UserError where the files do not do."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    for path in (cert, key or cert):
        try:
            path.read_bytes()
        except OSError as error:
            raise UserError(f"{path} cannot be read: {error.strerror or error}") from error
    try:
        context.load_cert_chain(cert, key)
    except ssl.SSLError as error:
        files = f"{cert}" if key is None else f"{cert} with the key {key}"
        why = "there is no certificate and private key in PEM"
        if error.reason == "KEY_VALUES_MISMATCH":
            why = "the key is another certificate's"
        raise UserError(f"{files} cannot be used for TLS: {why}") from error
    return context
