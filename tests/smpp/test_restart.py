"""A simulator that ends and begins again: no bind is left, and nothing that was to be told is lost."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from simulator.app import Simulator, build
from simulator.config import ServerSettings
from simulator.domain.instants import SECOND, Instant
from simulator.spec import AccountSpec
from simulator.wire.smpp_codes import CommandId
from tests.smpp.peer import Peer, body_of, id_of, message

DEMO = AccountSpec(company_key="demo", username="demo", password="demo")


def _built(db: Path) -> Simulator:
    return build(ServerSettings(port=0, smpp_port=0, db=db, accounts=(DEMO,)))


async def _bind(simulator: Simulator, kind: str) -> Peer:
    peer = await Peer.connect(urlsplit(await simulator.listen_smpp() or "").port or 0)
    assert (await peer.bind(kind, "demo", "demo")).status == 0
    return peer


async def test_what_was_unanswered_is_told_after_a_restart(tmp_path: Path) -> None:
    """The end closes every session; the next receiver gets what the last one did not answer."""
    async with _built(tmp_path / "smsim.db") as simulator:
        peer = await _bind(simulator, "transceiver")
        peer.holds = True
        body = message("15005550009", b"Hello", registered_delivery=1)
        message_id = id_of(await peer.ask(CommandId.SUBMIT_SM, body))
        demo = simulator.accounts.get("demo")
        await demo.engine.fire(Instant(demo.engine.now() + SECOND))
        await peer.delivered(1)
    assert await peer.over() == b""
    await peer.close()
    async with _built(tmp_path / "smsim.db") as simulator:
        demo = simulator.accounts.get("demo")
        assert demo.world.binds.open == {}
        peer = await _bind(simulator, "receiver")
        (receipt,) = map(body_of, await peer.delivered(1))
        await demo.settle()
        assert message_id.replace("-", "")[-10:].encode() in receipt.short_message
        assert demo.world.lines.deliveries == {}
        await peer.close()
