"""Scenario runs from the inbox: what is on offer, what is played, how it ends, and what is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, ClientTimeout

from harness.environment import start
from harness.playing import pages
from harness.playing.pages import Scenarios
from tests.system.run_pages import BROKEN, CASES, FAILS, PROGRAM, RESTARTS, WELCOMED, WRONG, Inbox


@pytest.fixture
async def inbox(tmp_path: Path) -> AsyncIterator[Inbox]:
    folder = tmp_path / "scenarios"
    folder.mkdir()
    scenarios = Scenarios([folder])
    async with start(fittings=(scenarios.fit,)) as environment:
        scenarios.begin(environment)
        yield Inbox(environment, scenarios, folder)


async def test_what_is_on_offer_is_found_by_words(inbox: Inbox) -> None:
    """Files by folder, with titles and rules as text; every word of the search must be there."""
    inbox.write("opt_in/yes", WELCOMED)
    inbox.write("other/fails", FAILS)
    whole = (await inbox.get("/runs")).text
    assert f"{inbox.folder}/opt_in</bdi>" in whole
    assert "A yes makes a member <b></bdi>" in whole
    assert "member <b>" not in await inbox.raw("/runs")
    assert "2 files" in whole
    for query, found in (("MEMBER yes r12", 1), ("r1", 0), ("fails", 1), ("asks yes", 0), ("", 2)):
        text = (await inbox.get(f"/runs?q={query.replace(' ', '+')}")).text
        assert text.count("<li data-row>") == found, query
    assert "No scenario has all these words" in (await inbox.get("/runs?q=nothing")).text


async def test_a_run_that_passes(inbox: Inbox) -> None:
    """Its page has every step done, the conversations by phone, and an account that stays."""
    number = await inbox.play(inbox.write("yes", WELCOMED))
    run = await inbox.until(number)
    assert run.state == "passed"
    assert [step.state for step in run.steps] == ["done"] * 5
    assert [(person.name, person.mdn) for person in run.people] == [
        ("ana and cleo", "+13125550101"),
        ("ben", "+13125550102"),
    ]
    page = (await inbox.get(f"/runs/{number}")).text
    assert "5 steps, all as expected" in page
    assert "Welcome to VIP Deals" in page
    assert f'href="/inbox/{run.account}/phones"' in page
    account = await inbox.get(f"/inbox/{run.account}/messages")
    assert "Welcome to VIP Deals" in account.text
    one = (await inbox.get(f"/runs/{number}?mdn=%2B13125550102")).text
    assert "Welcome to VIP Deals" not in one
    assert "ana and cleo</bdi></a>" in one


async def test_a_run_that_fails_says_why(inbox: Inbox) -> None:
    """The place in the file, both sides, the timeline, and what was not done any more."""
    name = inbox.write("fails", FAILS)
    run = await inbox.until(await inbox.play(name))
    assert run.state == "failed"
    assert [step.state for step in run.steps] == ["done", "done", "failed", "left"]
    page = (await inbox.get(f"/runs/{run.number}")).text
    assert f"{name}:9:9" in page
    assert 'ana received "Welcome*"' in page
    assert 'received "Reply Y to join VIP Deals.' in page
    assert "Timeline of <bdi>ana</bdi>" in page
    assert '"VIP" to 65047 (taken as keyword VIP)' in page
    assert f"smsim run {name} --seed 0" in page
    assert f'name="scenario" value="{name}"><input type="hidden" name="pace" value="full">' in page


async def test_a_run_that_breaks_says_where(inbox: Inbox) -> None:
    """The step that could not be done, with its position; the account stays for a look."""
    name = inbox.write("broken", BROKEN)
    run = await inbox.until(await inbox.play(name))
    assert (run.state, run.at) == ("broken", 1)
    assert run.broken == f"{name}:6:5: the last text of ana has 0 links"
    assert [step.state for step in run.steps] == ["failed", "left"]
    assert (await inbox.get(f"/inbox/{run.account}/messages")).status == 200


async def test_mistakes_of_a_file_are_told_with_their_places(inbox: Inbox) -> None:
    """All of them at once, and nothing is played; the file is read again the next time."""
    name = inbox.write("wrong", WRONG)
    told = await inbox.post("/runs", scenario=name)
    assert told.status == 400
    assert f"{name} has 2 mistakes, and was not played" in told.text
    assert f'{name}:4:9: unknown member "phne"; did you mean "phone"?' in told.text
    assert f"{name}:6:5" in told.text
    assert inbox.scenarios.runs() == []
    inbox.write("wrong", WELCOMED)
    assert (await inbox.until(await inbox.play(name))).state == "passed"
    assert "It has mistakes" not in (await inbox.get("/runs")).text


async def test_only_what_is_on_offer_is_played(inbox: Inbox, tmp_path: Path) -> None:
    """No path of a request is opened, be it of a right scenario."""
    inside = Path(inbox.write("yes", WELCOMED))
    outside = tmp_path / "outside.sms.yaml"
    outside.write_text(WELCOMED)
    for name in (outside, f"{inbox.folder}/../outside.sms.yaml", f"{inside}[x]", "/etc/hosts", ""):
        told = await inbox.post("/runs", scenario=str(name), pace="full")
        assert told.status == 400
        assert f'there is no scenario "{name}" here' in told.text
    assert inbox.scenarios.runs() == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (PROGRAM, "It starts a program of yours, which no page may"),
        (RESTARTS, "It ends the simulator in the middle, and needs one of its own"),
    ],
)
async def test_what_is_not_for_a_page_is_refused(inbox: Inbox, text: str, why: str) -> None:
    """The list and the refusal say why, and what to type instead; nothing is started."""
    name = inbox.write("a file", text)
    listed = (await inbox.get("/runs")).text
    assert f"{why}: <code>smsim run '{name}'</code>" in listed
    assert f'value="{name}"' not in listed
    told = await inbox.post("/runs", scenario=name)
    assert told.status == 400
    assert f"{why}. Play it with: smsim run '{name}'" in told.text
    assert not (inbox.folder / "started").exists()


async def test_a_file_of_cases_offers_each(inbox: Inbox) -> None:
    """A case is played by its own button; the file without one is not."""
    name = inbox.write("cases", CASES)
    listed = (await inbox.get("/runs")).text
    assert f'value="{name}[short]"' in listed
    assert f'value="{name}"' not in listed
    run = await inbox.until(await inbox.play(f"{name}[long]"))
    assert (run.state, run.steps[0].title) == ("passed", "advance 2h")
    told = await inbox.post("/runs", scenario=name)
    assert f"{name} has several cases; play one of them" in told.text


async def test_a_run_is_stopped_in_the_middle(inbox: Inbox) -> None:
    """What came before the stop is done, the rest is not, and the account stays until deleted."""
    number = await inbox.play(inbox.write("yes", WELCOMED), "slow")
    run = await inbox.until(number, "playing", at=1)
    page = (await inbox.get(f"/runs/{number}")).text
    assert "Stop here" in page
    assert 'aria-current="step"' in page
    assert '<noscript><meta http-equiv="refresh"' in page
    stopped = await inbox.post(f"/runs/{number}/stop")
    assert (stopped.status, stopped.to) == (303, f"/runs/{number}")
    run = await inbox.until(number)
    assert run.state == "stopped"
    assert [step.state for step in run.steps] == ["stopped", *["left"] * 4]
    page = (await inbox.get(f"/runs/{number}")).text
    assert "Stop here" not in page
    assert "http-equiv" not in page
    assert (await inbox.get(f"/inbox/{run.account}/messages")).status == 200
    await inbox.post(f"/inbox/{run.account}/settings/delete", key=run.account)
    assert "Its account was deleted" in (await inbox.get(f"/runs/{number}")).text


async def test_a_run_is_stopped_before_it_begins(inbox: Inbox) -> None:
    """Whoever is that quick has a run that is stopped, and takes no other's place."""
    number = await inbox.scenarios.start(inbox.write("yes", WELCOMED), 0.0)
    await inbox.scenarios.stop(number)
    run = await inbox.until(number)
    assert (run.state, run.at, run.account) == ("stopped", 0, "")
    assert "stopped</span>\nbefore its first step" in (await inbox.get(f"/runs/{number}")).text


async def test_a_deleted_accounts_key_is_the_next_runs(inbox: Inbox) -> None:
    """The page of an older run never shows the conversations of another's account."""
    name = inbox.write("yes", WELCOMED)
    first = await inbox.until(await inbox.play(name))
    second = await inbox.until(await inbox.play(name))
    assert (first.account, second.account) == ("yes-0", "yes-0-2")
    await inbox.post(f"/inbox/{first.account}/settings/delete", key=first.account)
    third = await inbox.until(await inbox.play(name))
    assert third.account == "yes-0"
    assert "Welcome to VIP" not in (await inbox.get(f"/runs/{first.number}")).text
    assert "Welcome to VIP" in (await inbox.get(f"/runs/{third.number}")).text


async def test_so_many_at_once(inbox: Inbox) -> None:
    """A fifth run waits for its turn; a place is free again once one is stopped."""
    name = inbox.write("yes", WELCOMED)
    numbers = [await inbox.play(name, "slow") for _ in range(4)]
    told = await inbox.post("/runs", scenario=name)
    assert told.status == 400
    assert "4 runs are under way; stop one, or wait until one has ended" in told.text
    await inbox.post(f"/runs/{numbers[0]}/stop")
    await inbox.play(name, "slow")


async def test_old_runs_are_forgotten(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last are remembered; the page of an older one says that it is not."""
    monkeypatch.setattr(pages, "MOST_REMEMBERED", 2)
    name = inbox.write("yes", WELCOMED)
    for _ in range(3):
        await inbox.until(await inbox.play(name))
    assert [run.number for run in inbox.scenarios.runs()] == [3, 2]
    for path in ("/runs/1", "/runs/1/live", "/runs/99999999999"):
        gone = await inbox.get(path)
        assert gone.status == 404
        assert "the last ones are on the page of runs" in gone.text


async def test_another_sites_form_plays_and_stops_nothing(inbox: Inbox) -> None:
    """Starting and stopping are for our own pages."""
    name = inbox.write("yes", WELCOMED)
    evil = "http://evil.test"
    assert (await inbox.post("/runs", origin=evil, scenario=name)).status == 403
    number = await inbox.play(name, "slow")
    assert (await inbox.post(f"/runs/{number}/stop", origin=evil)).status == 403
    await inbox.until(number, "playing", at=1)


async def test_a_pace_that_is_none_is_told(inbox: Inbox) -> None:
    """Bad input is said, and nothing is played."""
    told = await inbox.post("/runs", scenario=inbox.write("yes", WELCOMED), pace="warp")
    assert told.status == 400
    assert '"warp" is no pace; it is slow, quick, full' in told.text


async def test_news_of_a_run(inbox: Inbox) -> None:
    """One piece at once, the next when the run goes on, and later when its account does."""
    number = await inbox.play(inbox.write("yes", WELCOMED), "slow")
    url = f"{inbox.environment.url}/runs/{number}/live"
    limit = ClientTimeout(total=10)  # a hang is a failure
    async with ClientSession(timeout=limit) as http, http.get(url) as answer:
        assert answer.content_type == "text/event-stream"
        assert await answer.content.readuntil(b"data: 1\n\n")
        assert await answer.content.readuntil(b"data: 2\n\n")
        await inbox.post(f"/runs/{number}/stop")
        run = await inbox.until(number)
        assert await answer.content.readuntil(b"data: 3\n\n")
        await inbox.post(f"/inbox/{run.account}/phones/+13125550101/texts", text="hi", to="65047")
        assert await answer.content.readuntil(b"data: 4\n\n")


async def test_a_folder_without_files_says_so(inbox: Inbox) -> None:
    """A path that leads to nothing is named, and what to do is said."""
    told = (await inbox.get("/runs")).text
    assert f"{inbox.folder}: no *.sms.yaml file in this folder" in told
    assert "smsim new scenarios/first" in told
