"""`submit` with `by: smpp`: a real socket, one bind for the whole scenario, the status as the answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme

from harness.campaigns.endpoint import Endpoint
from harness.environment import Environment, connect, spawn, start
from harness.events import ScenarioFinished, ScenarioResult, Verdict
from harness.explore.playing import Ground
from harness.explore.searching import explore
from harness.runner import play
from harness.scenario.keeping import filled
from harness.scenario.parts import Mistakes
from harness.scenario.reading import check
from harness.scenario.source import read_text
from harness.scenario.stage import Stage, set_up
from harness.scenario.steps import do
from harness.smpp_client import SmppClient
from tests.scenarios.playing import played

PEOPLE = """\
name: x
people:
  ana: {phone: "(312) 555-0101"}
  ben: {phone: "(312) 555-0102"}
"""
SUBMIT = f"{PEOPLE}steps:\n  - submit: {{by: smpp, to: ana, text: Hi}}\n"
LONG = "Half price today. " * 17 + "Really"


@asynccontextmanager
async def _staged(steps: str, setup: str = "") -> AsyncIterator[tuple[Environment, Stage]]:
    """A stage on which these steps were done."""
    scenario = check(read_text(f"{PEOPLE}{setup}steps:\n{steps}", "x"))
    async with (
        start() as environment,
        Endpoint(environment) as endpoint,
        set_up(scenario, environment, endpoint, 0, keep=False) as stage,
    ):
        for step in scenario.spec.steps:
            await do(filled(step, stage.kept), stage)
        yield environment, stage


async def _result(environment: Environment, text: str) -> ScenarioResult:
    async with Endpoint(environment) as endpoint:
        async for event in play(check(read_text(text, "x")), environment, endpoint, 0, keep=False):
            if isinstance(event, ScenarioFinished):
                return event.result
    raise AssertionError("the scenario never finished")


async def _binds(stage: Stage) -> list[str]:
    """The binds that were opened and closed, in order, as the journal has them."""
    told = {"BindOpened": "opened", "BindClosed": "closed"}
    return [told[row["type"]] for row in await stage.account.events() if row["type"] in told]


RECEIVED = """\
steps:
  - submit: {by: smpp, to: ana, text: Hello, receipts: ALL, keep: {hello: message_id}}
  - submit: {to: ben, text: By HTTP, keep: {other: message_id}}
  - operator: {call: "GET /messages/{kept.hello}", gives: {surface: smpp, purpose: connect}}
  - operator: {call: "GET /messages/{kept.other}", gives: {surface: connect}}
  - advance: 1m
  - reply: {person: ana, text: Thanks}
  - expect:
      - inbox: {person: ana, is: [Hello]}
      - inbox: {person: ben, is: [By HTTP]}
      - callbacks: {type: mt_receipt, person: ana, count: 1}
      - callbacks: {type: mt_receipt, person: ben, count: 0}
      - callbacks: {type: mo, gives: Thanks, count: 1}
"""


@pytest.mark.parametrize("url", [False, True])
async def test_it_is_delivered_and_its_bind_is_told(url: bool) -> None:
    """In-process and in a process of its own; receipts and texts are seen as any callback is."""
    result = await played(PEOPLE + RECEIVED, url=url)
    assert result.verdict is Verdict.PASSED, (result.broken, result.failures)


async def test_one_bind_serves_the_scenario() -> None:
    """It is there from the first step that asks for it, not before, and ends with the stage."""
    async with _staged("  - submit: {to: ana, text: By HTTP}\n") as (environment, stage):
        assert await _binds(stage) == []
        assert (await environment._control.call("GET", "/health"))["smpp"] is None
    step = "  - submit: {by: smpp, to: ana, text: Hi}\n"
    async with _staged(step * 3) as (environment, stage):
        assert await _binds(stage) == ["opened"]
        told = await environment._control.call("GET", "/health")
        assert told["smpp"].startswith("smpp://127.0.0.1:")
        await stage.smpp.close()
        assert await _binds(stage) == ["opened", "closed"]


async def test_an_account_that_is_kept_has_no_bind_left() -> None:
    """The scenario unbinds when it is over, as a client that is done."""
    scenario = check(read_text(SUBMIT, "x"))
    async with start() as environment, Endpoint(environment) as endpoint:
        async with set_up(scenario, environment, endpoint, 0, keep=True) as stage:
            await do(scenario.spec.steps[0], stage)
        assert await _binds(stage) == ["opened", "closed"]
        assert (await stage.account.events())[-1]["data"]["because"] == "the client unbound"


@pytest.mark.parametrize("coding", ["ascii", "gsm", "standard"])
@pytest.mark.parametrize("text", ["Plain [text] @ 5$", "Café à 5 €", "Sale 🎉 日本", LONG])
async def test_a_text_is_the_same_by_either_way(coding: str, text: str) -> None:
    """Whatever the account takes data_coding for: the text, its alphabet and its segments."""
    steps = "".join(f'  - submit: {{{by}to: ana, text: "{text}"}}\n' for by in ("", "by: smpp, "))
    steps = steps.replace("{to: ana", "{split: true, to: ana")
    setup = f"account: {{connect: {{smpp: {{coding: {coding}}}}}}}\n"
    async with _staged(steps, setup) as (_environment, stage):
        by_http, by_smpp = await stage.account.messages()
        assert by_http["text"] == by_smpp["text"] == text
        assert by_http["segments"] == by_smpp["segments"]
        assert (by_http["surface"], by_smpp["surface"]) == ("connect", "smpp")


async def test_carrier_and_alternate_go_along() -> None:
    """Each is Vibes' own parameter; an account that heeds them does so by either way."""
    setup = "account: {source_codes: [{code: 65047, alternate: 70000}, {code: 70000}]}\n"
    steps = (
        "  - submit: {by: smpp, to: ana, text: Hi, carrier: 105}\n"
        f"  - submit: {{by: smpp, to: ana, text: '{LONG}', alternate: true, error: 0x45}}\n"
    )
    async with _staged(steps, setup) as (_environment, stage):
        (message,) = await stage.account.messages()
        assert message["carrier"] == "105"


@pytest.mark.parametrize(
    ("told", "broken"),
    [
        ("text: Hi, error: 11", "the message was answered 0x00000000, not 0x0000000B"),
        ("text: Hi, code: '7'", "the message was answered 0x00000403, not 0x00000000"),
        ("text: Hi, answers: lost", "the message was answered 0x00000000, not lost"),
        (
            "text: Hi, code: '7', error: 0x403, keep: {a: message_id}",
            "gave no .message_id. to keep",
        ),
        ("text: Hi, code: ünï", "SMPP cannot write the source_addr .ünï.: it is not ASCII"),
        (f"text: {'é' * 33_000}", "SMPP cannot write 66000 octets; a payload has 65535 at most"),
    ],
)
async def test_an_answer_that_is_not_as_the_step_says(told: str, broken: str) -> None:
    """Breaks the step, with both statuses as documents have them."""
    with pytest.raises(ValueError, match=broken):
        async with _staged(f"  - submit: {{by: smpp, to: ana, {told}}}\n"):
            pass


@pytest.mark.parametrize(
    ("effect", "came"), [("drop", 0), ("garbage", 0), ("lose_answer", 1), ("half", 1)]
)
async def test_a_lost_answer(effect: str, came: int) -> None:
    """The bind ends and is opened anew, so that what became of the message is told all the same."""
    steps = f"""\
  - fault: {{match: {{surface: smpp}}, effect: {{{effect}: true}}, budget: 1}}
  - submit: {{by: smpp, to: ana, text: Once, answers: lost, receipts: ALL}}
  - advance: 1m
"""
    async with _staged(steps) as (_environment, stage):
        assert await _binds(stage) == ["opened", "closed", "opened"]
        told = [item["fate"] for item in await stage.account.deliveries()]
        assert told == ["delivered"] * came
        assert len(await stage.account.messages()) == came


async def test_a_lost_answer_that_must_not_be() -> None:
    """Breaks the step as any other answer."""
    steps = "  - fault: {match: {surface: smpp}, effect: {drop: true}, budget: 1}\n"
    told = "was answered lost, not 0x00000000: the connection ended before the answer"
    with pytest.raises(ValueError, match=told):
        async with _staged(steps + "  - submit: {by: smpp, to: ana, text: Hi}\n"):
            pass


@pytest.mark.parametrize("ending", ["stop", "kill"])
async def test_after_a_restart_the_bind_is_opened_anew(ending: str) -> None:
    """What was under way is told to it, and what follows goes through it."""
    result = await played(
        f"""{PEOPLE}steps:
  - submit: {{by: smpp, to: ana, text: Before, receipts: ALL}}
  - restart: {ending}
  - advance: 1m
  - expect:
      - callbacks: {{type: mt_receipt, person: ana, count: 1}}
  - submit: {{by: smpp, to: ana, text: After, receipts: ALL}}
  - advance: 1m
  - operator: {{call: GET /binds, gives: {{items: [{{type: transceiver}}]}}}}
  - expect:
      - inbox: {{person: ana, is: [Before, After]}}
      - callbacks: {{type: mt_receipt, person: ana, count: 2}}
"""
    )
    assert result.verdict is Verdict.PASSED, (result.broken, result.failures)


@pytest.mark.parametrize("path", ["/reset", "/snapshots/{kept.past}/restore"])
async def test_after_a_journey_back_too(path: str) -> None:
    """The account that was bound is no more; the receipt of what is sent next is told."""
    steps = f"""\
  - operator: {{call: POST /snapshots, body: {{name: x}}, keep: {{past: id}}}}
  - submit: {{by: smpp, to: ana, text: Gone}}
  - operator: {{call: "POST {path}"}}
  - operator: {{call: GET /binds, gives: {{items: [{{type: transceiver}}]}}}}
  - submit: {{by: smpp, to: ana, text: There, receipts: ALL}}
  - advance: 1m
"""
    async with _staged(steps) as (_environment, stage):
        assert [item["text"] for item in await stage.account.messages()] == ["There"]
        assert len(await stage.account.deliveries()) == 1


async def test_who_is_not_let_in() -> None:
    """The step breaks with the status of the bind, and the gateway that gave it."""
    setup = "account: {connect: {smpp: {max_binds: 1}}}\n"
    async with _staged("  - advance: 1s\n", setup) as (environment, stage):
        port = int((await environment.smpp() or "").rpartition(":")[2])
        shown = stage.account.shown
        first = await SmppClient.bind("127.0.0.1", port, shown["username"], shown["password"])
        with pytest.raises(
            ValueError, match=r"SMPP at smpp://.*: the bind was answered 0x0000000D"
        ):
            await stage.smpp.client()
        await first.close()
        assert not (await stage.smpp.client()).ended


async def test_a_simulator_that_takes_no_smpp_is_told_how() -> None:
    """Of a URL; what is in this process listens by itself."""
    async with start() as served, connect(served.url) as environment:
        result = await _result(environment, SUBMIT)
    assert result.verdict is Verdict.BROKEN
    told = f"the simulator at {served.url} takes no SMPP; start it with --smpp-port"
    assert result.broken == f"x:6:5: {told}"


async def test_a_url_leads_to_its_gateway() -> None:
    """By the name the simulator was called, whatever it listens on."""
    async with spawn() as served, connect(served.url.replace("127.0.0.1", "localhost")) as there:
        assert (await there.smpp() or "").startswith("smpp://localhost:")
        result = await _result(there, SUBMIT)
    assert result.verdict is Verdict.PASSED, result.broken


async def test_a_gateway_with_tls(tmp_path: Path) -> None:
    """A simulator's certificate is its owner's own, and taken."""
    made = trustme.CA().issue_cert("localhost")
    cert = tmp_path / "cert.pem"
    made.private_key_and_cert_chain_pem.write_to_path(cert)
    async with spawn("--smpp-cert", str(cert)) as environment:
        assert (await environment.smpp() or "").startswith("smpps://")
        result = await _result(environment, SUBMIT)
    assert result.verdict is Verdict.PASSED, result.broken


@pytest.mark.parametrize(
    ("told", "mistake"),
    [
        ("company: Acme", "by: smpp has no company; leave it out"),
        ("split: true", "by: smpp has no split, every long text is split; leave it out"),
        ("split: false", "by: smpp has no split, every long text is split; leave it out"),
        ("receipts: SMSC_ALL", "by: smpp has no SMSC_ALL; write NONE, ERROR or ALL"),
        (
            "answers: 200",
            "by: smpp has no HTTP status; write lost, or error with the command status",
        ),
        ("error: 0xZZ", "write a number, as 1031, or in hex, as 0x0000000B"),
    ],
)
def test_what_smpp_cannot_say_is_a_mistake(told: str, mistake: str) -> None:
    """Told where it stands, before anything runs."""
    line = f"  - submit: {{by: smpp, to: ana, text: Hi, {told}}}"
    with pytest.raises(Mistakes) as caught:
        check(read_text(f"{PEOPLE}steps:\n{line}\n", "x"))
    (found,) = caught.value.mistakes
    assert (str(found.position), found.message) == (f"x:6:{line.index(told) + 1}", mistake)


@pytest.mark.parametrize("told", ["by: smpp, error: 11", "error: 1031", "keep: {a: message_id}"])
def test_a_lost_answer_has_nothing(told: str) -> None:
    """Neither way, and it is no use to say so."""
    with pytest.raises(Mistakes, match="an answer that is lost has nothing"):
        check(
            read_text(
                f"{PEOPLE}steps:\n  - submit: {{to: ana, text: Hi, answers: lost, {told}}}\n", "x"
            )
        )


@pytest.mark.parametrize("by", ["http", "smpp"])
async def test_what_is_submitted_by_hand_is_not_the_application_s(by: str) -> None:
    """It goes to somebody who texted STOP, and the invariants do not hold the application to it."""
    folder = Path(__file__).parents[2] / "scenarios" / "application"
    result = await played(
        f"""\
name: the shop
sut: {{command: ["{{python}}", shop/shop.py], ready: /health, idle: /idle,
      env: {{SHOP_URL: "{{callback_url}}", SHOP_DB: "{{folder}}/shop.db"}}}}
people: {{ana: {{phone: "(312) 555-0101"}}}}
steps:
  - reply: {{person: ana, text: STOP}}
  - advance: 1h
  - submit: {{by: {by}, to: ana, text: By hand}}
""",
        str(folder / "x.sms.yaml"),
    )
    assert result.verdict is Verdict.PASSED, (result.broken, result.failures, result.log)


def test_exploring_takes_it_as_a_move() -> None:
    """Histories of it, with faults and whatever else there is, break nothing."""
    faults = "  - fault: {match: {surface: smpp}, effect: {lose_answer: true}, ratio: 1/2}\n"
    lost = SUBMIT.replace("text: Hi", "text: Hi, answers: lost")
    scenario = check(read_text(lost.replace("steps:\n", f"steps:\n{faults}"), "x"))
    with Ground() as ground:
        assert ground.play(check(read_text(SUBMIT, "x"))) == []
        assert explore(scenario, ground, examples=15, seconds=30) is None
