"""A second locustfile beside the project's: the run ends once what STEERED says has happened."""

from __future__ import annotations

import json
import os
from collections import Counter
from urllib.request import Request, urlopen

import gevent
from locust import events
from locust.runners import WorkerRunner

from harness.load.script import COMPANY
from harness.load.users import LoadEnvironment

WISH = json.loads(os.environ["STEERED"])
LOOK_S = 0.05


@events.init.add_listener
def join(environment: LoadEnvironment, **_: object) -> None:
    """Take part in the process that judges, after the project's own listeners."""
    if not isinstance(environment.runner, WorkerRunner):
        events.test_start.add_listener(begin)


def begin(environment: LoadEnvironment, **_: object) -> None:
    """The account is there, and no user has acted."""
    if WISH["fault"] is not None:
        ask(environment, f"/_sim/accounts/{COMPANY}/faults", WISH["fault"])
    gevent.spawn(watch, environment)


def watch(environment: LoadEnvironment) -> None:
    """End the run once there is enough."""
    assert environment.runner is not None
    try:
        while not enough(environment):
            gevent.sleep(LOOK_S)
        gevent.sleep(WISH["then_s"])
        if WISH["opens"] is not None:
            ask(environment, WISH["opens"])
    finally:
        environment.runner.quit()


def enough(environment: LoadEnvironment) -> bool:
    """Whether all that is waited for was counted."""
    counted = Counter[str]()
    for entry in environment.stats.entries.values():
        counted[entry.name] += entry.num_requests
    assert environment.runner is not None
    unanswered = environment.crew.pace.unanswered if environment.crew is not None else 0
    return (
        counted >= Counter(WISH["rows"])
        and environment.runner.user_count >= WISH["users"]
        and unanswered >= WISH["unanswered"]
    )


def ask(environment: LoadEnvironment, path: str, body: object = None) -> None:
    """A call outside the run's counts."""
    data = json.dumps(body).encode() if body is not None else None
    headers = {"Content-Type": "application/json"}
    urlopen(Request(f"{environment.host}{path}", data, headers), timeout=60).close()
