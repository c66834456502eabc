"""The npm package `smpp`, the client of most applications on node."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.smpp.stage import Account, MakeAccount

SCRIPT = Path(__file__).with_name("node_peer.js")
ANN = "13125550101"
LIMIT = 20


class NodePeer:
    """A process of node with one session: `told` has what was delivered to it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.told: list[dict[str, Any]] = []

    async def ask(self, command: str, **fields: object) -> dict[str, Any]:
        """Ask something; the answer."""
        assert self.process.stdin is not None
        line = json.dumps({"ask": command, "fields": fields})
        self.process.stdin.write(line.encode() + b"\n")
        while True:
            word = await self.word()
            if "answer" in word:
                found: dict[str, Any] = word["answer"]
                return found

    async def delivered(self, count: int) -> list[dict[str, Any]]:
        """Wait until so many deliver_sm came."""
        while len(self.told) < count:
            await self.word()
        return self.told

    async def word(self) -> dict[str, Any]:
        """The next thing it says."""
        assert self.process.stdout is not None
        async with asyncio.timeout(LIMIT):
            line = await self.process.stdout.readline()
        assert line, "node ended"
        word: dict[str, Any] = json.loads(line)
        assert "error" not in word, word
        if "told" in word:
            self.told.append(word["told"])
        return word


@pytest.fixture
async def node(port: int, node_modules: Path) -> AsyncIterator[NodePeer]:
    """A client that is connected, and ends with the test."""
    process = await asyncio.create_subprocess_exec(
        "node",
        str(SCRIPT),
        f"smpp://127.0.0.1:{port}",
        env={**os.environ, "NODE_PATH": str(node_modules)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    yield NodePeer(process)
    if process.returncode is None:
        process.kill()
    assert process.stdin is not None
    process.stdin.close()
    await process.wait()


@pytest.fixture
async def account(make_account: MakeAccount) -> Account:
    """GSM by default, as the package has it for data_coding 0."""
    return await make_account({"coding": "gsm"}, carriers={"default": "instant"})


def _who(account: Account) -> dict[str, object]:
    """Who binds, with 3.4: the package says 5.0 of itself, which Vibes refuses."""
    name = account.made["username"]
    return {"system_id": name, "password": "s3cret", "interface_version": 0x34}


@pytest.mark.parametrize("kind", ["transmitter", "receiver", "transceiver"])
async def test_it_binds_asks_for_the_link_and_unbinds(
    node: NodePeer, account: Account, kind: str
) -> None:
    """All three types, on one connection that ends after unbind."""
    bound = await node.ask(f"bind_{kind}", **_who(account))
    assert (bound["command"], bound["command_status"]) == (f"bind_{kind}_resp", 0)
    assert (bound["system_id"], bound["sc_interface_version"]) == ("smsim", 0x34)
    assert await account.binds() == [kind]
    assert (await node.ask("enquire_link"))["command"] == "enquire_link_resp"
    assert (await node.ask("unbind"))["command_status"] == 0
    assert await node.word() == {"over": True}
    await account.bound()


async def test_it_submits_and_gets_receipt_and_text(node: NodePeer, account: Account) -> None:
    """submit_sm, its receipt with both parameters, and a text from a phone with its carrier."""
    await node.ask("bind_transceiver", **_who(account))
    sent = await node.ask(
        "submit_sm",
        source_addr="65047",
        destination_addr=ANN,
        short_message="Hello from node",
        registered_delivery=1,
    )
    assert sent["command_status"] == 0
    moving = asyncio.create_task(account.advance("1m"))
    (receipt,) = await node.delivered(1)
    await moving
    assert (receipt["esm_class"], receipt["message_state"]) == (4, 2)
    assert receipt["receipted_message_id"] == sent["message_id"]
    assert " stat:DELIVRD err:000 text:Hello from node" in receipt["text"]
    assert (await account.message(sent["message_id"]))["text"] == "Hello from node"
    made = await account.text(f"+{ANN}", "hi node")
    _, text = await node.delivered(2)
    assert (text["text"], text["vibes_carrier_code"]) == ("hi node", made["carrier"])
    assert (text["source_addr"], text["destination_addr"]) == ("3125550101", "65047")


async def test_it_reads_every_alphabet(node: NodePeer, account: Account) -> None:
    """What it encodes as UCS-2 arrives, and what a phone says in UCS-2 it decodes."""
    await node.ask("bind_transceiver", **_who(account))
    text = "\u0416 \U0001f45e"
    sent = await node.ask(
        "submit_sm",
        source_addr="65047",
        destination_addr=ANN,
        short_message=text,
        data_coding=8,
    )
    assert (await account.message(sent["message_id"]))["text"] == text
    await account.text(f"+{ANN}", text)
    (told,) = await node.delivered(1)
    assert (told["text"], told["data_coding"]) == (text, 8)


async def test_it_gets_a_long_text_in_parts(node: NodePeer, account: Account) -> None:
    """It finds the user data header of each part, and the text behind it."""
    await node.ask("bind_receiver", **_who(account))
    await account.text(f"+{ANN}", "0123456789" * 20)
    first, second = await node.delivered(2)
    assert [part["udh"][-2:] for part in (first, second)] == [[2, 1], [2, 2]]
    assert first["text"] + second["text"] == "0123456789" * 20


async def test_it_puts_a_long_message_into_the_payload(node: NodePeer, account: Account) -> None:
    """message_payload with an empty short_message."""
    await node.ask("bind_transmitter", **_who(account))
    text = "0123456789" * 50
    sent = await node.ask(
        "submit_sm",
        source_addr="65047",
        destination_addr=ANN,
        short_message="",
        message_payload=text,
    )
    assert sent["command_status"] == 0, hex(sent["command_status"])
    told = await account.message(sent["message_id"])
    assert (told["text"], told["segments"]) == (text, 4)


async def test_it_queries_cancels_and_replaces_in_the_generic_profile(
    node: NodePeer, make_account: MakeAccount
) -> None:
    """What Vibes does not know and other SMSCs do."""
    account = await make_account({"profile": "generic", "coding": "gsm"})
    await node.ask("bind_transceiver", **_who(account))
    message = {"source_addr": "65047", "destination_addr": ANN, "short_message": "one"}
    first = (await node.ask("submit_sm", **message))["message_id"]
    second = (await node.ask("submit_sm", **message))["message_id"]
    named = {"message_id": first, "source_addr": "65047"}
    assert (await node.ask("query_sm", **named))["message_state"] == 1
    replaced = await node.ask("replace_sm", **named, short_message="another")
    assert (replaced["command"], replaced["command_status"]) == ("replace_sm_resp", 0)
    gone = await node.ask("cancel_sm", message_id=second, source_addr="65047", destination_addr=ANN)
    assert gone["command_status"] == 0
    await account.advance("1m")
    state = await node.ask("query_sm", **named)
    assert (state["message_state"], state["error_code"]) == (2, 0)
    assert (await account.message(first))["text"] == "another"
    assert (await account.message(second))["state"] == "deleted"


async def test_it_sends_to_several_in_the_generic_profile(
    node: NodePeer, make_account: MakeAccount
) -> None:
    """submit_multi and data_sm as it writes them."""
    account = await make_account({"profile": "generic", "coding": "gsm"})
    await node.ask("bind_transceiver", **_who(account))
    several = [
        {"dest_addr_ton": 1, "dest_addr_npi": 1, "destination_addr": to}
        for to in (ANN, "nobody", "13125550102")
    ]
    sent = await node.ask(
        "submit_multi", source_addr="65047", dest_address=several, short_message="to all"
    )
    assert sent["command_status"] == 0, hex(sent["command_status"])
    (failed,) = sent["unsuccess_sme"]
    assert (failed["destination_addr"], failed["error_status_code"]) == ("nobody", 0x0B)
    data = await node.ask(
        "data_sm", source_addr="65047", destination_addr=ANN, message_payload="by data"
    )
    assert data["command_status"] == 0
    items = (await account.control("GET", "/messages")).json["items"]
    assert [(item["mdn"], item["text"]) for item in items] == [
        ("+13125550101", "to all"),
        ("+13125550102", "to all"),
        ("+13125550101", "by data"),
    ]


async def test_it_understands_what_vibes_refuses(node: NodePeer, account: Account) -> None:
    """Its version 5.0, generic_nack 0x03 for query_sm, a vendor's status for a landline."""
    other = {**_who(account), "interface_version": 0x50}
    assert (await node.ask("bind_transceiver", **other))["command_status"] == 0x0D
    await node.ask("bind_transceiver", **_who(account))
    nack = await node.ask("query_sm", message_id="x", source_addr="65047")
    assert (nack["command"], nack["command_status"]) == ("generic_nack", 0x03)
    refused = await node.ask(
        "submit_sm", source_addr="65047", destination_addr="15005550001", short_message="x"
    )
    assert refused["command_status"] == 0x402
