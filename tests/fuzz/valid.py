"""Valid inputs of every surface: what the mutations begin with."""

from __future__ import annotations

from typing import Any, NamedTuple

from simulator.api.platform.routes import OPERATIONS
from simulator.domain.fault_rules import PROFILES
from simulator.wire.smpp_bodies import (
    Bind,
    CancelSm,
    DataSm,
    Destination,
    Empty,
    MessageIdResp,
    QuerySm,
    ReplaceSm,
    ShortMessage,
    SubmitMulti,
)
from simulator.wire.smpp_codes import CommandId
from simulator.wire.smpp_pdu import Pdu, encode
from simulator.wire.smpp_tlv import Tag, Tlv

ANN, BOB = "+13125550101", "+13125550102"
OUT = "http://app.test/told"


class Call(NamedTuple):
    """One call: `path` has the names of what the account holds in braces."""

    method: str
    path: str
    body: Any = None


PERSON: dict[str, Any] = {
    "external_person_id": "ann",
    "mobile_phone": {"mdn": ANN, "carrier_code": "104"},
    "custom_fields": {"first_name": "Ann", "shoe": 7, "vip": True, "gone": None},
}
POOL: dict[str, Any] = {
    "name": "Ten off",
    "issuance_allowed": True,
    "redemption_allowed": True,
    "incentive_codes": {"low_threshold": 1, "max_characters": 30},
    "distribution": {"method": "unique"},
    "notification_email_address": "ops@app.test",
}
BROADCAST: dict[str, Any] = {
    "name": "Later",
    "send_scheduled_date": "2026-01-05T15:05:00Z",
    "targeting": {
        "message_template": "Hi {{ first_name | default: 'friend' }}",
        "source_lists": ["1001"],
        "source_short_code": {"short_code": "65047", "country_code": "1", "source_type": "SC"},
        "filters": [{"name": "first_name", "selector": "any", "value": ["Ann"]}],
    },
}
ZONED: dict[str, Any] = {
    **BROADCAST,
    "send_schedule": {
        "method": "by_time_zone",
        "send_date": "2026-01-06",
        "send_time": "17:30",
        "default_time_zone": "America/Chicago",
    },
}
TRIGGER: dict[str, Any] = {
    "name": "On purchase",
    "event_type": "purchase",
    "start_date": "2026-01-01",
    "end_date": "2027-01-01",
    "targeting": {
        "message_template": "Order {{ ev.order }} of {{ ev.day | date: '%B %d' }}",
        "channel": "sms",
        "sms": {"sourcecode": "65047", "country_code": "1", "sourcecode_type": "SC"},
        "filters": [{"name": "subscription", "selector": "any", "value": ["1001", 1002]}],
    },
}
EVENT: dict[str, Any] = {
    "event_id": "e-1",
    "event_type": "purchase",
    "event_data": {"mdn": ANN, "order": "A7", "day": "2026-01-09", "items": [{"sku": 1}]},
    "debug_data": {"a": 1},
}
CALLBACK: dict[str, Any] = {
    "callback_type": "subscription_added",
    "destination": {"url": OUT, "method": "POST", "content_type": "application/json"},
    "subscription_added": {"list_id": "1001"},
    "start_date": "2026-01-05",
    "end_date": "2099-01-05T00:00Z",
}
EVENTS_TOLD: dict[str, Any] = {
    "callback_type": "event_processed",
    "destination": {"url": OUT},
    "event_processed": {"event_type": "purchase", "callbacks_to_send": "all"},
}
MADE_UP: dict[str, Any] = {
    "callback_type": "ack_participant_added",
    "participant": {"acquisition_campaign": {"api_key": "JoinVip01"}},
    "subscription": {"subscription_list": {"id": "1001"}},
}
CLAIM: dict[str, Any] = {
    "external_issuee_id": "ann",
    "code": "TEN-1",
    "referring_application": "till",
    "referring_application_ref_id": "7",
}

_BODIES: dict[str, tuple[Any, ...]] = {
    "participants": (PERSON, {"mobile_phone": {"mdn": BOB}}, {"person_key": "{person_key}"}),
    "persons": (PERSON,),
    "{external_person_id}": (PERSON,),
    "{person_key}": (PERSON,),
    "callbacks": (
        CALLBACK,
        EVENTS_TOLD,
        {"callback_type": "person_added", "destination": {"url": OUT}},
    ),
    "{callback_id}": (EVENTS_TOLD,),
    "test": (MADE_UP, {"callback_type": "person_added"}),
    "pools": (POOL,),
    "{incentive_pool_id}": (POOL,),
    "issuances": (CLAIM, {}),
    "redemptions": (CLAIM, {}),
    "broadcasts": (BROADCAST, ZONED),
    "{broadcast_id}": (BROADCAST, ZONED),
    "events": (EVENT,),
    "event_triggered_messages": (TRIGGER,),
    "{event_triggered_message_id}": (TRIGGER,),
}

PLATFORM: tuple[Call, ...] = tuple(
    Call(item.method, item.path, body)
    for item in OPERATIONS
    if item.method in ("POST", "PUT")
    for body in _BODIES[item.path.rpartition("/")[2]]
)
"""A good call of every operation that takes a body."""

PLATFORM_READS: tuple[Call, ...] = tuple(
    Call(item.method, item.path + (f"?{item.query[0].name}=%2B13125550101" if item.query else ""))
    for item in OPERATIONS
    if item.method in ("GET", "DELETE")
)

_WISH = f'<receiptOption callbackUrl="{OUT}">ALL</receiptOption>'
_ORDER = (
    f'<destination address="{ANN}" type="MDN" carrier="104"/><source address="65047" type="SC"/>'
    f"<text>Hello &amp; goodbye</text>{_WISH}"
)
SUBMITS: tuple[str, ...] = (
    f'<mtMessage submitterMessageId="7" splitLongMessage="true">{_ORDER}</mtMessage>',
    f'<?xml version="1.0" encoding="UTF-8"?><mtMessage alternateDelivery="true">{_ORDER}</mtMessage>',
    "<mtMessage splitLongMessage='true'><destination address='3125550101'/>"
    f"<source address='65047'/><text><![CDATA[{'long 🙂 ' * 40}]]></text></mtMessage>",
)
BUNDLES: tuple[str, ...] = (
    f'<mtMessageBundle submitterBundleId="b">{SUBMITS[0]}<mtMessageList>'
    f'<destination address="{BOB}" submitterMessageId="8"/>{_ORDER}</mtMessageList></mtMessageBundle>',
)
CONNECT: tuple[Call, ...] = (
    *(Call("POST", "mt/messages", body) for body in SUBMITS),
    *(Call("POST", "mt/messageBundles", body) for body in BUNDLES),
)
CONNECT_READS: tuple[Call, ...] = (
    Call("GET", "mdns/3125550101?shortcode=65047"),
    Call("GET", "mt/messages/{message_id}"),
    Call("GET", "mt/messages/{message_id}/parts"),
    Call("GET", "mt/messages/{message_id}/responses"),
)

RULE: dict[str, Any] = {
    "id": "one",
    "match": {
        **{"surface": "carrier", "operation": "connect", "number": ANN, "code": "65047"},
        **{"since": "2026-01-05T15:00:00Z", "until": "2026-02-01", "nth": 1},
    },
    "effect": {"delay": "1m"},
    "ratio": "1/2",
    "budget": 3,
}
ACCOUNT: dict[str, Any] = {
    "company_key": "made",
    "seed": 7,
    "clock": {"mode": "manual", "now": "2026-01-05T15:00:00Z"},
    "source_codes": [{"code": "65047", "alternate": "70000"}, {"code": "70000"}],
    "subscription_lists": [{"id": "1", "name": "One"}],
    "acquisition_campaigns": [
        {"id": "Join", "list": "1", "code": "65047", "keywords": ["JOIN"], "window": "24h"}
    ],
    "carriers": {
        "default": "typical",
        "104": {"profile": "regional", "loss": "1/100", "carrier_delay": ["1s", "2s"]},
    },
    "personas": {"mine": {"on_confirmation": "Y", "after": "5s"}},
    "settings": {"retries": 2, "magic_numbers": False, "stop_scope": "list"},
    "connect": {"version": "3.1", "mo_url": OUT, "mo_auth": ["u", "p"], "smpp": {"window": 3}},
    "faults": [RULE],
}
CONTROL: tuple[Call, ...] = (
    Call("POST", "/_sim/accounts", ACCOUNT),
    Call("POST", "{account}/faults", RULE),
    Call("POST", "{account}/faults", {"profile": sorted(PROFILES)[0]}),
    Call(
        "PUT", "{account}/handsets/3125550101", {"persona": {"name": "says_yes"}, "carrier": "105"}
    ),
    Call("PUT", "{account}/handsets/3125550102", {"reachable": False, "connected": True}),
    Call(
        "PUT", "{account}/handsets/3125550103", {"persona": {"on_message": "STOP", "after": "2s"}}
    ),
    Call("POST", "{account}/handsets/3125550101/messages", {"text": "VIP", "to": "65047"}),
    Call("POST", "{account}/clock", {"advance": "1m", "quiet": "0s"}),
    Call("POST", "{account}/clock", {"to": "2026-01-05T15:01:00Z"}),
    Call("POST", "{account}/clock", {"settle": True}),
    Call("PUT", "{account}/hosts", {"hosts": {"app.test": "127.0.0.1:9"}}),
    Call("POST", "{account}/lists", {"id": "9", "name": "Nine"}),
    Call("PUT", "{account}/lists/1002", {"name": "Other"}),
    Call("POST", "{account}/lists/1001/subscribers", {"persons": [{"mdn": ANN}, {"mdn": BOB}]}),
    Call("POST", "{account}/opt-outs", {"mdns": [ANN], "list": "1001", "reason": "bulk_opt_out"}),
    Call("POST", "{account}/incentives/pools/1/codes", {"codes": ["NEW-1", "NEW-2"]}),
    Call("POST", "{account}/incentives/pools/1/codes", {"count": 3}),
    Call("POST", "{account}/text", {"text": "Hello 🙂"}),
)

NO_ID = "00000000-0000-4000-8000-000000000000"
"""Stands for the id of a message that is under way."""

_UDH = b"\x05\x00\x03\x07\x02\x01"
_MESSAGE = ShortMessage(
    source_addr="65047",
    destination_addr="13125550101",
    short_message=b"Hello",
    registered_delivery=1,
    tlvs=(Tlv(tag=Tag.VIBES_CARRIER_CODE, value=b"104\0"), Tlv(tag=0x1499, value=b"?")),
)
_PAYLOAD = Tlv(tag=Tag.MESSAGE_PAYLOAD, value=b"Long " * 60)
_BODIES_OF: tuple[tuple[int, Any], ...] = (
    (CommandId.SUBMIT_SM, _MESSAGE),
    (
        CommandId.SUBMIT_SM,
        ShortMessage(
            source_addr="65047",
            destination_addr="13125550102",
            esm_class=0x40,
            data_coding=8,
            short_message=_UDH + "a🙂".encode("utf-16-be"),
        ),
    ),
    (
        CommandId.SUBMIT_SM,
        ShortMessage(source_addr="65047", destination_addr="3125550103", tlvs=(_PAYLOAD,)),
    ),
    (
        CommandId.DATA_SM,
        DataSm(source_addr="65047", destination_addr="13125550101", tlvs=(_PAYLOAD,)),
    ),
    (
        CommandId.SUBMIT_MULTI,
        SubmitMulti(
            source_addr="65047",
            destinations=(Destination(address="13125550101"), Destination(address="13125550102")),
            short_message=b"Hi",
        ),
    ),
    (CommandId.QUERY_SM, QuerySm(message_id=NO_ID, source_addr="65047")),
    (CommandId.CANCEL_SM, CancelSm(message_id=NO_ID, source_addr="65047")),
    (
        CommandId.REPLACE_SM,
        ReplaceSm(message_id=NO_ID, source_addr="65047", short_message=b"Other"),
    ),
    (
        CommandId.REPLACE_SM,
        ReplaceSm(message_id=NO_ID, source_addr="65047", short_message=b"Other " * 42),
    ),
    (CommandId.ENQUIRE_LINK, Empty()),
    (
        CommandId.BIND_TRANSCEIVER,
        Bind(system_id="fuzz-smpp", password="pw", interface_version=0x34),
    ),
    (CommandId.DELIVER_SM_RESP, MessageIdResp()),
    (CommandId.GENERIC_NACK, Empty()),
)
PDUS: tuple[bytes, ...] = tuple(
    encode(Pdu(command=command, sequence=9, body=body)) for command, body in _BODIES_OF
)
"""Every request a client may send, as octets."""
