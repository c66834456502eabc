"""How many users there are when, and when each acts: load shapes, and an open rate of arrivals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from time import perf_counter
from typing import Any

import gevent
from gevent import Greenlet
from gevent.pool import Group, Pool
from locust import LoadTestShape
from locust.env import Environment
from locust.exception import RescheduleTask

from harness.load.shapes import Points, UnknownShape, points_of, users_at

UNDER_WAY = 1_000
"""How many arrivals of a process may be unanswered at once; one more is a failure."""
SPAWNED_PER_S = 100
DEFAULT_SECONDS = 60
HELD_S = 0.05

Intervals = Mapping[str, float]


def chosen_shape(environ: Mapping[str, str]) -> type[LoadTestShape] | None:
    """The shape that LOAD_SHAPE names, or None where it names none. Ends the process at a wrong one.

    Its peak is `--users`, its length `--run-time`.
    """
    name = environ.get("LOAD_SHAPE", "")
    if not name:
        return None
    try:
        points = points_of(name)
    except UnknownShape as error:
        raise SystemExit(f"load: LOAD_SHAPE: {error}") from error
    return type(name.capitalize(), (_Shape,), {"points": points, "abstract": False})


class _Shape(LoadTestShape):
    abstract = True
    use_common_options = True
    points: Points

    def tick(self) -> tuple[int, float] | None:
        assert self.runner is not None
        options = self.runner.environment.parsed_options
        seconds = (options.run_time if options else None) or DEFAULT_SECONDS
        peak = (options.num_users if options else None) or 1
        users = users_at(self.points, peak, self.get_run_time(), seconds)
        return None if users is None else (users, SPAWNED_PER_S)


class Pace:
    """When a user acts: after its last answer, or so often a second whatever the answers take.

    `intervals` has the seconds between two turns of one user, by its kind; it is empty where users
    follow their answers. While it is `held`, those begin nothing.
    """

    def __init__(self, environment: Environment, intervals: Intervals) -> None:
        self._environment = environment
        self._intervals = intervals
        self.held = False
        self._arrivals = Pool(UNDER_WAY)
        self._beside = Group()

    @property
    def unanswered(self) -> int:
        """How many turns of an open rate are under way."""
        return len(self._arrivals)

    def wait_s(self, kind: str, began: float, turns: int) -> float:
        """How long until the next turn of a user, which began at `began` and has had so many."""
        if not self._intervals:
            return 0.0
        return max(0.0, began + turns * self._intervals[kind] - perf_counter())

    def perform(self, act: Callable[[], None]) -> None:
        """Do it, and wait for it only where the pace follows the answers."""
        if not self._intervals:
            while self.held:
                gevent.sleep(HELD_S)
            act()
        elif self._arrivals.free_count() > 0:
            self._arrivals.spawn(self._alone, act).link_exception(self._broke)
        else:
            error = RuntimeError(f"{UNDER_WAY} arrivals of this process are unanswered")
            self.turn_away("no room", error)

    def turn_away(self, name: str, error: Exception) -> None:
        """A turn that cannot be had is a failure of that row."""
        self._environment.events.request.fire(
            request_type="ARRIVAL",
            name=name,
            response_time=0,
            response_length=0,
            exception=error,
            context={},
        )

    def side_by_side(self, acts: Iterable[Callable[[], None]]) -> None:
        """Do all of them at once, and wait for them."""
        begun = [self._beside.spawn(self._alone, act) for act in acts]
        for greenlet in begun:
            greenlet.link_exception(self._broke)
            greenlet.join()

    def finish(self, limit_s: float) -> None:
        """Let what is under way come to its end; what does not is broken off."""
        for group in (self._arrivals, self._beside):
            group.join(timeout=limit_s)
            group.kill()

    def _alone(self, act: Callable[[], Any]) -> None:
        try:
            act()
        except RescheduleTask:
            return

    def _broke(self, greenlet: Greenlet) -> None:
        _, error, trace = greenlet.exc_info
        self._environment.events.user_error.fire(user_instance=None, exception=error, tb=trace)
