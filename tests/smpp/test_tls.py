"""SMPP over TLS: with a certificate of its own, with clients that are none, with bad files."""

from __future__ import annotations

import asyncio
import importlib
import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme

from simulator.app import Simulator, build
from simulator.config import ServerSettings
from simulator.errors import UserError
from simulator.wire.smpp_codes import CommandId
from tests.smpp.stage import Account

smpplib_client = importlib.import_module("smpplib.client")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def files(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for localhost and its key."""
    folder = tmp_path_factory.mktemp("tls")
    made = authority.issue_cert("localhost", "127.0.0.1")
    made.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    made.private_key_pem.write_to_path(folder / "key.pem")
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def smpp_settings(files: tuple[Path, Path]) -> dict[str, Any]:
    return {"smpp_cert": files[0], "smpp_key": files[1], "smpp_init": "2s"}


@pytest.fixture
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    """A client's context that trusts the certificate."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


async def test_a_session_over_tls(account: Account, trusting: ssl.SSLContext) -> None:
    """Bind, submit, receipt and unbind, with the certificate checked."""
    peer = await account.bind(ssl=trusting, server_hostname="localhost")
    await peer.sent(registered_delivery=1)
    await account.advance("1m")
    assert len(peer.told) == 1
    assert (await peer.ask(CommandId.UNBIND)).status == 0
    assert await peer.over() == b""


async def test_the_url_says_so(simulator: Simulator) -> None:
    """smpps, where the port speaks TLS."""
    assert (await simulator.listen_smpp() or "").startswith("smpps://127.0.0.1:")


async def test_who_does_not_trust_it_harms_nobody(
    account: Account, trusting: ssl.SSLContext
) -> None:
    """A client that refuses the certificate is gone, and others bind."""
    with pytest.raises(ssl.SSLCertVerificationError):
        await account.open(ssl=ssl.create_default_context(), server_hostname="localhost")
    await account.bind(ssl=trusting, server_hostname="localhost")


async def test_tls_1_1_is_refused(account: Account, trusting: ssl.SSLContext) -> None:
    """1.2 at least."""
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        trusting.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, OSError)):
        await account.open(ssl=trusting, server_hostname="localhost")


@pytest.mark.parametrize(
    "said", [b"\0\0\0\x10\0\0\0\x15\0\0\0\0\0\0\0\1", b"GET / HTTP/1.1\r\n\r\n"]
)
async def test_plain_octets_to_a_tls_port_harm_nothing(
    account: Account, trusting: ssl.SSLContext, said: bytes
) -> None:
    """They are no handshake: the connection ends, a bound session goes on."""
    neighbour = await account.bind(ssl=trusting, server_hostname="localhost")
    stranger = await account.open()
    stranger.send(said)
    await stranger.over()
    assert (await neighbour.ask(CommandId.ENQUIRE_LINK)).status == 0
    assert await account.binds() == ["transceiver"]


async def test_a_killed_tls_client_frees_its_bind(
    account: Account, trusting: ssl.SSLContext
) -> None:
    """A reset in the middle of a session is the end of it, and of nothing else."""
    peer = await account.bind(ssl=trusting, server_hostname="localhost")
    peer.kill()
    await account.bound()


async def test_smpplib_over_tls(account: Account, trusting: ssl.SSLContext) -> None:
    """A client that others wrote, with its own ssl_context; it gives TLS no host name to check."""
    trusting.check_hostname = False

    def session() -> list[bytes]:
        ids: list[bytes] = []
        made = smpplib_client.Client(
            "localhost",
            account.port,
            timeout=5,
            ssl_context=trusting,
            allow_unknown_opt_params=True,
        )
        made.set_message_sent_handler(lambda pdu: ids.append(pdu.message_id))
        made.connect()
        made.bind_transmitter(system_id=account.made["username"], password="s3cret")
        made.send_message(
            source_addr="65047", destination_addr="13125550101", short_message=b"by TLS"
        )
        made.read_once()
        made.unbind()
        made.disconnect()
        return ids

    async with asyncio.timeout(10):
        (message_id,) = await asyncio.to_thread(session)
    assert (await account.message(message_id.decode()))["text"] == "by TLS"


def _files(folder: Path, files: tuple[Path, Path]) -> dict[str, tuple[Path, Path | None]]:
    text = folder / "text.pem"
    text.write_text("no certificate at all")
    other = folder / "other.pem"
    trustme.CA().issue_cert("localhost").private_key_pem.write_to_path(other)
    return {
        "no such certificate": (folder / "none.pem", files[1]),
        "no such key": (files[0], folder / "none.pem"),
        "no certificate": (text, files[1]),
        "no key": (files[0], text),
        "another key": (files[0], other),
        "no key in the certificate's file": (files[0], None),
        "a folder": (folder, None),
    }


@pytest.mark.parametrize(
    "wrong",
    [
        "no such certificate",
        "no such key",
        "no certificate",
        "no key",
        "another key",
        "no key in the certificate's file",
        "a folder",
    ],
)
async def test_files_that_do_not_do_are_told_plainly(
    tmp_path: Path, files: tuple[Path, Path], wrong: str
) -> None:
    """One sentence that names the file and why, in place of a traceback."""
    cert, key = _files(tmp_path, files)[wrong]
    settings = ServerSettings(port=0, smpp_port=0, accounts=(), smpp_cert=cert, smpp_key=key)
    async with build(settings) as simulator:
        with pytest.raises(UserError) as told:
            await simulator.listen_smpp()
    assert str(told.value).count("\n") == 0
    blamed = key if wrong in ("no such key", "no key", "another key") else cert
    assert str(blamed) in str(told.value)
