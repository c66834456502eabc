"""Many messages over four SMPP binds, one of which is killed and bound again in the middle.

    python -m tests.load.smpp_run --count 100000

The client is smpplib, an implementation of its own. Every message must end once, in the state its
one receipt tells; what the killed bind had not answered is told again, and nothing else is. It dies
with its window full and a submit half said, so there is always something to submit again.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from threading import Lock, Thread
from typing import Any, NamedTuple
from urllib.request import Request, urlopen

import smpplib.client
import smpplib.consts
import smpplib.exceptions
import smpplib.smpp

BINDS = 4
WINDOW = 10
CODE = "65047"
ENDS = {2: "delivered", 3: "expired", 5: "undeliverable", 8: "blocked"}
PATIENCE_S = 120.0


class Outcome(NamedTuple):
    """What came of a run."""

    messages: int
    seconds: float
    states: dict[str, int]
    told_twice: int
    unanswered: int
    resubmitted: int


class Book:
    """What all binds know together: who was submitted as what, and what receipts told."""

    def __init__(self, count: int) -> None:
        self.lock = Lock()
        self.waiting = list(range(count - 1, -1, -1))
        self.ids: dict[int, str] = {}
        self.receipts: dict[str, list[int]] = {}
        self.unanswered = 0
        self.resubmitted = 0

    def next(self) -> int | None:
        with self.lock:
            return self.waiting.pop() if self.waiting else None

    def accepted(self, number: int, message_id: str) -> None:
        with self.lock:
            assert number not in self.ids, f"message {number} was accepted twice"
            self.ids[number] = message_id

    def told(self, message_id: str, state: int) -> None:
        with self.lock:
            self.receipts.setdefault(message_id, []).append(state)

    def done(self, count: int) -> bool:
        with self.lock:
            return len(self.ids) == count and len(self.receipts) == count


def mdn(number: int) -> str:
    """The number that the n-th message goes to: each has its own."""
    return f"312{2_000_000 + number:07d}"


class Bind(Thread):
    """One transceiver with a window; `kill_at` is the count of answers at which it dies once."""

    def __init__(self, book: Book, port: int, control: Control, count: int, kill_at: int) -> None:
        super().__init__(daemon=True)
        self.book, self.port, self.control, self.count = book, port, control, count
        self.kill_at = kill_at
        self.pending: dict[int, int] = {}
        self.failure: BaseException | None = None
        self.answered = 0

    def run(self) -> None:
        try:
            self._serve()
        except BaseException as error:  # noqa: BLE001 - told to the main thread, which raises it
            self.failure = error

    def _serve(self) -> None:
        client = self._bind()
        ends = time.monotonic() + PATIENCE_S + self.count / 100
        while not self.book.done(self.count):
            assert time.monotonic() < ends, "the run takes too long"
            while len(self.pending) < WINDOW and (number := self.book.next()) is not None:
                self._submit(client, number)
            if self.kill_at and self.answered >= self.kill_at:
                self.kill_at = 0
                client = self._kill(client)
            try:
                client.read_once(auto_send_enquire_link=False)
            except (smpplib.exceptions.ConnectionError, TimeoutError):
                continue
        client.unbind()
        client.disconnect()

    def _bind(self) -> Any:
        client = smpplib.client.Client(
            "127.0.0.1", self.port, timeout=1, allow_unknown_opt_params=True
        )
        client.logger.disabled = True
        client.set_message_sent_handler(self._answered)
        client.set_message_received_handler(self._told)
        client.set_error_pdu_handler(self._refused)
        client.connect()
        client.bind_transceiver(system_id="load", password="load")
        return client

    def _submit(self, client: Any, number: int) -> None:
        pdu = self._order(client, number)
        client.send_pdu(pdu)
        self.pending[pdu.sequence] = number

    def _order(self, client: Any, number: int) -> Any:
        return smpplib.smpp.make_pdu(
            "submit_sm",
            client=client,
            source_addr=CODE,
            destination_addr=mdn(number),
            short_message=b"m%d" % number,
            registered_delivery=smpplib.consts.SMPP_SMSC_DELIVERY_RECEIPT_BOTH,
        )

    def _answered(self, pdu: Any) -> None:
        self.answered += 1
        self.book.accepted(self.pending.pop(pdu.sequence), pdu.message_id.decode())

    def _refused(self, pdu: Any) -> None:
        raise AssertionError(f"{pdu.command} was answered with status {pdu.status:#x}")

    def _told(self, pdu: Any) -> int:
        self.book.told(pdu.receipted_message_id.decode(), pdu.message_state)
        return 0

    def _kill(self, client: Any) -> Any:
        """Die in the middle of a submit, bind again, and submit again what the simulator never had."""
        torn = self.book.next()
        assert torn is not None, "nothing was left to submit"
        octets = self._order(client, torn).generate()
        client._socket.sendall(octets[: len(octets) // 2])
        client._socket.close()
        lost, self.pending = [*self.pending.values(), torn], {}
        self.book.unanswered = len(lost)
        fresh = self._bind()
        self.control.settle()
        for number in lost:
            found = self.control.message_to(mdn(number))
            if found is None:
                self.book.resubmitted += 1
                self._submit(fresh, number)
            else:
                self.book.accepted(number, found)
        return fresh


class Control:
    """The control calls that the client needs."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._base = f"{url}/_sim/accounts/load"

    def open(self, profile: str) -> None:
        """Make the account; a live clock runs fast, so that three days pass in seconds."""
        spec = {
            "company_key": "load",
            "username": "load",
            "password": "load",
            "seed": 11,
            "clock": {"mode": "live", "rate": 100_000},
            "carriers": {"default": profile},
            "connect": {"smpp": {"window": WINDOW}},
            "settings": {"callback_queue_limit": 1_000_000},
        }
        self._call(f"{self._url}/_sim/accounts", spec)

    def settle(self) -> None:
        """Wait until the simulator has seen the death of the bind: four are bound again."""
        for _ in range(1_000):
            if len(self._call(f"{self._base}/binds")["items"]) == BINDS:
                return
            time.sleep(0.01)
        raise AssertionError("the killed bind was never ended")

    def message_to(self, number: str) -> str | None:
        """The id of the message to a number, if there is one."""
        items = self._call(f"{self._base}/messages?mdn={number}&direction=mt")["items"]
        return str(items[0]["id"]) if items else None

    def states(self) -> dict[str, str]:
        """Where every message stands, by id."""
        found: dict[str, str] = {}
        cursor = 0
        while True:
            page = self._call(f"{self._base}/messages?limit=10000&cursor={cursor}")
            found |= {item["id"]: item["state"] for item in page["items"]}
            if page["next"] is None:
                return found
            cursor = page["next"]

    def returned(self) -> int:
        """How many receipts came back because their session ended."""
        rows = self._call(f"{self._base}/events?types=CallbackReturned&limit=10000")
        return len(rows["items"])

    def _call(self, url: str, body: object | None = None) -> Any:
        data = json.dumps(body).encode() if body is not None else None
        with urlopen(Request(url, data, {"Content-Type": "application/json"})) as answer:
            return json.load(answer)


def run(url: str, port: int, count: int, profile: str = "typical") -> Outcome:
    """Submit `count` messages and check what became of each. Raises AssertionError."""
    control, book = Control(url), Book(count)
    control.open(profile)
    started = time.monotonic()
    binds = [
        Bind(book, port, control, count, count // BINDS // 2 if number == 0 else 0)
        for number in range(BINDS)
    ]
    for bind in binds:
        bind.start()
    for bind in binds:
        bind.join()
        if bind.failure is not None:
            raise bind.failure
    seconds = time.monotonic() - started
    states = control.states()
    assert sorted(book.ids) == list(range(count)), "a message was never accepted"
    assert set(states) == set(book.ids.values()), "a message is there that nobody submitted"
    wrong = {
        key: (states[key], told)
        for key, told in book.receipts.items()
        if ENDS[told[0]] != ("undeliverable" if states[key] == "refused" else states[key])
    }
    assert not wrong, f"receipts and states differ: {list(wrong.items())[:5]}"
    twice = [key for key, told in book.receipts.items() if len(told) > 1]
    assert len(twice) <= control.returned(), "a receipt was told twice that had been answered"
    assert all(len(set(told)) == 1 for told in book.receipts.values())
    ends = dict(Counter(states.values()))
    return Outcome(count, seconds, ends, len(twice), book.unanswered, book.resubmitted)


async def _main(count: int) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        ready, database = Path(folder) / "ready.json", Path(folder) / "load.db"
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "harness", "serve", "--port", "0", "--smpp-port", "0"),
            *("--db", str(database), "--ready-file", str(ready)),
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            assert process.stdout is not None
            await process.stdout.readline()
            told = json.loads(ready.read_text())
            port = int(told["smpp"].rsplit(":", 1)[1])
            return await asyncio.to_thread(run, told["url"], port, count)
        finally:
            process.terminate()
            await process.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    outcome = asyncio.run(_main(parser.parse_args().count))
    print(outcome)  # noqa: T201
