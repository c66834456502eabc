"""One SMPP session: octets in and out, timers, windows. What is asked is done by `operations`.

Requests are handled side by side up to the window, so a client need not wait for each answer.
Octets that are no SMPP are answered with generic_nack and end the session, nobody else's.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import NamedTuple, Protocol

from simulator.domain.account import Smpp
from simulator.smpp.table import BINDS, State, verdict
from simulator.wire.smpp_bodies import BODIES, Body, Empty
from simulator.wire.smpp_codes import RESPONSE_BIT, CommandId, Status
from simulator.wire.smpp_pdu import BadPdu, Pdu, decode, encode, frame_length

log = logging.getLogger("smsim.smpp")

LAST_SEQUENCE = 0x7FFFFFFF

AT_A_TIME = 16
"""So many requests that are there already are begun before others are heard."""

LINGER_SECONDS = 1.0
"""How long a client that reads nothing may keep an ended session from being let go."""


class Answer(NamedTuple):
    """The answer to a request: its status, its body, and what a fault makes of the connection.

    `cut` sends these octets in place of the answer and ends the session; `half` half of it.
    """

    status: int = Status.ROK
    body: Body = Empty()
    cut: bytes | None = None
    half: bool = False


class Closed(Exception):
    """The session ended before an answer came."""


class Peer(Protocol):
    """Who does what a session is asked, and is told when it ends."""

    async def bind(self, session: Session, pdu: Pdu) -> Answer:
        """Let a client in, or say why not."""
        ...

    async def answer(self, session: Session, pdu: Pdu) -> Answer:
        """Do one request of a client that is bound."""
        ...

    async def ended(self, session: Session) -> None:
        """The session is over."""
        ...

    def answered(self, command: int, status: int) -> None:
        """A request was answered, by whichever side."""
        ...


class Session:
    """A connection of a client. `smpp` is its account's once it is bound."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        peer: Peer,
        init_seconds: float,
    ) -> None:
        self.state = State.OPEN
        self.smpp = Smpp()
        self.because = "the client closed the connection"
        self._reader = reader
        self._writer = writer
        self._peer = peer
        self._init_seconds = init_seconds
        self._window = asyncio.Semaphore(self.smpp.window)
        self._answers: dict[int, asyncio.Future[Pdu]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._sequence = 0
        self._busy = 0
        self._heard = 0.0
        self._binding = False
        self._late = False
        self._main: asyncio.Task[None] | None = None
        self._watch: asyncio.Task[None] | None = None
        self._enquiry: asyncio.Task[None] | None = None

    @property
    def receives(self) -> bool:
        """Whether messages can be told through it."""
        return self.state in (State.RECEIVER, State.TRANSCEIVER)

    @property
    def load(self) -> int:
        """How many requests to the client are unanswered."""
        return len(self._answers)

    def bound(self, state: State, smpp: Smpp) -> None:
        """The client is let in."""
        self.state = state
        self.smpp = smpp
        self._window = asyncio.Semaphore(smpp.window)
        self._watch = asyncio.get_running_loop().create_task(self._keep_time())

    async def run(self) -> None:
        """Serve the client until either side ends it."""
        self._main = asyncio.current_task()
        loop = asyncio.get_running_loop()
        self._heard = loop.time()
        late = loop.call_later(self._init_seconds, self._must_be_bound)
        try:
            taken = 0
            while self.state is not State.CLOSED:
                await self._read()
                taken += 1
                if taken % AT_A_TIME == 0:
                    await asyncio.sleep(0)  # however much a client says at once, others are heard
        except asyncio.IncompleteReadError:
            await self._drain()  # a client that says no more may still be listening
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            late.cancel()
            for task in (self._watch, self._enquiry):
                if task is not None:
                    task.cancel()
            await self._end()

    def close(self, because: str) -> None:
        """End the session from our side."""
        if self.state is not State.CLOSED:
            self.because = because
            self._writer.close()
            if self._main is not None:
                self._main.cancel()

    async def ask(self, command: CommandId, body: Body) -> int:
        """Ask the client something; the status of its answer, once there is room in its window.

        Raises Closed when the session ends first, TimeoutError when no answer comes in time.
        """
        if self.state is State.CLOSED:
            raise Closed
        async with self._window:
            self._sequence = self._sequence % LAST_SEQUENCE + 1
            sequence = self._sequence
            future: asyncio.Future[Pdu] = asyncio.get_running_loop().create_future()
            self._answers[sequence] = future
            try:
                await self._send(encode(Pdu(command=command, sequence=sequence, body=body)))
                async with asyncio.timeout(self.smpp.response_ms / 1000):
                    status = (await future).status
                self._peer.answered(command, status)
                return status
            except TimeoutError:
                raise
            except OSError as error:
                raise Closed from error
            finally:
                self._answers.pop(sequence, None)

    async def _read(self) -> None:
        head = await self._reader.readexactly(4)
        try:
            octets = head + await self._reader.readexactly(frame_length(head) - 4)
        except BadPdu as bad:
            await self._drain()
            await self._nack(bad.status, 0)
            self.because = f"no SMPP: {bad}"
            self.state = State.CLOSED
            return
        self._heard = asyncio.get_running_loop().time()
        try:
            pdu = decode(octets)
        except BadPdu as bad:
            asked = not bad.command & RESPONSE_BIT
            before = verdict(self.state, bad.command, self.smpp.profile) if asked else Status.ROK
            await self._refuse(bad.command, bad.sequence, before or bad.status)
            return
        if pdu.command & RESPONSE_BIT:
            self._answered(pdu)
        else:
            await self._asked(pdu)

    def _answered(self, pdu: Pdu) -> None:
        future = self._answers.get(pdu.sequence)
        if future is not None and not future.done():
            future.set_result(pdu)

    async def _asked(self, pdu: Pdu) -> None:
        status = verdict(self.state, pdu.command, self.smpp.profile)
        if status is not Status.ROK:
            await self._refuse(pdu.command, pdu.sequence, status)
        elif pdu.command in BINDS:
            await self._bind(pdu)
        elif pdu.command == CommandId.ENQUIRE_LINK:
            await self._answer(pdu, Answer())
        elif pdu.command == CommandId.UNBIND:
            await self._drain()
            await self._answer(pdu, Answer())
            self.because, self.state = "the client unbound", State.CLOSED
        elif self._busy >= self.smpp.window:
            await self._answer(pdu, Answer(Status.RTHROTTLED))
        else:
            self._busy += 1
            self._start(self._do(pdu))

    async def _bind(self, pdu: Pdu) -> None:
        """Let a client in or not. The time for it is not over while the account considers it."""
        self._binding = True
        try:
            await self._reply(pdu, self._peer.bind)
        finally:
            self._binding = False
        if self._late:
            self._must_be_bound()

    async def _do(self, pdu: Pdu) -> None:
        try:
            await self._reply(pdu, self._peer.answer)
        except (OSError, Closed):
            pass
        except Exception:  # the supervised edge: log it, tell the client it is ours
            log.exception("command %#x failed", pdu.command)
            with suppress(OSError):
                await self._answer(pdu, Answer(Status.RSYSERR))
        finally:
            self._busy -= 1

    async def _reply(self, pdu: Pdu, done: Callable[[Session, Pdu], Awaitable[Answer]]) -> None:
        answer = await done(self, pdu)
        if answer.cut is not None or answer.half:
            self._peer.answered(pdu.command, answer.status)
            octets = encode(_response(pdu, answer))
            await self._send(octets[: len(octets) // 2] if answer.cut is None else answer.cut)
            self.close("a fault cut the connection")
        else:
            await self._answer(pdu, answer)

    async def _answer(self, pdu: Pdu, answer: Answer) -> None:
        self._peer.answered(pdu.command, answer.status)
        await self._send(encode(_response(pdu, answer)))

    async def _refuse(self, command: int, sequence: int, status: int) -> None:
        """Say no as the profile says it: with the command's response, or with generic_nack."""
        self._peer.answered(command, status)
        as_response = command | RESPONSE_BIT in BODIES and not command & RESPONSE_BIT
        if status == Status.RINVCMDID and self.smpp.unsupported == "generic_nack":
            as_response = False
        if as_response and command != 0:
            pdu = Pdu(command=command | RESPONSE_BIT, status=status, sequence=sequence)
            await self._send(encode(pdu))
        else:
            await self._nack(status, sequence)

    async def _nack(self, status: int, sequence: int) -> None:
        nack = Pdu(command=CommandId.GENERIC_NACK, status=status, sequence=sequence)
        await self._send(encode(nack))

    async def _send(self, octets: bytes) -> None:
        if self._writer.is_closing():
            raise ConnectionResetError
        self._writer.write(octets)
        await self._writer.drain()

    def _must_be_bound(self) -> None:
        self._late = True
        if self.state is State.OPEN and not self._binding:
            self.close("no bind in time")

    async def _keep_time(self) -> None:
        """Ask after a silence whether the client is there, and end the session after a long one."""
        loop = asyncio.get_running_loop()
        enquire, inactive = self.smpp.enquire_ms / 1000, self.smpp.inactive_ms / 1000
        asked = self._heard
        while (silence := loop.time() - self._heard) < inactive:
            quiet = loop.time() - max(asked, self._heard)
            if quiet >= enquire:
                asked, quiet = loop.time(), 0.0
                if self._enquiry is None or self._enquiry.done():
                    self._enquiry = loop.create_task(self._enquire())
            await asyncio.sleep(min(inactive - silence, enquire - quiet))
        self.close("nothing was heard for too long")

    async def _enquire(self) -> None:
        with suppress(TimeoutError, Closed):
            await self.ask(CommandId.ENQUIRE_LINK, Empty())

    def _start(self, done: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(done)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drain(self) -> None:
        """Let what is being done be answered."""
        if self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _end(self) -> None:
        """Tell the account first, so that what was unanswered waits for another session."""
        self.state = State.CLOSED
        self._writer.close()
        loop = asyncio.get_running_loop()
        linger = loop.call_later(LINGER_SECONDS, self._writer.transport.abort)
        await self._peer.ended(self)
        for future in self._answers.values():
            if not future.done():
                future.set_exception(Closed())
        await self._drain()
        with suppress(OSError):
            await self._writer.wait_closed()
        linger.cancel()


def _response(pdu: Pdu, answer: Answer) -> Pdu:
    return Pdu(
        command=pdu.command | RESPONSE_BIT,
        status=answer.status,
        sequence=pdu.sequence,
        body=answer.body if answer.status == Status.ROK else Empty(),
    )
