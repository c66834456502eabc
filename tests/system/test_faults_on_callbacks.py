"""Faults of what is told: callbacks, receipts and raw texts that are lost, doubled, late or swapped."""

from __future__ import annotations

from typing import Any

import pytest

from tests.system.company import Company
from tests.system.conftest import MakeCompany
from tests.system.receiver import Receiver

ANN, BOB, CY = "+13125550101", "+13125550102", "+13125550103"
SURFACES = ["callback", "receipt", "mo"]
NAMES = ("ann", "bob", "cy", "dan", "eve")


@pytest.fixture
async def told(make_company: MakeCompany, receiver: Receiver) -> Company:
    """A company whose persons, receipts and texts are told to one receiver, a path for each."""
    company = await make_company(
        company_key="acme",
        carriers={"default": "instant"},
        connect={"mo_url": f"{receiver.url}/mo"},
    )
    await company.register("person_added", f"{receiver.url}/callback")
    return company


async def _add(company: Company, surface: str, effect: dict[str, Any], **more: Any) -> None:
    match = {"surface": surface, **more.pop("match", {})}
    answer = await company.control("POST", "/faults", {"match": match, "effect": effect, **more})
    assert answer.status == 201, answer.body


async def _cause(company: Company, receiver: Receiver, surface: str, mdn: str = ANN) -> None:
    """Something to be told on a surface, and on no other."""
    if surface == "callback":
        await company.platform("POST", "mobiledb/persons", {"mobile_phone": {"mdn": mdn}})
    elif surface == "receipt":
        await company.send(mdn, receipts=f"{receiver.url}/receipt", option="SMSC_ERROR")
    else:
        await company.text(mdn, "where is it?")
    await company.settle()


async def _person(company: Company, *names: str) -> None:
    for name in names:
        await company.platform("POST", "mobiledb/persons", {"external_person_id": name})
    await company.settle()


def _names(receiver: Receiver, path: str = "/callback") -> list[str]:
    return [body["person"]["external_person_id"] for body in receiver.bodies(path)]


def _event_ids(receiver: Receiver) -> list[str]:
    return [body["event_id"] for body in receiver.bodies("/callback")]


async def _at(company: Company) -> list[str]:
    """When each attempt was made."""
    items = (await company.control("GET", "/callbacks/deliveries")).json["items"]
    return [item["at"][11:-1] for item in items]


async def _failing(company: Company) -> None:
    """Every message fails at Vibes, so that one receipt is told at its routing."""
    await _add(company, "carrier", {"fail": 9}, id="fails")


@pytest.mark.parametrize("surface", SURFACES)
async def test_what_is_lost_is_never_told(told: Company, receiver: Receiver, surface: str) -> None:
    """Nothing comes, whatever time passes; the firing says whom it would have told of."""
    await _failing(told)
    await _add(told, surface, {"lose": True}, id="lost")
    await _cause(told, receiver, surface)
    await told.advance("25h")
    assert [got for got in receiver.got if got.path == f"/{surface}"] == []
    fired = [row["data"] for row in await told.events("FaultFired")]
    (lost,) = [item for item in fired if item["fault_id"] == "lost"]
    assert (lost["occasion"]["surface"], lost["occasion"]["mdn"]) == (surface, ANN)


@pytest.mark.parametrize("surface", SURFACES)
async def test_what_is_doubled_is_told_twice(
    told: Company, receiver: Receiver, surface: str
) -> None:
    """The same body comes twice, one after the other, at one instant."""
    await _failing(told)
    await _add(told, surface, {"duplicate": True})
    await _cause(told, receiver, surface)
    await told.advance("25h")
    first, second = [got for got in receiver.got if got.path == f"/{surface}"]
    assert first.body == second.body
    keys = [row["data"]["delivery"] for row in await told.events("CallbackQueued")]
    keys = [item for item in keys if item["url"].endswith(surface)]
    assert len({item["event_id"] for item in keys}) == 1
    assert len({item["delivery_id"] for item in keys}) == 2
    assert len({item["queued_at"] for item in keys}) == 1


@pytest.mark.parametrize("surface", SURFACES)
async def test_what_is_late_is_told_late(told: Company, receiver: Receiver, surface: str) -> None:
    """Ninety seconds of the account's time, to the microsecond."""
    await _failing(told)
    await _add(told, surface, {"delay": "90s"})
    await _cause(told, receiver, surface)
    since = "15:00:00" if surface != "receipt" else "15:00:00.020"
    await told.advance("89s999ms")
    assert [got for got in receiver.got if got.path == f"/{surface}"] == []
    await told.advance("1h")
    late = [got for got in receiver.got if got.path == f"/{surface}"]
    assert len(late) == 1
    assert (await _at(told))[-1] == since.replace("15:00:00", "15:01:30")


@pytest.mark.parametrize("surface", SURFACES)
async def test_what_is_swapped_comes_after_the_next(
    told: Company, receiver: Receiver, surface: str
) -> None:
    """The second comes first, and the first with it, long before the wait is over."""
    await _failing(told)
    await _add(told, surface, {"reorder": "1h"}, budget=1)
    await _cause(told, receiver, surface, ANN)
    await told.advance("1s")
    assert [got for got in receiver.got if got.path == f"/{surface}"] == []
    await _cause(told, receiver, surface, BOB)
    await told.advance("1s")
    bodies = [got.body for got in receiver.got if got.path == f"/{surface}"]
    assert len(bodies) == 2
    whom = (await told.events("FaultFired"))[-1]["data"]
    if surface == "receipt":
        ids = [item["data"]["mt"]["message_id"] for item in await told.events("MtAccepted")]
    else:
        ids = [ANN, BOB]
    short = [item.removeprefix("+1") for item in ids]
    assert [short[1] in bodies[0], short[0] in bodies[1]] == [True, True]
    assert whom["occasion"]["surface"] in (surface, "carrier")


async def test_what_nothing_overtakes_is_told_after_so_long(
    told: Company, receiver: Receiver
) -> None:
    """Alone it waits its thirty seconds; another destination's callback does not overtake it."""
    await told.register("person_added", f"{receiver.url}/other")
    await _add(told, "callback", {"reorder": "30s"}, match={"nth": 1})
    await _person(told, "ann")
    await told.advance("29s")
    assert [got.path for got in receiver.got] == ["/other"]
    await told.advance("1s")
    assert [got.path for got in receiver.got] == ["/other", "/callback"]
    assert (await _at(told)) == ["15:00:00", "15:00:30"]
    assert len(set(_event_ids(receiver))) == 1


async def test_several_kept_come_in_their_order_after_the_next(
    told: Company, receiver: Receiver
) -> None:
    """Three are kept, the fourth overtakes them, and they follow it oldest first, each once."""
    await _add(told, "callback", {"reorder": "1h"}, budget=3)
    await _person(told, *NAMES)
    assert _names(receiver) == ["dan", "ann", "bob", "cy", "eve"]
    await told.advance("25h")
    assert len(receiver.got) == 5
    assert len(set(_event_ids(receiver))) == 5


async def test_kept_ones_do_not_overtake_each_other(told: Company, receiver: Receiver) -> None:
    """Where every callback is kept none is the next one: each waits its time, in order."""
    await _add(told, "callback", {"reorder": "10s"})
    await _person(told, "ann")
    await told.advance("4s")
    await _person(told, "bob")
    await told.advance("1h")
    assert _names(receiver) == ["ann", "bob"]
    assert await _at(told) == ["15:00:10", "15:00:14"]


async def test_one_turn_can_keep_and_overtake(told: Company, receiver: Receiver) -> None:
    """Two callbacks of one call: the first is kept, the second is the next one, so they swap."""
    await told.register("subscription_added", f"{receiver.url}/callback")
    await _add(told, "callback", {"reorder": "1h"}, match={"operation": "person_added"})
    await told.subscribe(ANN, BOB)
    await told.settle()
    assert receiver.types() == ["subscription_added", "person_added"] * 2
    await told.advance("25h")
    assert len(receiver.got) == 4


async def test_a_delayed_one_is_not_overtaken_but_late(told: Company, receiver: Receiver) -> None:
    """`delay` waits its time whatever comes meanwhile."""
    await _add(told, "callback", {"delay": "1m"}, budget=1)
    await _person(told, "ann", "bob", "cy")
    assert _names(receiver) == ["bob", "cy"]
    await told.advance("1m")
    assert _names(receiver) == ["bob", "cy", "ann"]
    assert await _at(told) == ["15:00:00", "15:00:00", "15:01:00"]


@pytest.mark.parametrize("effect", [{"reorder": "1h"}, {"delay": "1h"}])
async def test_of_a_doubled_and_kept_one_the_copy_is_told_at_once(
    told: Company, receiver: Receiver, effect: dict[str, str]
) -> None:
    """Two rules strike one callback: it is told twice under one event_id, once late."""
    await _add(told, "callback", effect, budget=1, id="late")
    await _add(told, "callback", {"duplicate": True}, budget=1, id="twice")
    await _person(told, "ann")
    assert _names(receiver) == ["ann"]
    await _person(told, "bob")
    await told.advance("1h")
    assert _names(receiver) == ["ann", "bob", "ann"]
    ids = _event_ids(receiver)
    assert ids[0] == ids[2] != ids[1]
    keys = [row["data"]["delivery"]["delivery_id"] for row in await told.events("CallbackQueued")]
    assert len(set(keys)) == 3


async def test_lost_beats_the_others(told: Company, receiver: Receiver) -> None:
    """What is lost is neither told twice nor late."""
    effects: list[dict[str, Any]] = [{"duplicate": True}, {"lose": True}, {"delay": "1m"}]
    for number, effect in enumerate(effects):
        await _add(told, "callback", effect, id=f"f{number}")
    await _person(told, "ann")
    await told.advance("25h")
    assert receiver.got == []
    assert len(await told.events("FaultFired")) == 3


async def test_what_is_lost_takes_no_ones_number(told: Company, receiver: Receiver) -> None:
    """After one of a call was lost, later deliveries have ids of their own and all are told."""
    await told.register("subscription_added", f"{receiver.url}/s")
    await _add(told, "callback", {"lose": True}, match={"operation": "person_added"})
    await told.subscribe(ANN)
    await told.subscribe(BOB)
    await told.subscribe(CY)
    await told.settle()
    assert receiver.types() == ["subscription_added"] * 3
    keys = [row["data"]["delivery"]["delivery_id"] for row in await told.events("CallbackQueued")]
    assert len(set(keys)) == 3
    assert len({body["event_id"] for body in receiver.bodies("/s")}) == 3


async def test_losing_one_registrations_callback_leaves_the_others(
    told: Company, receiver: Receiver
) -> None:
    """An event told to three destinations keeps one event_id, whichever of them is lost."""
    for name in ("b", "c"):
        await told.register("person_added", f"{receiver.url}/{name}")
    await _add(told, "callback", {"lose": True}, match={"nth": 1})
    await _person(told, "ann", "bob")
    paths = [got.path for got in receiver.got]
    assert sorted(paths) == ["/b", "/b", "/c", "/c", "/callback"]
    ids = {
        got.path + body["person"]["external_person_id"]: body["event_id"]
        for got, body in zip(receiver.got, receiver.bodies(), strict=True)
    }
    assert ids["/bann"] == ids["/cann"]
    assert ids["/bbob"] == ids["/cbob"] == ids["/callbackbob"] != ids["/bann"]


async def test_a_test_event_can_be_lost(told: Company, receiver: Receiver) -> None:
    """The call is answered with an event_id as ever; nothing comes."""
    await _add(told, "callback", {"lose": True}, budget=1)
    body = {"callback_type": "person_added"}
    first = await told.platform("POST", "config/callback_events/test", body)
    second = await told.platform("POST", "config/callback_events/test", body)
    await told.settle()
    assert (first.status, second.status) == (201, 201)
    assert first.json["event_id"] != second.json["event_id"] == _event_ids(receiver)[0]
    assert len(receiver.got) == 1


@pytest.mark.parametrize(
    ("match", "lost"),
    [
        ({"list": "1001"}, ["subscription_added 1001"]),
        ({"number": "3125550101"}, "ann"),
        ({"operation": "person_added"}, ["person_added", "person_added"]),
    ],
)
async def test_rules_narrow_by_list_number_and_type(
    told: Company, receiver: Receiver, match: dict[str, str], lost: Any
) -> None:
    """A subscription's list, a person's number, a callback's type."""
    await told.register("subscription_added", f"{receiver.url}/s")
    await _add(told, "callback", {"lose": True}, match=match)
    await told.subscribe(ANN, list_id="1001")
    await told.subscribe(BOB, list_id="1002")
    await told.settle()
    hit = [row["data"]["occasion"] for row in await told.events("FaultFired")]
    if lost == "ann":
        assert {item["mdn"] for item in hit} == {ANN}
        assert len(hit) == 2
    else:
        shown = [f"{item['operation']} {item.get('list_id') or ''}".strip() for item in hit]
        assert shown == lost
    assert len(receiver.got) == 4 - len(hit)
