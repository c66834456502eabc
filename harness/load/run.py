"""`make load`: a simulator in one process, Locust in others, one verdict.

    python -m harness.load.run          LOAD_USERS=20 LOAD_SECONDS=30 WORKERS=0 are the defaults

It fails where Locust's verdict names a fault, and where the simulator did not end cleanly. Locust is
never imported here, since it patches its process. Everything it leaves is in `build/load`.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import DEVNULL

FOLDER = Path("build/load")
LOCUSTFILE = Path(__file__).resolve().parents[2] / "locustfile.py"
LOCUST = (sys.executable, "-m", "locust", "-f", str(LOCUSTFILE))
MOST_USERS, MOST_SECONDS, MOST_WORKERS = 5_000, 7 * 24 * 3600, 64
FASTEST_SPAWN = 100
LONGEST = 19
"""No number of a variable has so many digits."""
START_LIMIT_S = STOP_LIMIT_S = 30
WORKER_LIMIT_S = 5
LOCUST_LIMIT_S = 600
"""What Locust may take beyond its run time, to start, to reconcile and to report."""


class LoadError(Exception):
    """The load test could not be run; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How many users, for how long, and on how many workers; 0 is one process that does it all."""

    users: int = 20
    seconds: int = 30
    workers: int = 0

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Plan:
        """The plan of LOAD_USERS, LOAD_SECONDS, WORKERS. Raises LoadError outside their bounds."""
        return cls(
            users=bounded(environ, "LOAD_USERS", cls().users, MOST_USERS),
            seconds=bounded(environ, "LOAD_SECONDS", cls().seconds, MOST_SECONDS),
            workers=bounded(environ, "WORKERS", cls().workers, MOST_WORKERS, least=0),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Locust's exit status, and its verdict: what it counted, and each fault in words.

    `amiss` are those of them that are the journal's: what does not add up.
    """

    status: int
    requests: int = 0
    failures: int = 0
    throttled: int = 0
    requests_per_second: float = 0.0
    counts: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    amiss: list[str] = field(default_factory=list)

    def why(self) -> list[str]:
        """Why the run has failed; empty where it has passed."""
        if self.faults:
            return self.faults
        return (
            [f"Locust ended with status {self.status}; its own words are above"]
            if self.status
            else []
        )


def main(environ: Mapping[str, str] = os.environ, folder: Path = FOLDER) -> int:
    """Run the load test; 0 passed, 1 failed, 2 the environment asks for what cannot be."""
    try:
        plan = Plan.read(environ)
        clear(folder)
    except LoadError as error:
        print(f"load: {error}", file=sys.stderr)
        return 2
    try:
        with serving(folder) as (url, simulator):
            outcome = attack(url, plan, folder, environ)
    except LoadError as error:
        print(f"load: FAILED: {error}")
        return 1
    except KeyboardInterrupt:
        return 130
    faults = [*outcome.why(), *ended(simulator.returncode)]
    print(_verdict(plan, outcome, faults, folder))
    return 1 if faults else 0


def ended(status: int | None) -> list[str]:
    """What is wrong with how the simulator ended; empty where it ended cleanly."""
    return [f"the simulator ended with status {status}"] if status else []


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A simulator on a free loopback port and a new database; ended by SIGTERM at the end."""
    ready = folder / "ready.json"
    command = [sys.executable, "-m", "harness", "serve", "--host", "127.0.0.1", "--port", "0"]
    files = ["--db", str(folder / "smsim.db"), "--ready-file", str(ready)]
    with subprocess.Popen([*command, *files], stdout=DEVNULL) as simulator:
        try:
            yield _url(simulator, ready), simulator
        finally:
            _end(simulator)


def attack(url: str, plan: Plan, folder: Path, environ: Mapping[str, str] = os.environ) -> Outcome:
    """Let Locust's users loose on a simulator, with the LOAD_... of that environment and no others.

    Locust hears no keys meanwhile, by which it would let more of them in.
    Raises LoadError where Locust does not end.
    """
    folder.mkdir(parents=True, exist_ok=True)
    prefix = folder / "run"
    rate = min(plan.users, FASTEST_SPAWN)
    command = [
        *(*LOCUST, "--headless", "--host", url, "--loglevel", "WARNING"),
        *("--users", str(plan.users), "--spawn-rate", str(rate), "--run-time", f"{plan.seconds}s"),
        *("--only-summary", "--csv", str(prefix), "--html", str(folder / "report.html")),
        "--csv-full-history",
    ]
    kept = {
        name: text for name, text in os.environ.items() if not name.startswith(("LOCUST_", "LOAD_"))
    }
    kept |= {name: text for name, text in environ.items() if name.startswith("LOAD_") and text}
    limit = plan.seconds + LOCUST_LIMIT_S
    with _workers(plan.workers, kept) as master:
        try:
            ended = subprocess.run(
                [*command, *master], env=kept, stdin=DEVNULL, timeout=limit, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise LoadError(f"Locust had not ended after {limit} s") from error
    verdict = folder / "run_verdict.json"
    told = json.loads(verdict.read_text(encoding="utf-8")) if verdict.exists() else {}
    return Outcome(status=ended.returncode, **told)


@contextmanager
def _workers(count: int, environ: Mapping[str, str]) -> Iterator[list[str]]:
    """So many workers on loopback, and the options of their master; none where there are none."""
    if not count:
        yield []
        return
    host = "127.0.0.1"
    with socket.create_server((host, 0)) as free:
        port = str(free.getsockname()[1])
    told = ("--worker", "--master-host", host, "--master-port", port, "--loglevel", "WARNING")
    workers = [subprocess.Popen([*LOCUST, *told], env=environ, stdin=DEVNULL) for _ in range(count)]
    try:
        yield [
            *("--master", "--master-bind-host", host, "--master-bind-port", port),
            *("--expect-workers", str(count), "--expect-workers-max-wait", str(START_LIMIT_S)),
        ]
    finally:
        for worker in workers:
            _leave(worker)


def _verdict(plan: Plan, outcome: Outcome, faults: list[str], folder: Path) -> str:
    if faults:
        return f"load: FAILED: {'; '.join(faults)}; see {folder / 'report.html'}"
    later = f", {outcome.throttled} told to come later" if outcome.throttled else ""
    return (
        f"load: PASSED: {outcome.requests} requests by {plan.users} users in {plan.seconds} s, "
        f"{outcome.requests_per_second}/s{later}; see {folder / 'report.html'}"
    )


def bounded(environ: Mapping[str, str], name: str, default: int, most: int, least: int = 1) -> int:
    """The whole number that a variable says, or the usual one. Raises LoadError out of its bounds."""
    text = environ.get(name, "") or str(default)
    value = int(text) if text.isascii() and text.isdigit() and len(text) < LONGEST else -1
    if not least <= value <= most:
        raise LoadError(f'{name} is "{text[:LONGEST]}"; it may be {least} to {most}')
    return value


def clear(folder: Path) -> None:
    """Make the folder, without what an earlier run left in it. Raises LoadError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for pattern in ("smsim.db*", "run_*", "ready.json*", "report.html", "soak.*"):
            for old in folder.glob(pattern):
                old.unlink()
    except OSError as error:
        raise LoadError(f"{folder} cannot be cleared for the run: {error}") from error


def _url(simulator: subprocess.Popen[bytes], ready: Path) -> str:
    limit = time.monotonic() + START_LIMIT_S
    while not ready.exists():
        if simulator.poll() is not None:
            raise LoadError("the simulator did not start; its own words are above")
        if time.monotonic() > limit:
            raise LoadError(f"the simulator was not ready after {START_LIMIT_S} s")
        time.sleep(0.05)
    return str(json.loads(ready.read_text(encoding="utf-8"))["url"])


def _leave(worker: subprocess.Popen[bytes]) -> None:
    """A worker ends with its master; one that does not is ended."""
    try:
        worker.wait(WORKER_LIMIT_S)
    except subprocess.TimeoutExpired:
        _end(worker)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        process.kill()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main())
