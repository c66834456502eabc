"""The decoders by themselves: whatever the octets, they answer or say no in their own words."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

import msgspec

from simulator.documents import read
from simulator.domain.instants import parse_duration, parse_instant
from simulator.domain.numbers import InvalidMdn, parse_any_mdn, parse_mdn
from simulator.errors import BadSpec, UserError
from simulator.spec import AccountSpec, read_account
from simulator.specs.faults import FaultSpec
from simulator.specs.values import ratio
from simulator.wire import (
    broadcast_json,
    connect_requests,
    disconnect_files,
    incentive_json,
    platform_json,
    smpp_pdu,
    smpp_submits,
    smpp_text,
    trigger_json,
    xml,
)
from simulator.wire.connect_requests import ConnectFault
from simulator.wire.platform_json import Malformed, NotSimulated
from simulator.wire.smpp_bodies import DataSm, ReplaceSm, ShortMessage
from simulator.wire.trigger_json import TooLarge
from tests.fuzz import valid
from tests.fuzz.mutate import WORDS, change_bytes, change_json, change_xml
from tests.fuzz.valid import Call

ACCOUNT, _ = read_account({"company_key": "fuzz"}, key="fuzz", now=parse_instant("2026-01-05"))
_JSON_NO = (Malformed, NotSimulated, TooLarge)


class Decoder(NamedTuple):
    """A decoder: what it reads, the ways it may say no, and what is valid for it."""

    name: str
    reads: Callable[[bytes], Any]
    refuses: tuple[type[Exception], ...]
    change: Callable[[Random], bytes]


def _json(*bodies: Any) -> Callable[[Random], bytes]:
    def change(rng: Random) -> bytes:
        body = rng.choice(bodies)
        if rng.random() < 0.7:
            return change_json(rng, body)
        return change_bytes(rng, json.dumps(body).encode(), json.dumps(valid.PERSON).encode())

    return change


def _xml(*bodies: str) -> Callable[[Random], bytes]:
    def change(rng: Random) -> bytes:
        body = rng.choice(bodies)
        if rng.random() < 0.7:
            return change_xml(rng, body)
        return change_bytes(rng, body.encode(), valid.BUNDLES[0].encode())

    return change


def change_pdu(rng: Random) -> bytes:
    """A request with octets changed; its length is mostly put right again."""
    octets = rng.choice(valid.PDUS)
    if rng.random() < 0.85:
        octets = change_bytes(rng, octets, rng.choice(valid.PDUS))
    if rng.random() < 0.3:
        octets = octets[:4] + rng.choice(valid.PDUS)[4:8] + octets[8:]
    if rng.random() < 0.97:
        octets = len(octets).to_bytes(4, "big") + octets[4:]
    return octets


def _word(rng: Random) -> bytes:
    word = rng.choice(WORDS).encode("utf-8", "surrogatepass")
    return (
        word
        if rng.random() < 0.3
        else change_bytes(rng, word, rng.choice(WORDS[:9]).encode("utf-8", "replace"))
    )


def _pdu(octets: bytes) -> None:
    """What is read is written, and read again as the same."""
    pdu = smpp_pdu.decode(octets)
    again = smpp_pdu.decode(smpp_pdu.encode(pdu))
    if again != pdu:
        raise AssertionError(f"{pdu} comes back as {again}")
    smpp = ACCOUNT.connect.smpp
    if isinstance(pdu.body, ShortMessage | DataSm):
        smpp_submits.read_submit(pdu.body, smpp, "smpp:fuzz")
    elif isinstance(pdu.body, ReplaceSm):
        smpp_submits.read_replacement(pdu.body, smpp)


def _udh(octets: bytes) -> None:
    part, _ = smpp_text.read_udh(octets)
    if part is not None:
        smpp_text.write_udh(part)


def _text(octets: bytes) -> None:
    for coding in smpp_text.Coding:
        text = smpp_text.decode_text(octets, coding)
        smpp_text.encode_text(text, coding)


def _values(octets: bytes) -> None:
    """Durations, instants, ratios and numbers: a ValueError each, or a value."""
    text = octets.decode("utf-8", "replace")
    for parse in (parse_duration, parse_instant, ratio, parse_any_mdn):
        _try(parse, text)
    for version in (1, 2):
        with contextlib.suppress(InvalidMdn):
            parse_mdn(text, version)
    disconnect_files.day_of(text)


def _try(parse: Callable[[str], Any], text: str) -> None:
    with contextlib.suppress(ValueError):
        parse(text)


def _document(octets: bytes) -> Any:
    """As `simulator.api.control.call.document` reads it."""
    try:
        return msgspec.json.decode(octets)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UserError("no JSON") from error


def _account(octets: bytes) -> None:
    read_account(_document(octets), key="k", now=parse_instant("2026-01-05"))


def _bodies(calls: tuple[Call, ...], *endings: str) -> list[Any]:
    return [call.body for call in calls if call.path.endswith(endings)]


def _versions(reads: Callable[[bytes, int], Any]) -> Callable[[bytes], Any]:
    def both(octets: bytes) -> None:
        for version in (1, 2):
            try:
                reads(octets, version)
            except _JSON_NO:
                if version == 2:
                    raise

    return both


_POOLS = _json(valid.POOL)
_CLAIMS = _json(valid.CLAIM)
DECODERS: tuple[Decoder, ...] = (
    Decoder("xml", xml.read, (xml.BadXml,), _xml(*valid.SUBMITS)),
    Decoder("mt", connect_requests.read_mt, (ConnectFault,), _xml(*valid.SUBMITS)),
    Decoder("bundle", connect_requests.read_bundle, (ConnectFault,), _xml(*valid.BUNDLES)),
    Decoder("person", _versions(platform_json.read_person), _JSON_NO, _json(valid.PERSON)),
    Decoder(
        "participant", _versions(platform_json.read_participant), _JSON_NO, _json(valid.PERSON)
    ),
    Decoder(
        "registration",
        platform_json.read_registration,
        _JSON_NO,
        _json(valid.CALLBACK, valid.EVENTS_TOLD),
    ),
    Decoder("test", platform_json.read_test, _JSON_NO, _json(valid.MADE_UP)),
    Decoder("pool", incentive_json.read_pool, _JSON_NO, _POOLS),
    Decoder("issuance", incentive_json.read_issuance, _JSON_NO, _CLAIMS),
    Decoder("redemption", incentive_json.read_redemption, _JSON_NO, _CLAIMS),
    Decoder(
        "broadcast",
        lambda octets: broadcast_json.read_broadcast(octets, ACCOUNT),
        _JSON_NO,
        _json(valid.BROADCAST, valid.ZONED),
    ),
    Decoder("event", _versions(trigger_json.read_event), _JSON_NO, _json(valid.EVENT)),
    Decoder("trigger", trigger_json.read_trigger, _JSON_NO, _json(valid.TRIGGER)),
    Decoder("account", _account, (UserError,), _json(valid.ACCOUNT)),
    Decoder(
        "fault",
        lambda octets: read(FaultSpec, _document(octets)).rule(1),
        (UserError,),
        _json(valid.RULE),
    ),
    Decoder(
        "spec",
        lambda octets: read(AccountSpec, _document(octets)),
        (UserError,),
        _json(valid.ACCOUNT),
    ),
    Decoder("pdu", _pdu, (smpp_pdu.BadPdu, smpp_submits.Refused), change_pdu),
    Decoder("pdu again", _pdu, (smpp_pdu.BadPdu, smpp_submits.Refused), change_pdu),
    Decoder("udh", _udh, (smpp_text.BadUdh,), lambda rng: rng.randbytes(rng.randrange(12))),
    Decoder("text", _text, (), lambda rng: rng.randbytes(rng.randrange(40))),
    Decoder("values", _values, (), _word),
)
BY_NAME = {item.name: item for item in DECODERS}


def make(rng: Random) -> tuple[str, bytes]:
    """The name of a decoder, and octets for it; one in twelve is noise."""
    decoder = rng.choice(DECODERS)
    if rng.random() < 0.08:
        return decoder.name, rng.randbytes(rng.choice((0, 1, 3, 16, 200)))
    return decoder.name, decoder.change(rng)


def fault_of(name: str, octets: bytes) -> str | None:
    """What a decoder did that it may not: an exception that is none of its own; else None."""
    decoder = BY_NAME[name]
    try:
        decoder.reads(octets)
    except decoder.refuses:
        return None
    except BadSpec:
        return None
    except Exception as error:  # noqa: BLE001 - this is what is looked for
        last = error.__traceback__
        where = ""
        while last is not None:
            where = f"{last.tb_frame.f_code.co_filename.rpartition('/')[2]}:{last.tb_lineno}"
            last = last.tb_next
        return f"{type(error).__name__} at {where}: {str(error)[:200]}"
    return None
