"""The callback receiver of a Locust process: it listens on one port for all its users.

Each path is a destination of its own, with its own manners, since the platform tells a destination
one thing at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import count
from typing import Any, NamedTuple

import gevent
from gevent.pywsgi import WSGIServer

from harness.load.ledger import Ledger
from harness.load.script import Told, Unexpected, read_callback, read_receipt

LARGEST = 1 << 20


class NoReceiver(Exception):
    """The receiver cannot listen where it should; the message says what would do."""


class Manner(NamedTuple):
    """How a destination takes callbacks: after so long, and each so-manieth not at once.

    What an aside hears ends no wait: the process hears the same at a destination of its own.
    """

    slow_s: float = 0.0
    refuses_each: int = 0
    aside: bool = False


class Receiver:
    """Takes callbacks and receipts, and says what they tell; what nobody can read is a 400.

    Raises NoReceiver where it cannot listen.
    """

    def __init__(self, host: str, ledger: Ledger, heard: Callable[[Told], None]) -> None:
        self._ledger = ledger
        self._heard = heard
        self._manners: dict[str, tuple[Manner, count[int]]] = {}
        self._server = WSGIServer((host, 0), self._answer, log=None, error_log=None)
        try:
            self._server.start()
        except OSError as error:
            raise NoReceiver(
                f'LOAD_RECEIVER_HOST "{host}" is no address of this machine: {error}'
            ) from error
        self.base = f"http://{host}:{self._server.server_port}"

    def destination(self, path: str, manner: Manner | None = None) -> str:
        """The URL of a destination, which takes callbacks in that manner."""
        self._manners[path] = (manner or Manner(), count(1))
        return f"{self.base}{path}"

    def close(self) -> None:
        """Listen no longer."""
        self._server.stop(timeout=1)

    def _answer(self, environ: Mapping[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        text = environ["wsgi.input"].read(min(length, LARGEST)).decode("utf-8", "replace")
        start(self._status(environ.get("PATH_INFO", ""), text), [("Content-Length", "0")])
        return [b""]

    def _status(self, path: str, text: str) -> str:
        if path not in self._manners:
            return "404 Not Found"
        manner, turns = self._manners[path]
        gevent.sleep(manner.slow_s)
        if manner.refuses_each and next(turns) % manner.refuses_each == 0:
            return "503 Service Unavailable"
        try:
            told = read_receipt(text) if text.lstrip().startswith("<") else read_callback(text)
        except Unexpected:
            return "400 Bad Request"
        if told is not None and not manner.aside:
            self._heard(told)
        self._ledger.heard()
        return "200 OK"
