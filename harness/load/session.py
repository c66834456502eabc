"""A run from its start to its verdict: Locust's listeners, in one process or with a master and workers.

Importing this module registers them. The master, or the one process there is, makes the account,
tells the workers, and when all users have stopped reconciles, judges, and sets the exit status.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from time import perf_counter
from typing import Any, cast
from urllib.error import URLError
from urllib.request import Request, urlopen

import gevent
from locust import events
from locust.contrib.fasthttp import FastHttpSession
from locust.exception import RescheduleTask, StopTest
from locust.runners import MasterRunner, WorkerRunner
from locust.stats import CSV_STATS_INTERVAL_SEC
from msgspec import MsgspecError

from harness.load import charts, gauges, paces, script, thresholds, windows
from harness.load.asking import Call, ask, control_headers
from harness.load.audit import Findings, audit
from harness.load.crew import Crew, Orders
from harness.load.gauges import NoGauges
from harness.load.ledger import Ledger
from harness.load.metrics import History, Windows
from harness.load.paces import BadPaces
from harness.load.phones import FEWEST
from harness.load.receiver import NoReceiver
from harness.load.report import figures
from harness.load.thresholds import BadThresholds, Thresholds
from harness.load.users import LoadEnvironment

ORDERS, TELL, TOLD = "load orders", "load tell", "load told"
IDLE = "took no part"
TOLD_LIMIT_S = 30
ABREAST_S = 0.5
FETCH_LIMIT_S = 60


class Session:
    """What the process that judges knows of a run."""

    def __init__(self, environment: LoadEnvironment, limits: Thresholds) -> None:
        self.environment = environment
        self.limits = limits
        self.concluded = False
        self.history, self.windows = History(environment.stats), Windows(environment.stats)
        self.told: dict[str, Mapping[str, int]] = {}
        self._processes = 0
        self._looking: list[gevent.Greenlet] = []

    @property
    def _options(self) -> Namespace:
        return cast("Namespace", self.environment.parsed_options)

    def begin(self) -> None:
        """Make the account, tell every process, and count from here. Raises StopTest."""
        environment, runner = self.environment, self.environment.runner
        assert runner is not None
        self.concluded, self._processes = False, 0
        processes = runner.worker_count if isinstance(runner, MasterRunner) else 1
        accounts = self._open(processes)
        shaped = environment.shape_class is not None
        users = self._options.num_users if shaped else runner.target_user_count
        orders = self._orders(accounts, processes, users or 1)
        if isinstance(runner, MasterRunner):
            runner.send_message(ORDERS, {**orders._asdict(), "host": environment.host})
        else:
            try:
                environment.crew = Crew(environment, orders, 0, receiver_host())
            except NoReceiver as error:
                raise _given_up(str(error)) from None
            if not environment.crew.open():
                raise _given_up(f"{environment.host} registered no callbacks for the load test")
        self._processes = processes
        environment.stats.clear_all()  # what is counted is the users' own
        self.history, self.windows = History(environment.stats), Windows(environment.stats)
        self._looking = [gevent.spawn(self._look)]
        if self._options.abreast is not None:
            self._looking.append(gevent.spawn(self._keep_abreast))

    def conclude(self) -> None:
        """All users have stopped: reconcile, judge, report."""
        if self.concluded or not self._processes:
            return
        self.concluded = True
        self._gather()
        findings = self._audit()
        gevent.killall(self._looking)
        self.history.look()
        total, rows = figures(self.environment.stats)
        faults = [
            *thresholds.judge(self.limits, total, rows),
            *findings.faults,
            *self._troubles(total.requests),
        ]
        if findings.counts is not None:
            print(f"load: {findings.counts}")
        for fault in faults:
            print(f"load: {fault}")
        prefix = self._options.csv_prefix
        if prefix:
            charts.write(prefix, self.history.points)
            windows.write(prefix, self.windows.found)
            verdict = {
                "requests": total.requests,
                "failures": total.failures,
                "throttled": total.throttled,
                "requests_per_second": round(total.requests_per_second, 1),
                "counts": findings.counts._asdict() if findings.counts else {},
                "faults": faults,
                "amiss": findings.faults,
            }
            Path(f"{prefix}_verdict.json").write_text(json.dumps(verdict), encoding="utf-8")
            gevent.sleep(CSV_STATS_INTERVAL_SEC + 0.1)  # Locust writes its files once more
        self.environment.process_exit_code = 1 if faults else 0
        if self.environment.crew is not None:
            self.environment.crew.receiver.close()

    def _orders(self, accounts: list[script.LoadAccount], processes: int, users: int) -> Orders:
        """What every process is told of how its users act, and how many phones each has."""
        options = self._options
        kinds = kinds_of(self.environment)
        intervals = paces.intervals_of(kinds, users, options.arrivals, options.paces)
        phones = None if options.people is None else max(FEWEST, options.people // users)
        return Orders(accounts, processes, intervals, phones)

    def _troubles(self, requests: int) -> list[str]:
        """What went wrong with the load itself."""
        runner, found = self.environment.runner, []
        assert runner is not None
        if not requests:
            found.append("no requests were made")
        if runner.exceptions:
            found.append(f"{len(runner.exceptions)} kinds of exception in the users' own code")
        if isinstance(runner, MasterRunner):
            idle = sum(counts.get(IDLE, 0) for counts in self.told.values())
            if idle:
                found.append(f"{idle} workers took no part; their own words are above")
            if lost := self._processes - (len(self.told) - idle):
                found.append(f"{lost} of {self._processes} workers have not told their counts")
        return found

    def _open(self, processes: int) -> list[script.LoadAccount]:
        """The account of this run; one that an earlier run left is removed."""
        environment = self.environment
        client = FastHttpSession(environment.host, environment.events.request, user=None)
        path = f"/_sim/accounts/{script.COMPANY}"
        remove = Call("account: remove", "DELETE", path, (204, 200, 404))
        create = Call("account: create", "POST", "/_sim/accounts", (201,))
        again = self._options.people is not None
        campaigns = processes * self._options.lists
        spec = script.account_spec(campaigns, self._options.clock_rate, again=again)
        try:
            ask(client, Ledger(), remove, script.read_nothing)
            return ask(client, Ledger(), create, script.read_accounts, json=spec)
        except RescheduleTask:
            raise _given_up(f"{environment.host} made no account for the load test") from None

    def _audit(self) -> Findings:
        base = f"{self.environment.host}/_sim/accounts/{script.COMPANY}"

        def fetch(path: str) -> bytes:
            request = Request(base + path, headers=control_headers())
            with urlopen(request, timeout=FETCH_LIMIT_S) as answer:
                return cast("bytes", answer.read())

        try:
            return audit(fetch, self._gather, self._options.drain, gevent.sleep)
        except (URLError, OSError, MsgspecError) as error:
            return Findings(None, [f"the journal could not be read: {error}"])

    def _gather(self) -> Ledger:
        """What the users of all processes know; workers stop theirs first."""
        crew, runner = self.environment.crew, self.environment.runner
        if not isinstance(runner, MasterRunner):
            assert crew is not None
            crew.finish()
            return Ledger(crew.told())
        self.told.clear()
        runner.send_message(TELL)
        limit = perf_counter() + TOLD_LIMIT_S
        while not set(runner.clients) <= set(self.told) and perf_counter() < limit:
            gevent.sleep(0.1)
        return Ledger.sum_of(self.told.values())

    def _look(self) -> None:
        runner = self.environment.runner
        while True:
            gevent.sleep(windows.LOOK_S)
            self.history.look()
            crew = self.environment.crew  # a master has none, and counts no turns
            users = runner.user_classes_count if runner is not None else {}
            unanswered = crew.pace.unanswered if crew is not None else 0
            self.windows.look(crew.turns if crew is not None else {}, users, unanswered)

    def _keep_abreast(self) -> None:
        """Hold the users while the simulator has more callbacks open than was said."""
        crew, host = self.environment.crew, cast("str", self.environment.host)
        assert crew is not None
        while True:
            try:
                found = gauges.fetch(host, control_headers())
            except NoGauges as error:
                print(f"load: {error}", file=sys.stderr)
            else:
                crew.pace.held = found.callbacks_open > self._options.abreast
            gevent.sleep(ABREAST_S)


def _given_up(why: str) -> StopTest:
    print(f"load: {why}", file=sys.stderr)
    return StopTest(why)


def kinds_of(environment: LoadEnvironment) -> list[str]:
    """The names of the kinds of users there are."""
    return [kind.__name__ for kind in environment.user_classes]


def receiver_host() -> str:
    """The address the simulator reaches this process's receiver at."""
    return os.environ.get("LOAD_RECEIVER_HOST", "127.0.0.1")


@events.init.add_listener
def prepare(environment: LoadEnvironment, **_: object) -> None:
    """Give the process its part, before anything is asked."""
    runner = environment.runner
    environment.crew = None
    logging.getLogger("locust.stats_logger").disabled = os.environ.get("LOAD_QUIET") == "1"
    if isinstance(runner, WorkerRunner):
        runner.register_message(ORDERS, take_orders)
        runner.register_message(TELL, tell)
        return
    parsed = environment.parsed_options
    if parsed and parsed.abreast is not None and isinstance(runner, MasterRunner):
        print(
            "load: LOAD_ABREAST holds the users of one process; leave WORKERS out", file=sys.stderr
        )
        sys.exit(2)
    path = Path(parsed.thresholds if parsed else thresholds.SHIPPED)
    try:
        limits = thresholds.load(path, script.ROWS)
        if parsed:
            paces.check(parsed.paces, kinds_of(environment), parsed.arrivals)
    except (BadThresholds, BadPaces) as error:
        print(f"load: {error}", file=sys.stderr)
        sys.exit(2)
    session = Session(environment, limits)

    def told(environment: object, msg: Any) -> None:
        session.told[msg.node_id] = msg.data

    if isinstance(runner, MasterRunner):
        runner.register_message(TOLD, told)
    events.test_start.add_listener(lambda **_: session.begin())
    events.test_stop.add_listener(lambda **_: session.conclude())
    events.quitting.add_listener(lambda **_: leave(session))


def take_orders(environment: LoadEnvironment, msg: Any) -> None:
    """A worker's part: its account, its receiver. A worker that came too late has no users."""
    accounts = [script.LoadAccount(*account) for account in msg.data["accounts"]]
    index = cast("WorkerRunner", environment.runner).worker_index
    if environment.crew is not None:
        environment.crew.receiver.close()
    environment.crew, environment.host = None, msg.data["host"]
    if not 0 <= index < msg.data["processes"]:
        print("load: this worker came after the test began; start all before it", file=sys.stderr)
        return
    try:
        told = (msg.data[name] for name in Orders._fields[1:])
        orders = Orders(accounts, *told)
        crew = Crew(environment, orders, index, receiver_host())
    except NoReceiver as error:
        print(f"load: {error}", file=sys.stderr)
        return
    if crew.open():
        environment.crew = crew
    else:
        print("load: this worker could not register its callbacks", file=sys.stderr)
        crew.receiver.close()


def tell(environment: LoadEnvironment, **_: object) -> None:
    """A worker stops its users, and tells what they know and what Locust counted."""
    runner = cast("WorkerRunner", environment.runner)
    runner.stop()
    if environment.crew is not None:
        environment.crew.finish()
    counted: dict[str, Any] = {}
    environment.events.report_to_master.fire(client_id=runner.client_id, data=counted)
    runner.send_message("stats", counted)
    runner.send_message(TOLD, environment.crew.told() if environment.crew else {IDLE: 1})


def leave(session: Session) -> None:
    """A run that was broken off is judged as far as it came; one that never was has failed."""
    runner = session.environment.runner
    if runner is not None:
        runner.stop()
    if not session.concluded:
        session.environment.process_exit_code = 1
