"""Habits: what a persona answers, how often, when and in which words; mixes; what is told of errors."""

from __future__ import annotations

from typing import Any

import pytest

from tests.system.company import Company, call
from tests.system.conftest import MakeCompany

ANN, BOB = "+13125550101", "+13125550102"
INSTANT = {"default": "instant"}
CROWD = [f"+131255506{number:02d}" for number in range(40)]


@pytest.fixture
async def quick(make_company: MakeCompany) -> Company:
    """An account whose carriers deliver 22 ms after a message is accepted."""
    return await make_company(carriers=INSTANT)


async def _be(company: Company, mdn: str = ANN, **persona: object) -> Any:
    answer = await company.control("PUT", f"/handsets/{mdn}", {"persona": persona})
    assert answer.status == 200, answer.body
    return answer.json


async def _texts(company: Company, mdn: str | None = None) -> list[tuple[str, str, str]]:
    """Who texted what, and at what time of the day."""
    narrowed = f"&mdn={mdn[1:]}" if mdn is not None else ""
    path = f"/messages?direction=mo&limit=10000{narrowed}"
    items = (await company.control("GET", path)).json["items"]
    return [(item["mdn"], item["text"], item["at"][11:-1]) for item in items]


async def test_a_habit_answers_after_its_time(quick: Company) -> None:
    """`after` counts from when the message reached the phone, to the millisecond."""
    await _be(quick, habits=[{"says": ["hello"], "after": "90s"}])
    await quick.send(ANN)
    await quick.advance("5m")
    assert await _texts(quick) == [(ANN, "hello", "15:01:30.022")]


async def test_a_habit_may_be_of_the_nth_message_only(quick: Company) -> None:
    """Prompts count as messages, automatic replies do not."""
    await _be(quick, habits=[{"says": ["HELP"], "nth": 1}, {"says": ["again"], "nth": 3}])
    for _ in range(4):
        await quick.send(ANN)
        await quick.advance("1m")
    assert [text for _, text, _ in await _texts(quick)] == ["HELP", "again"]


async def test_a_habit_to_messages_answers_prompts_where_none_other_does(quick: Company) -> None:
    """`message` is every message; with a habit for prompts beside it, it leaves them to that."""
    await _be(quick, ANN, habits=[{"says": ["Y"]}])
    await _be(quick, BOB, habits=[{"says": ["what?"]}, {"to": "confirmation", "says": ["Y"]}])
    for mdn in (ANN, BOB):
        await quick.join(mdn)
    await quick.advance("6s")
    assert [text for _, text, _ in await _texts(quick, ANN)] == ["Y"]
    assert [text for _, text, _ in await _texts(quick, BOB)] == ["Y"]


async def test_an_automatic_reply_is_never_answered(quick: Company) -> None:
    """A persona that answers everything does not talk with the code for ever."""
    await _be(quick, on_message="hm")
    await quick.send(ANN)
    await quick.advance("24h")
    assert await quick.purposes(ANN) == ["connect", "unmatched", "unmatched_reply"]


async def test_the_answer_goes_to_the_code_that_sent(make_company: MakeCompany) -> None:
    """With two codes each is answered on its own."""
    company = await make_company(
        source_codes=[{"code": "65047"}, {"code": "70000"}], carriers=INSTANT
    )
    await _be(company, on_message="hm")
    await company.send(ANN, source="70000")
    await company.advance("1m")
    items = (await company.control("GET", "/messages?direction=mo")).json["items"]
    assert [item["code"] for item in items] == ["70000"]


async def test_short_and_long_are_the_same(quick: Company) -> None:
    """on_confirmation, on_message and after are a habit each; the answer shows both forms."""
    shown = (await _be(quick, on_confirmation="Y", on_message="hm", after="7s"))["persona"]
    assert (shown["on_confirmation"], shown["on_message"], shown["after"]) == ("Y", "hm", "7s")
    assert [(item["to"], item["says"]) for item in shown["habits"]] == [
        ("confirmation", ["Y"]),
        ("message", ["hm"]),
    ]
    assert (shown["name"], shown["landline"], shown["off_for"]) == ("given", False, "0s")


async def test_a_phone_keeps_its_persona_until_it_is_given_another(quick: Company) -> None:
    """A later PUT of something else leaves it, another persona takes its place."""
    await _be(quick, name="says_yes")
    await quick.control("PUT", f"/handsets/{ANN}", {"carrier": "104"})
    assert (await quick.control("GET", f"/handsets/{ANN}")).json["persona"]["name"] == "says_yes"
    assert (await _be(quick))["persona"]["habits"] == []


async def _crowd(company: Company, *, noise: int = 0) -> list[tuple[str, str, str]]:
    """What forty phones with a chance, several words and a spread of times text back."""
    for number in range(noise):
        await company.send(f"+131255507{number:02d}")
    habit = {"says": ["a", "b", "c"], "chance": "1/2", "after": ["1s", "10m"]}
    for mdn in CROWD:
        await _be(company, mdn, habits=[habit])
        await company.send(mdn)
    await company.advance("1h")
    return sorted(item for item in await _texts(company) if item[0] in CROWD)


async def test_chance_words_and_times_are_the_seeds(make_company: MakeCompany) -> None:
    """The same seed says the same at the same times, another seed something else."""
    first = await _crowd(await make_company(seed=1, carriers=INSTANT))
    again = await _crowd(await make_company(seed=1, carriers=INSTANT))
    other = await _crowd(await make_company(seed=2, carriers=INSTANT))
    assert first == again
    assert first != other
    assert 10 <= len(first) <= 30
    assert {text for _, text, _ in first} == {"a", "b", "c"}
    assert len({at for _, _, at in first}) > 5


async def test_other_traffic_changes_nothing(make_company: MakeCompany) -> None:
    """A phone answers alike whatever other phones get before it."""
    quiet = await _crowd(await make_company(seed=1, carriers=INSTANT))
    loud = await _crowd(await make_company(seed=1, carriers=INSTANT), noise=15)
    assert quiet == loud


async def test_a_spread_keeps_its_bounds(quick: Company) -> None:
    """Nobody is faster than `least` or slower than `most`."""
    for mdn in CROWD:
        await _be(quick, mdn, habits=[{"says": ["a"], "after": ["1m", "2m"]}])
        await quick.send(mdn)
    await quick.advance("1h")
    times = [at for _, _, at in await _texts(quick)]
    assert len(times) == 40
    assert min(times) >= "15:01:00.022"
    assert max(times) <= "15:02:00.022"


async def test_a_mix_gives_phones_their_personas(make_company: MakeCompany) -> None:
    """`phones` shares out shipped personas and the account's own; who is told apart keeps that."""
    company = await make_company(
        carriers=INSTANT,
        personas={"chatty": {"on_message": "hi"}},
        phones={"chatty": "50%", "landline": "25%"},
    )
    names = {}
    for mdn in CROWD:
        phone = (await company.control("GET", f"/handsets/{mdn}")).json
        names[mdn] = phone["persona"]["name"]
    assert set(names.values()) == {"chatty", "landline", "silent"}
    for mdn, name in names.items():
        assert (await company.send(mdn)).status == (422 if name == "landline" else 200)
    await company.advance("1m")
    assert {mdn for mdn, _, _ in await _texts(company)} == {
        mdn for mdn, name in names.items() if name == "chatty"
    }
    told = next(mdn for mdn, name in names.items() if name == "landline")
    await _be(company, told, name="silent")
    assert (await company.send(told)).status == 200


async def test_magic_numbers_are_no_part_of_the_mix(make_company: MakeCompany) -> None:
    """0002 to 0009 behave as documented whatever the mix is; given a persona they have that."""
    company = await make_company(carriers=INSTANT, phones={"landline": "100%"})
    assert (await company.send(ANN)).status == 422
    assert (await company.send("+15005550005")).status == 200
    shown = await _be(company, "+15005550005", on_message="hm")
    assert shown["persona"]["on_message"] == "hm"


@pytest.mark.parametrize(
    ("spec", "path", "told"),
    [
        ({"phones": {"says_yess": "10%"}}, "phones.says_yess", 'did you mean "says_yes"?'),
        ({"phones": {"says_yes": "60%", "says_no": "50%"}}, "phones", "110%"),
        ({"phones": {"says_yes": "ten"}}, "phones.says_yes", 'write "12%"'),
        ({"phones": {"says_yes": "10"}}, "phones.says_yes", 'write "12%"'),
        ({"personas": {"me": {"name": "silent"}}}, "personas.me.name", "describe"),
        ({"personas": {"me": {"name": "silent", "landline": True}}}, "personas.me", "by name"),
        ({"personas": {"me": {"habit": []}}}, "personas.me.habit", "habits"),
        (
            {"personas": {"me": {"habits": [{}]}}},
            "personas.me.habits.0.says",
            'each of habits needs "says"',
        ),
        (
            {"personas": {"me": {"habits": [{"says": []}]}}},
            "personas.me.habits.0.says",
            "write 1 or more",
        ),
        (
            {"personas": {"me": {"habits": [{"says": ["x"], "chance": "50"}]}}},
            "personas.me.habits.0.chance",
            "1/100",
        ),
        (
            {"personas": {"me": {"habits": [{"says": ["x"], "nth": 0}]}}},
            "personas.me.habits.0.nth",
            "write 1 or more",
        ),
        (
            {"personas": {"me": {"habits": [{"says": ["x"], "to": "prompt"}]}}},
            "personas.me.habits.0.to",
            "confirmation",
        ),
        ({"personas": {"me": {"on_message": "x", "after": "0s"}}}, "personas.me.after", "1ms"),
        ({"personas": {"me": {"on_message": "x", "after": "soon"}}}, "personas.me.after", "soon"),
        ({"personas": {"me": {"off_for": "long"}}}, "personas.me.off_for", "24h"),
        (
            {"personas": {"me": {"ports_to": "AT&T"}}},
            "personas.me.ports_to",
            "is no code of a carrier",
        ),
        (
            {"personas": {"me": {"ports_to": "١٠٤"}}},
            "personas.me.ports_to",
            "is no code of a carrier",
        ),
    ],
)
async def test_a_wrong_persona_is_told_with_its_path(
    company: Company, spec: object, path: str, told: str
) -> None:
    """Names, shares, habits and times that are none, each where it stands and what would do."""
    answer = await call(company.http, "POST", f"{company.url}/_sim/accounts", spec)
    assert answer.status == 400
    errors = {error["path"]: error["message"] for error in answer.json["errors"]}
    found = [message for where, message in errors.items() if where.startswith(path)]
    assert len(errors) == len(found) == 1
    assert told in found[0]


@pytest.mark.parametrize(
    ("persona", "told"),
    [
        ({"name": "says_yess"}, 'did you mean "says_yes"?'),
        ({"name": "says_yes", "landline": True}, "by name"),
        ({"habits": [{"says": "Y"}]}, "write a list"),
    ],
)
async def test_a_wrong_persona_of_a_phone_is_told(
    company: Company, persona: object, told: str
) -> None:
    """PUT of a phone answers 400 and changes nothing."""
    before = await company.events()
    answer = await company.control("PUT", f"/handsets/{ANN}", {"persona": persona})
    assert answer.status == 400
    assert told in answer.messages[0]
    assert await company.events() == before
