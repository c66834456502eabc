"""Sessions: who is let in, and which request is answered in which state."""

from __future__ import annotations

import pytest

from simulator.wire.smpp_bodies import (
    Bind,
    BindResp,
    Body,
    CancelSm,
    DataSm,
    Destination,
    Empty,
    Outbind,
    QuerySm,
    ReplaceSm,
    ShortMessage,
    SubmitMulti,
)
from simulator.wire.smpp_codes import RESPONSE_BIT, CommandId
from simulator.wire.smpp_tlv import Tag, tlv_value
from tests.smpp.peer import BINDS, Peer
from tests.smpp.stage import Account, MakeAccount

NOBODY = Bind(system_id="nobody", password="x")

REQUESTS: dict[CommandId, Body] = {
    CommandId.BIND_RECEIVER: NOBODY,
    CommandId.BIND_TRANSMITTER: NOBODY,
    CommandId.BIND_TRANSCEIVER: NOBODY,
    CommandId.OUTBIND: Outbind(),
    CommandId.UNBIND: Empty(),
    CommandId.ENQUIRE_LINK: Empty(),
    CommandId.SUBMIT_SM: ShortMessage(),
    CommandId.DELIVER_SM: ShortMessage(),
    CommandId.DATA_SM: DataSm(),
    CommandId.SUBMIT_MULTI: SubmitMulti(destinations=(Destination(address="13125550101"),)),
    CommandId.QUERY_SM: QuerySm(message_id="m"),
    CommandId.CANCEL_SM: CancelSm(message_id="m"),
    CommandId.REPLACE_SM: ReplaceSm(message_id="m"),
}
"""Every request there is but alert_notification, with a body that each answers in one way."""

NOT_BOUND, ALREADY, UNKNOWN, NO_SUCH_USER = 0x04, 0x05, 0x03, 0x0F
BAD_LENGTH, NO_SUCH_ID = 0x01, 0x0C

SENDING = {
    CommandId.SUBMIT_SM: BAD_LENGTH,
    CommandId.DATA_SM: BAD_LENGTH,
    CommandId.SUBMIT_MULTI: BAD_LENGTH,
    CommandId.QUERY_SM: NO_SUCH_ID,
    CommandId.CANCEL_SM: NO_SUCH_ID,
    CommandId.REPLACE_SM: NO_SUCH_ID,
}
"""What each request gets that is done, and cannot be, because of its empty body."""


def _expected(state: str, profile: str) -> dict[CommandId, int]:
    """The table of SMPP 3.4, 2.3, as Vibes' list of operations cuts it down."""
    vibes_knows = {*BINDS.values(), CommandId.UNBIND, CommandId.ENQUIRE_LINK, CommandId.SUBMIT_SM}
    table: dict[CommandId, int] = {}
    for command in REQUESTS:
        from_the_smsc = command in (CommandId.OUTBIND, CommandId.DELIVER_SM)
        if from_the_smsc or (profile == "vibes" and command not in vibes_knows):
            table[command] = UNKNOWN
        elif command is CommandId.ENQUIRE_LINK:
            table[command] = 0
        elif state == "open":
            table[command] = NO_SUCH_USER if command in BINDS.values() else NOT_BOUND
        elif command in BINDS.values():
            table[command] = ALREADY
        elif command is CommandId.UNBIND:
            table[command] = 0
        else:
            table[command] = NOT_BOUND if state == "receiver" else SENDING[command]
    return table


@pytest.mark.parametrize("unsupported", ["generic_nack", "response"])
@pytest.mark.parametrize(
    ("state", "profile"),
    [
        ("open", "vibes"),  # before a bind nobody knows the account, so it has no profile
        *((state, profile) for state in BINDS for profile in ("vibes", "generic")),
    ],
)
async def test_every_request_in_every_state(
    make_account: MakeAccount, state: str, profile: str, unsupported: str
) -> None:
    """Each request is done, refused with 0x04 or 0x05 in its response, or with 0x03 as set."""
    account = await make_account({"profile": profile, "unsupported": unsupported})
    peer = await account.open() if state == "open" else await account.bind(state)
    nacked = unsupported == "generic_nack" or state == "open"
    unbind_last = sorted(REQUESTS, key=lambda command: command is CommandId.UNBIND)
    got, wanted = {}, {}
    for command in unbind_last:
        answer = await peer.ask(command, REQUESTS[command])
        status = _expected(state, profile)[command]
        has_response = command is not CommandId.OUTBIND and not (status == UNKNOWN and nacked)
        response = command | RESPONSE_BIT if has_response else CommandId.GENERIC_NACK
        got[command.name] = (answer.command, answer.status)
        wanted[command.name] = (response, status)
    assert got == wanted


@pytest.mark.parametrize("unsupported", ["generic_nack", "response"])
@pytest.mark.parametrize("command", [0x00000000, 0x0000000A, 0x00000102, 0x00010203, 0x7FFFFFFF])
async def test_a_command_that_nobody_knows_is_nacked(
    make_account: MakeAccount, command: int, unsupported: str
) -> None:
    """generic_nack 0x03 with the request's number, whatever the setting; the session goes on."""
    account = await make_account({"unsupported": unsupported})
    peer = await account.bind()
    peer.send(b"\0\0\0\x10" + command.to_bytes(4, "big") + b"\0\0\0\0\0\0\x12\x34")
    nack = await peer.unasked()
    assert (nack.command, nack.status, nack.sequence) == (CommandId.GENERIC_NACK, 0x03, 0x1234)
    assert (await peer.ask(CommandId.ENQUIRE_LINK)).status == 0


async def test_a_bind_is_answered_with_a_name_and_the_version(account: Account) -> None:
    """bind_resp has a system_id and sc_interface_version 0x34."""
    peer = await account.open()
    answer = await peer.bind("receiver", account.made["username"], "s3cret")
    assert isinstance(answer.body, BindResp)
    assert answer.body.system_id == "smsim"
    assert tlv_value(answer.body.tlvs, Tag.SC_INTERFACE_VERSION) == b"\x34"


@pytest.mark.parametrize("kind", BINDS)
@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"system_id": "nobody"}, 0x0F),
        ({"password": "wrong"}, 0x0E),
        ({"password": ""}, 0x0E),
        ({"version": 0x33}, 0x0D),
        ({"version": 0x50}, 0x0D),
    ],
)
async def test_who_is_not_let_in_may_try_again(
    account: Account, kind: str, wrong: dict[str, object], status: int
) -> None:
    """A wrong name, password or version is told with its status; the connection stays open."""
    peer = await account.open()
    right = {"system_id": account.made["username"], "password": "s3cret", "version": 0x34}
    answer = await peer.bind(kind, **{**right, **wrong})
    assert (answer.command, answer.status) == (BINDS[kind] | RESPONSE_BIT, status)
    assert await account.binds() == []
    assert (await peer.bind(kind, account.made["username"], "s3cret")).status == 0
    assert await account.binds() == [kind]


async def test_the_generic_profile_takes_any_version(make_account: MakeAccount) -> None:
    """Only Vibes insists on 3.4."""
    account = await make_account({"profile": "generic"})
    peer = await account.open()
    answer = await peer.bind("transceiver", account.made["username"], "s3cret", version=0x33)
    assert answer.status == 0


async def test_binds_are_counted_by_type(make_account: MakeAccount) -> None:
    """One more than max_binds of a type is refused with 0x0D; another type has its own count."""
    account = await make_account({"max_binds": 2})
    held = [await account.bind("receiver"), await account.bind("receiver")]
    peer = await account.open()
    name = account.made["username"]
    assert (await peer.bind("receiver", name, "s3cret")).status == 0x0D
    assert (await peer.bind("transmitter", name, "s3cret")).status == 0
    assert sorted(await account.binds()) == ["receiver", "receiver", "transmitter"]
    await held[0].ask(CommandId.UNBIND)
    await account.bound("receiver", "transmitter")
    await account.bind("receiver")


@pytest.mark.parametrize("how", ["close", "kill", "unbind"])
async def test_whoever_goes_frees_the_bind(make_account: MakeAccount, how: str) -> None:
    """After unbind, a closed or a reset connection the only bind there may be is free again."""
    account = await make_account({"max_binds": 1})
    peer = await account.bind()
    if how == "unbind":
        assert (await peer.ask(CommandId.UNBIND)).status == 0
        await peer.over()
    elif how == "close":
        await peer.close()
    else:
        peer.kill()
    await account.bound()
    await account.bind()
    assert await account.binds() == ["transceiver"]


async def test_the_journal_tells_of_each_session(account: Account) -> None:
    """BindOpened with its type, BindClosed with the reason."""
    peer = await account.bind("receiver")
    await peer.ask(CommandId.UNBIND)
    await account.bound()
    rows = await account.events("BindOpened", "BindClosed")
    assert [(row["type"], row["data"]) for row in rows] == [
        ("BindOpened", {"type": "BindOpened", "bind_id": "bind-1", "bind_type": "receiver"}),
        (
            "BindClosed",
            {"type": "BindClosed", "bind_id": "bind-1", "because": "the client unbound"},
        ),
    ]


@pytest.mark.parametrize(("method", "path"), [("DELETE", ""), ("POST", "/reset")])
async def test_an_account_that_ends_ends_its_sessions(
    make_account: MakeAccount, method: str, path: str
) -> None:
    """DELETE and reset close every session of that account, and of no other."""
    account, other = await make_account(), await make_account()
    peers = [await account.bind(kind) for kind in BINDS]
    neighbour = await other.bind()
    assert (await account.control(method, path)).status in (200, 204)
    for peer in peers:
        assert await peer.over() == b""
    assert (await neighbour.ask(CommandId.ENQUIRE_LINK)).status == 0
    if path:
        assert await account.binds() == []
        await account.bind("receiver")
    else:
        again = await account.open()
        answer = await again.bind("receiver", account.made["username"], "s3cret")
        assert answer.status == NO_SUCH_USER


async def test_a_request_in_hand_is_answered_before_unbind(make_account: MakeAccount) -> None:
    """unbind waits for what is being done, so that no answer is lost."""
    account = await make_account(
        faults=[{"match": {"surface": "smpp"}, "effect": {"delay": "100ms"}}]
    )
    peer = await account.bind()
    order: list[str] = []
    body = ShortMessage(source_addr="65047", destination_addr="13125550101", short_message=b"x")
    submitted, unbound = peer.start(CommandId.SUBMIT_SM, body), peer.start(CommandId.UNBIND)
    submitted.add_done_callback(lambda _: order.append("submit"))
    unbound.add_done_callback(lambda _: order.append("unbind"))
    assert ((await submitted).status, (await unbound).status) == (0, 0)
    assert order == ["submit", "unbind"]


async def test_answers_come_with_the_number_of_their_request(account: Account) -> None:
    """Any sequence number is echoed, the highest and zero too."""
    peer = await account.bind()
    for sequence in (0, 1, 0x7FFFFFFF, 0xFFFFFFFF):
        answer = await peer.ask(CommandId.ENQUIRE_LINK, sequence=sequence)
        assert answer.sequence == sequence


async def test_an_answer_to_nothing_is_passed_over(account: Account) -> None:
    """Responses that nobody asked for, and generic_nack, change nothing."""
    peer: Peer = await account.bind()
    for command in (CommandId.GENERIC_NACK, CommandId.SUBMIT_SM_RESP, CommandId.UNBIND_RESP):
        peer.send(b"\0\0\0\x10" + command.to_bytes(4, "big") + b"\0\0\0\0\0\0\0\x63")
    assert (await peer.ask(CommandId.ENQUIRE_LINK)).status == 0
    assert peer.odd.empty()
