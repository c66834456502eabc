"""HTTP to the simulator with nothing but the standard library, one connection a call."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

__tracebackhide__ = True
"""A failure shows the test's lines, not ours."""

LIMIT_S = 600
"""The most an answer may take in real time; moving the clock far may take a while."""


class SmsError(Exception):
    """The simulator refused a call, or none answers; `status` is HTTP's, 0 without an answer."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class Control:
    """The simulator at a URL. A proxy that the environment names is not asked."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self.url = url.rstrip("/")
        self._parts = urlsplit(self.url)
        if self._parts.scheme not in ("http", "https") or not self._parts.hostname:
            raise SmsError(f'"{url}" is not a URL such as http://127.0.0.1:8080')
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def call(self, method: str, path: str, body: object = None) -> Any:
        """A control call below `/_sim`; the JSON it answers. Raises SmsError."""
        sent = None if body is None else json.dumps(body).encode()
        status, told = self.exchange(method, f"/_sim{path}", sent, self._headers)
        try:
            answer = json.loads(told) if told.strip() else None
        except ValueError as error:
            raise SmsError(f"what answers at {self.url} is no smsim", status) from error
        if status >= 400:
            raise SmsError(f"{method} {path}: {status}, {_words(answer)}", status)
        return answer

    def exchange(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        """One request below the URL and its whole answer. Raises SmsError where there is none."""
        secure = self._parts.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = kind(self._parts.hostname or "", self._parts.port, timeout=LIMIT_S)
        told = {"Content-Type": "application/json", "Connection": "close", **headers}
        try:
            connection.request(method, self._parts.path + path, body, told)
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException) as error:
            words = f"{type(error).__name__}: {error}"
            raise SmsError(f"no answer from {self.url} to {method} {path}: {words}") from error
        finally:
            connection.close()


def _words(answer: Any) -> str:
    faults = answer.get("errors", []) if isinstance(answer, dict) else []
    told = [
        f"{item['path']}: {item['message']}" if item.get("path") else str(item.get("message"))
        for item in faults
        if isinstance(item, dict)
    ]
    return "; ".join(told) or "no reason given"
