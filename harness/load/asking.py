"""A user's calls: each is judged by its answer, and one that is told to come later counts apart."""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import Any, NamedTuple, TypeVar

import gevent
from locust.contrib.fasthttp import FastHttpSession
from locust.exception import RescheduleTask

from harness.load.ledger import Booked, Ledger
from harness.load.script import THROTTLED, Reader, Unexpected, is_throttle

T = TypeVar("T")

PAUSE_S = 0.5
"""How long a user stands back that was told to come later."""


class Call(NamedTuple):
    """A call: its row in the report, what is asked, the answers it may get, what it is booked as."""

    name: str
    method: str
    path: str
    statuses: Collection[int]
    booked: Booked | None = None


def control_headers() -> dict[str, str]:
    """What the control API asks for where it is on another machine: the token of LOAD_CONTROL_TOKEN."""
    token = os.environ.get("LOAD_CONTROL_TOKEN")
    return {"Authorization": f"Bearer {token}"} if token else {}


def ask(client: FastHttpSession, ledger: Ledger, call: Call, reader: Reader[T], **sent: Any) -> T:
    """Make a call and read its answer; an unexpected one is reported and ends the task."""
    booked = call.booked
    if call.path.startswith("/_sim/"):
        sent["headers"] = control_headers()
    if booked:
        ledger.asked(booked)
    with client.request(call.method, call.path, call.name, catch_response=True, **sent) as response:
        text = (response.content or b"").decode("utf-8", "replace")
        status = response.status_code
        if booked and 400 <= status < 500:
            ledger.turned_away(booked)
        throttled = is_throttle(status, response.headers or {}, text)
        try:
            if throttled:
                response.request_meta["name"] += THROTTLED
            elif status not in call.statuses:
                raise Unexpected(f"HTTP {status}: {text[:120]}")
            else:
                value = reader(text)
        except Unexpected as error:
            expected = " or ".join(map(str, call.statuses))
            response.failure(f"{error} (expected HTTP {expected})")
        else:
            response.success()
            if not throttled:
                if booked and status < 400:
                    ledger.taken(booked)
                return value
    if throttled:
        gevent.sleep(PAUSE_S)
    raise RescheduleTask
