"""What `GET /metrics` says of SMPP."""

from __future__ import annotations

from struct import pack

from simulator.wire.smpp_codes import CommandId
from tests.smpp.stage import Account
from tests.system.test_metrics import of, scrape

ANN = "13125550101"


async def test_commands_are_counted_by_status(account: Account) -> None:
    """Asked by either side, taken or refused, in whatever state; what nobody knows is one name."""
    stranger = await account.open()
    assert (await stranger.bind("transceiver", account.made["username"], "wrong")).status == 0x0E
    assert (await stranger.submit(ANN)).status == 0x04
    peer = await account.bind()
    assert (await peer.submit(ANN)).status == 0
    assert (await peer.submit("nobody")).status == 0x0B
    await peer.ask(CommandId.ENQUIRE_LINK)
    peer.send(pack(">4I", 16, 0x77, 0, 99))
    await peer.unasked()
    await account.text(f"+{ANN}", "hello")
    await peer.delivered(1)
    await account.settle()
    told = await scrape(account.http, account.url)
    name = "smsim_smpp_commands_total"
    counted = {
        tuple(word for _, word in sorted(labels)): value
        for (found, labels), value in told.items()
        if found == name
    }
    assert counted == {
        ("bind_transceiver", "RINVPASWD"): 1,
        ("submit_sm", "RINVBNDSTS"): 1,
        ("bind_transceiver", "ROK"): 1,
        ("submit_sm", "ROK"): 1,
        ("submit_sm", "RINVDSTADR"): 1,
        ("enquire_link", "ROK"): 1,
        ("unknown", "RINVCMDID"): 1,
        ("deliver_sm", "ROK"): 1,
    }
    assert of(told, "smsim_smpp_binds") == 1
    assert of(told, "smsim_callback_attempts_total", way="smpp", outcome="ok") == 1
