"""The plugin in somebody's project: fixtures, options, the marker, and what a failure shows."""

from __future__ import annotations

import pytest

from smsim_pytest import SmsSimulator
from tests.plugin.project import ASYNCIO, Project

FIXTURES = """
    import pytest
    from smsim_pytest import Account, AsyncAccount, SmsSimulator, delivered, subscribed

    ANA = "+13125550101"

    def note(account):
        with open("seen.txt", "a") as file:
            print(account.company_key, account.seed, account.url, file=file)

    def test_sync(sms_account: Account) -> None:
        assert isinstance(sms_account, Account)
        sms_account.text(ANA, "VIP")
        sms_account.until(delivered(to=ANA, text="Reply Y*"), within="5m")
        sms_account.text(ANA, "Y")
        sms_account.until(subscribed(mdn=ANA, list="1001"))
        note(sms_account)

    async def test_async(sms_account: AsyncAccount) -> None:
        assert isinstance(sms_account, AsyncAccount)
        await sms_account.text(ANA, "VIP")
        await sms_account.until(delivered(to=ANA, text="Reply Y*"), within="5m")
        assert (await sms_account.clock())["now"] == sms_account.now
        note(sms_account)

    @pytest.mark.sms(seed=8, carriers={"default": "instant"})
    class TestMarked:
        @pytest.mark.sms(seed=7)
        def test_nearest_wins(self, sms_account: Account) -> None:
            sms_account.text(ANA, "HELP")
            sms_account.until(delivered(to=ANA), within="1s")
            note(sms_account)

        @pytest.mark.parametrize("word", ["a", "b"])
        def test_parameters(self, sms_account: Account, word: str) -> None:
            note(sms_account)

    def test_env(sms_account: Account, sms_simulator: SmsSimulator) -> None:
        key = sms_account.company_key
        assert sms_account.now == "2026-01-05T15:00:00Z"
        assert sms_account.platform_url == f"{sms_simulator.url}/companies/{key}"
        assert sms_account.connect_url == f"{sms_simulator.url}/MessageApi"
        assert sms_account.env["VIBES_COMPANY_KEY"] == key
        other = sms_simulator.account(seed=3)
        other.text(ANA, "HELP")
        assert sms_account.messages() == []
        note(sms_account)
"""


def test_fixtures_in_sync_and_async_tests(project: Project) -> None:
    """Each test has an account of its own, with its own seed or the nearest marker's."""
    project.write("test_it.py", FIXTURES)
    run = project.run("-q", *ASYNCIO)
    assert "6 passed" in run.words, run.words
    seen = [line.split() for line in project.read("seen.txt")]
    keys, seeds, urls = ([row[column] for row in seen] for column in range(3))
    assert len(set(keys)) == 6
    assert seeds[2:5] == ["7", "8", "8"]
    assert len(set(seeds)) == 5
    assert len(set(urls)) == 1


def test_a_simulator_that_runs_already(project: Project, simulator: SmsSimulator) -> None:
    """With --sms-url it is used, by many at once, and left without an account of theirs."""
    project.write("test_it.py", FIXTURES)
    first = simulator.named("test-sync-1", {}, "")
    before = simulator.keys()
    run = project.run(*ASYNCIO, "--sms-url", simulator.url, "--sms-seed", "5", "-W", "error")
    assert f"smsim: at {simulator.url}, seed 5" in run.words
    assert "6 passed" in run.words, run.words
    seen = [line.split() for line in project.read("seen.txt")]
    assert {(seed, url) for _, seed, url in seen} == {("5", simulator.url)}
    assert simulator.keys() == before
    simulator.remove(first)


def test_a_key_that_is_taken_at_a_shared_simulator(simulator: SmsSimulator) -> None:
    """Two runs of the same test at once have accounts of different names; a name asked for stands."""
    one, two = (simulator.named("same", {}, "") for _ in range(2))
    assert [one.company_key, two.company_key] == ["same", "same-2"]
    with pytest.raises(Exception, match="same"):
        simulator.named("x", {"company_key": "same"}, "")
    for account in (one, two):
        simulator.remove(account)


def test_nobody_at_the_url(project: Project) -> None:
    """The error says so in one line, with no traceback of ours."""
    project.write("test_it.py", "def test_it(sms_account): pass")
    run = project.run("--sms-url", "http://127.0.0.1:9")
    assert "no simulator: no answer from http://127.0.0.1:9" in run.words
    assert "control.py" not in run.words


def test_workers_have_simulators_of_their_own(project: Project) -> None:
    """With pytest-xdist: one of each worker's, and seeds that grouping does not change."""
    project.write(
        "test_it.py",
        """
        import os
        import pytest

        @pytest.mark.parametrize("number", range(4))
        @pytest.mark.xdist_group("odd")
        def test_group(number, sms_account):
            note(sms_account)

        @pytest.mark.parametrize("number", range(4))
        @pytest.mark.xdist_group("even")
        def test_other(number, sms_account):
            note(sms_account)

        def note(account):
            with open(f"seen-{os.environ.get('PYTEST_XDIST_WORKER')}.txt", "a") as file:
                print(account.company_key, account.seed, account.url, file=file)
        """,
    )
    xdist = ("-p", "xdist.plugin", "-p", "xdist.looponfail")
    run = project.run(*xdist, "-n", "2", "--dist", "loadgroup")
    assert "8 passed" in run.words, run.words
    by_worker = [
        [line.split() for line in project.read(f"seen-gw{number}.txt")] for number in range(2)
    ]
    assert [len({url for _, _, url in seen}) for seen in by_worker] == [1, 1]
    assert by_worker[0][0][2] != by_worker[1][0][2]
    project.run(*xdist, "-n", "0")
    told = [[line.split()[:2] for line in project.read("seen-None.txt")]]
    alone = sorted(pair for seen in told for pair in seen)
    assert alone == sorted(row[:2] for seen in by_worker for row in seen)


def test_what_a_failure_shows(project: Project) -> None:
    """Ours has the timeline in its words, any other failure has it in a section of the report."""
    project.write(
        "test_it.py",
        """
        import pytest
        from smsim_pytest import delivered

        def test_ours(sms_account):
            sms_account.text("+13125550101", "HELP")
            sms_account.until(delivered(to="+13125550101", text="Welcome*"), within="5m")

        async def test_async(sms_account):
            await sms_account.until(delivered(to="+13125550102"), within="5m")

        def test_other(sms_account):
            sms_account.text("+13125550101", "STOP")
            assert 1 == 2

        @pytest.mark.sms(sede=7)
        def test_spec(sms_account):
            pass

        @pytest.mark.sms({"seed": 7})
        def test_position(sms_account):
            pass
        """,
    )
    run = project.run(*ASYNCIO, "--junit-xml", "junit.xml", "-o", "junit_family=xunit1")
    assert "3 failed, 2 errors" in run.words, run.words
    words = run.words.split("____ test_")
    ours, then, other = (
        next(part for part in words if part.startswith(name)) for name in ("ours", "async", "other")
    )
    assert "expected delivered(to='+13125550101', text='Welcome*') within 5m" in ours
    assert '+13125550101 texts "HELP" to 65047 (taken as help)' in ours
    assert "again: pytest test_it.py::test_ours --sms-seed " in ours
    assert "sms timeline" not in ours
    assert "smsim_pytest/" not in ours + then
    assert "actual: no message to +13125550102" in then
    assert "concurrent" not in then
    assert "---- sms timeline ----" in other
    assert '+13125550101 texts "STOP" to 65047 (taken as stop)' in other
    assert "again: pytest test_it.py::test_other --sms-seed " in other
    assert 'unknown member "sede"; did you mean "seed"?' in run.words
    assert "takes members by name, such as seed=7" in run.words
    assert 'name="sms_seed"' in "".join(project.read("junit.xml"))


def test_a_project_with_folders_of_the_same_names(project: Project) -> None:
    """Its harness and simulator are its own in its tests, and nothing to the simulator."""
    for name in ("harness", "simulator"):
        project.write(f"{name}/__init__.py", f"MINE = '{name}'")
        project.write(f"{name}/__main__.py", "raise SystemExit('the wrong one')")
    project.write(
        "x.sms.yaml", "name: Nothing\npeople: {ana: {phone: '3125550101'}}\nsteps: [advance: 1m]"
    )
    project.write(
        "test_it.py",
        """
        import harness
        import simulator
        from smsim_pytest import delivered

        def test_it(sms_account):
            assert (harness.MINE, simulator.MINE) == ("harness", "simulator")
            sms_account.text("+13125550101", "HELP")
            sms_account.until(delivered(to="+13125550101"))
        """,
    )
    run = project.run("-q", env={"PYTHONPATH": "."})
    assert "2 passed" in run.words, run.words


def test_nothing_starts_and_little_is_loaded_where_nothing_uses_it(project: Project) -> None:
    """The plugin costs a run that does not want it two modules, and no process."""
    project.write(
        "test_it.py",
        """
        import subprocess
        import sys
        import pytest

        BEFORE = set(sys.modules)
        OURS = ("smsim_pytest", "harness", "simulator")

        @pytest.fixture(autouse=True, scope="session")
        def no_process():
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(subprocess, "Popen", None)
                yield

        def test_it():
            ours = {name for name in BEFORE if name.split(".")[0] in OURS}
            assert ours == {"smsim_pytest", "smsim_pytest.plugin"}
            assert BEFORE & {"aiohttp", "yaml", "http.client", "asyncio", "pydantic"} == set()

        def test_marked():
            pass
        """,
    )
    project.write("config.yaml", "a: 1")
    run = project.run("-q")
    assert "2 passed" in run.words, run.words
    shown = project.run("--markers").words + project.run("--help").words
    for word in ("@pytest.mark.sms(**spec)", "--sms-url=URL", "--sms-seed=N"):
        assert word in shown
