"""`make load`: a simulator in one process, Locust in another, one verdict.

    python -m harness.load_run          LOAD_USERS=20 LOAD_SECONDS=30 are the defaults

It fails where an answer was not the expected one, where none was asked for, and where the
simulator did not end cleanly. Locust is never imported here, since it patches its process.
Everything it leaves is in `build/load`.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path("build/load")
LOCUSTFILE = Path(__file__).resolve().parents[1] / "locustfile.py"
MOST_USERS, MOST_SECONDS = 500, 600
FASTEST_SPAWN = 100
START_LIMIT_S = STOP_LIMIT_S = 30
LOCUST_LIMIT_S = 60
"""What Locust may take beyond its run time, to start and to report."""


class LoadError(Exception):
    """The load test could not be run; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How many users, and for how long."""

    users: int = 20
    seconds: int = 30

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Plan:
        """The plan of LOAD_USERS and LOAD_SECONDS. Raises LoadError outside their bounds."""
        return cls(
            users=_bounded(environ, "LOAD_USERS", cls().users, MOST_USERS),
            seconds=_bounded(environ, "LOAD_SECONDS", cls().seconds, MOST_SECONDS),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What Locust counted, and its exit status."""

    status: int
    requests: int = 0
    failures: int = 0
    requests_per_second: float = 0.0

    def faults(self) -> list[str]:
        """Why the run has failed; empty where it has passed."""
        if not self.requests:
            return ["no requests were made"]
        if self.failures:
            return [f"{self.failures} of {self.requests} answers were not the expected ones"]
        return [f"Locust ended with status {self.status}"] if self.status else []


def main(environ: Mapping[str, str] = os.environ, folder: Path = FOLDER) -> int:
    """Run the load test; 0 passed, 1 failed, 2 the environment asks for what cannot be."""
    try:
        plan = Plan.read(environ)
    except LoadError as error:
        print(f"load: {error}", file=sys.stderr)
        return 2
    _clear(folder)
    try:
        with serving(folder) as (url, simulator):
            outcome = attack(url, plan, folder)
    except LoadError as error:
        print(f"load: FAILED: {error}")
        return 1
    except KeyboardInterrupt:
        return 130
    faults = outcome.faults()
    if simulator.returncode != 0:
        faults.append(f"the simulator ended with status {simulator.returncode}")
    print(_verdict(plan, outcome, faults, folder))
    return 1 if faults else 0


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A simulator on a free loopback port and a new database; ended by SIGTERM at the end."""
    ready = folder / "ready.json"
    command = [sys.executable, "-m", "harness", "serve", "--host", "127.0.0.1", "--port", "0"]
    files = ["--db", str(folder / "smsim.db"), "--ready-file", str(ready)]
    with subprocess.Popen([*command, *files], stdout=subprocess.DEVNULL) as simulator:
        try:
            yield _url(simulator, ready), simulator
        finally:
            _end(simulator)


def attack(url: str, plan: Plan, folder: Path) -> Outcome:
    """Let Locust's users loose on a simulator. Raises LoadError where Locust does not end."""
    folder.mkdir(parents=True, exist_ok=True)
    prefix = folder / "run"
    rate = min(plan.users, FASTEST_SPAWN)
    command = [
        *(sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless", "--host", url),
        *("--users", str(plan.users), "--spawn-rate", str(rate), "--run-time", f"{plan.seconds}s"),
        *("--only-summary", "--csv", str(prefix), "--html", str(folder / "report.html")),
        *("--exit-code-on-error", "1", "--loglevel", "WARNING"),
    ]
    others = {name: value for name, value in os.environ.items() if not name.startswith("LOCUST_")}
    limit = plan.seconds + LOCUST_LIMIT_S
    try:
        status = subprocess.run(command, env=others, timeout=limit, check=False).returncode
    except subprocess.TimeoutExpired as error:
        raise LoadError(f"Locust had not ended after {limit} s") from error
    totals = folder / "run_totals.json"
    counted = json.loads(totals.read_text(encoding="utf-8")) if totals.exists() else {}
    return Outcome(status=status, **counted)


def _verdict(plan: Plan, outcome: Outcome, faults: list[str], folder: Path) -> str:
    if faults:
        return f"load: FAILED: {'; '.join(faults)}; see {folder / 'report.html'}"
    return (
        f"load: PASSED: {outcome.requests} requests by {plan.users} users in {plan.seconds} s, "
        f"{outcome.requests_per_second}/s, all answers as expected; see {folder / 'report.html'}"
    )


def _bounded(environ: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = environ.get(name, str(default))
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        raise LoadError(f'{name} is "{text}"; it may be 1 to {most}')
    return int(text)


def _clear(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for pattern in ("smsim.db*", "run_*", "ready.json*", "report.html"):
        for old in folder.glob(pattern):
            old.unlink()


def _url(simulator: subprocess.Popen[bytes], ready: Path) -> str:
    limit = time.monotonic() + START_LIMIT_S
    while not ready.exists():
        if simulator.poll() is not None:
            raise LoadError("the simulator did not start; its own words are above")
        if time.monotonic() > limit:
            raise LoadError(f"the simulator was not ready after {START_LIMIT_S} s")
        time.sleep(0.05)
    return str(json.loads(ready.read_text(encoding="utf-8"))["url"])


def _end(simulator: subprocess.Popen[bytes]) -> None:
    simulator.terminate()
    try:
        simulator.wait(STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        simulator.kill()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main())
