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
HAPPENED: list[bool] = []
POLL_S = 0.05
UNFULFILLED = 3
"""The exit status of a run in which it has not happened."""


@events.init.add_listener
def join(environment: LoadEnvironment, **_: object) -> None:
    """Take part in the process that judges, after the project's own listeners."""
    if not isinstance(environment.runner, WorkerRunner):
        events.test_start.add_listener(begin)
        events.quitting.add_listener(leave)


def begin(environment: LoadEnvironment, **_: object) -> None:
    """The account is there, and no user has acted."""
    gevent.spawn(watch, environment)
    if WISH["fault"] is not None:
        ask(environment, f"/_sim/accounts/{COMPANY}/faults", WISH["fault"])


def leave(environment: LoadEnvironment, **_: object) -> None:
    """A run that came to its own end without it says so."""
    if not HAPPENED:
        environment.process_exit_code = UNFULFILLED


def watch(environment: LoadEnvironment) -> None:
    """End the run once there is enough; a shape ends by itself, when its time is over."""
    assert environment.runner is not None
    assert environment.parsed_options is not None
    while not enough(environment):
        gevent.sleep(POLL_S)
    gevent.sleep(WISH["then_s"])
    if WISH["opens"] is not None:
        ask(environment, WISH["opens"])
    HAPPENED.append(True)
    if environment.shape_class is None:
        environment.runner.quit()
    else:
        environment.parsed_options.run_time = POLL_S


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
