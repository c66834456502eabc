"""What pytest loads: options, the marker, fixtures, and `*.sms.yaml` files.

pytest loads this at every start, so it imports nothing that is not needed for that. The simulator is
started by the first test that asks for it, and not before.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from smsim_pytest.account import Account
    from smsim_pytest.async_account import AsyncAccount
    from smsim_pytest.playing import Played, Player
    from smsim_pytest.scenario_files import ScenarioFile
    from smsim_pytest.sms_simulator import SmsSimulator

_ACCOUNT = pytest.StashKey["Account"]()

MARKER = (
    "sms(**spec): the spec of the account that sms_account is, such as seed=7 or "
    'carriers={"default": "instant"}; the nearest marker wins'
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--sms-url` and `--sms-seed`."""
    group = parser.getgroup("smsim", "smsim: a local Vibes")
    group.addoption(
        "--sms-url", metavar="URL", help="a simulator that runs already; one is started if absent"
    )
    group.addoption(
        "--sms-seed",
        metavar="N",
        type=int,
        help="in place of every account's and every scenario's own seed",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line("markers", MARKER)


def pytest_report_header(config: pytest.Config) -> str | None:
    """What of smsim is not as usual in this run."""
    told = {"at": config.getoption("sms_url"), "seed": config.getoption("sms_seed")}
    words = ", ".join(f"{name} {value}" for name, value in told.items() if value is not None)
    return f"smsim: {words}" if words else None


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ScenarioFile | None:
    """`*.sms.yaml` files are tests."""
    if not file_path.name.endswith(".sms.yaml"):
        return None
    from smsim_pytest.scenario_files import ScenarioFile

    return ScenarioFile.of(parent, file_path, _player(parent.config))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test that has an account shows the account's timeline, unless its words already do."""
    report = yield
    account = item.stash.get(_ACCOUNT, None)
    if account is not None and report.failed and call.excinfo is not None:
        from smsim_pytest.control import SmsError
        from smsim_pytest.waiting import Unmet

        if not isinstance(call.excinfo.value, Unmet):
            try:
                shown = account.timeline()
            except SmsError as error:
                shown = f"  none: {error}"
            report.sections.append(("sms timeline", f"{shown}\nagain: {account.again}"))
    return report


@pytest.fixture(scope="session")
def sms_simulator(pytestconfig: pytest.Config) -> Iterator[SmsSimulator]:
    """The simulator: a process of this session's own (with pytest-xdist one of each worker's).

    With `--sms-url` the one that runs there.
    """
    from contextlib import nullcontext

    from smsim_pytest.control import SmsError
    from smsim_pytest.process import served
    from smsim_pytest.sms_simulator import SmsSimulator

    wished = pytestconfig.getoption("sms_url")
    try:
        with served() if wished is None else nullcontext(wished) as url:
            simulator = SmsSimulator(url, _token()).checked()
            yield simulator
            simulator.clear()
    except SmsError as error:
        raise _failed(f"no simulator: {error}") from None


@pytest.fixture
def sms_account(
    request: pytest.FixtureRequest, sms_simulator: SmsSimulator
) -> Iterator[Account | AsyncAccount]:
    """A fresh account for this test, with a manual clock and a seed from the test's id.

    In an async test its methods are to be awaited. `@pytest.mark.sms(...)` gives its spec.
    """
    from inspect import iscoroutinefunction

    from smsim_pytest import identity
    from smsim_pytest.control import SmsError

    test_id = identity.id_of(request.node)
    spec = {"seed": identity.seed_of(test_id), **_spec(request.node)}
    wished = request.config.getoption("sms_seed")
    spec = spec if wished is None else {**spec, "seed": wished}
    again = identity.again(test_id, spec["seed"])
    try:
        account = sms_simulator.named(identity.key_of(test_id), spec, again)
    except SmsError as error:
        raise _failed(f"no account for this test: {error}") from None
    request.node.stash[_ACCOUNT] = account
    request.node.user_properties.append(("sms_seed", account.seed))
    yield account.aio if iscoroutinefunction(request.function) else account
    del request.node.stash[_ACCOUNT]
    sms_simulator.remove(account)


@pytest.fixture
def sms_scenario(
    request: pytest.FixtureRequest,
) -> Callable[..., Played] | Callable[..., Awaitable[Played]]:
    """Plays a scenario file: `sms_scenario("stop.sms.yaml", seed=7)`, to be awaited in an async test.

    The path is relative to the test's file. Raises ScenarioFailed, an AssertionError.
    """
    import asyncio
    from inspect import iscoroutinefunction

    player, folder = _player(request.config), request.path.parent

    def play(path: str | Path, seed: int | None = None) -> Played:
        __tracebackhide__ = True
        return player.play(folder / path, seed)

    async def aside(path: str | Path, seed: int | None = None) -> Played:
        __tracebackhide__ = True
        return await asyncio.to_thread(play, path, seed)

    return aside if iscoroutinefunction(request.function) else play


def _failed(words: str) -> BaseException:
    """A failure that shows these words alone."""
    return pytest.fail.Exception(words, pytrace=False)


def _spec(node: pytest.Item) -> dict[str, Any]:
    """What the markers of a test say of its account, the nearest last."""
    spec: dict[str, Any] = {}
    for marker in reversed(list(node.iter_markers("sms"))):
        if marker.args:
            raise _failed("@pytest.mark.sms takes members by name, such as seed=7")
        spec |= marker.kwargs
    return spec


def _player(config: pytest.Config) -> Player:
    from smsim_pytest.playing import Player

    return Player(
        folder=Path(config.invocation_params.dir),
        url=config.getoption("sms_url"),
        token=_token(),
        seed=config.getoption("sms_seed"),
    )


def _token() -> str | None:
    return os.environ.get("SMSIM_CONTROL_TOKEN")
