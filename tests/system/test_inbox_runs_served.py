"""Who plays scenarios from the inbox: `smsim serve` and `smsim demo`, each with its paths."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.cli import _parser
from harness.commands import demo
from harness.commands.serve import settings_from
from harness.environment import Environment, spawn, start
from harness.playing.pages import Scenarios
from harness.reporting import Reporter
from simulator.errors import UserError
from tests.system.run_pages import WELCOMED, Inbox


async def test_a_run_ends_with_its_server(tmp_path: Path) -> None:
    """A server that is asked to end waits for no run."""
    (tmp_path / "yes.sms.yaml").write_text(WELCOMED)
    scenarios = Scenarios([tmp_path])
    async with start(fittings=(scenarios.fit,)) as environment:
        scenarios.begin(environment)
        inbox = Inbox(environment, scenarios, tmp_path)
        number = await inbox.play(str(tmp_path / "yes.sms.yaml"), "slow")
        await inbox.until(number, "playing", at=1)
    run = scenarios.run(number)
    assert run is not None
    assert run.state == "stopped"


async def test_a_simulator_without_scenarios_says_so(tmp_path: Path) -> None:
    """Where nobody fills the port, and where there is no file, the page tells what to do."""
    async with start() as environment:
        inbox = Inbox(environment, Scenarios([]), tmp_path)
        told = (await inbox.get("/runs")).text
        assert "smsim serve --scenarios PATH" in told
        assert f"smsim run --url {environment.url} --keep FILE" in told
        refused = await inbox.post("/runs", scenario="x")
        assert refused.status == 400
        assert "started without scenarios" in refused.text


def test_the_paths_are_a_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By flag as often as one likes, else by the environment or the file; what is not there is told."""
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    serve = _parser("serve")
    flags = serve.parse_args(["serve", "--scenarios", str(one), "--scenarios", str(two)])
    told = {"SMSIM_SCENARIOS": f"{two}:{one}"}
    assert settings_from(flags, told).scenarios == (one, two)
    plain = serve.parse_args(["serve"])
    assert settings_from(plain, told).scenarios == (two, one)
    assert settings_from(plain, {}).scenarios is None
    config = tmp_path / "smsim.toml"
    config.write_text(f"scenarios = [{str(two)!r}]")
    of_file = serve.parse_args(["serve", "--config", str(config)])
    assert settings_from(of_file, {}).scenarios == (two,)
    missing = serve.parse_args(["serve", "--scenarios", str(tmp_path / "none")])
    with pytest.raises(UserError, match="none: no such file or folder"):
        settings_from(missing, {})


async def test_the_server_has_the_folder_scenarios_or_what_it_is_given(tmp_path: Path) -> None:
    """`smsim serve` offers the folder where it starts, and with a path that alone, and plays it."""
    path = tmp_path / "yes.sms.yaml"
    path.write_text(WELCOMED)
    async with spawn() as environment:
        told = await Inbox(environment, Scenarios([]), tmp_path).get("/runs")
        assert "scenarios/opt_in/by_keyword.sms.yaml" in told.text
    async with spawn("--scenarios", str(path)) as environment:
        inbox = Inbox(environment, Scenarios([]), tmp_path)
        told = await inbox.get("/runs")
        assert "1 file<" in told.text
        assert await inbox.play(str(path)) == 1


async def test_the_demo_offers_what_it_plays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`smsim demo` fills the ports of runs and of copies, with the paths it was given."""
    path = tmp_path / "yes.sms.yaml"
    path.write_text(WELCOMED)
    seen: list[str] = []

    async def look(
        environment: Environment, _scenarios: object, chosen: Sequence[Reporter], *, keep: bool
    ) -> bool:
        assert keep
        await environment.account({"company_key": "acme"})
        inbox = Inbox(environment, Scenarios([]), tmp_path)
        seen.extend([(await inbox.get(at)).text for at in ("/runs", "/inbox/acme/copy")])
        for reporter in chosen:
            reporter.close()
        return True

    monkeypatch.setattr(demo, "play", look)
    await demo._demo([path], tmp_path / "out", 0, looked_at=False)
    assert f'value="{path}"' in seen[0]
    assert "Copy 2 rows" in seen[1]
