from __future__ import annotations

import pytest
from msgspec import UNSET

from simulator.domain.instants import parse_instant
from simulator.domain.person import PersonPatch, PersonRef
from simulator.domain.registrations import SCOPES
from simulator.wire.platform_json import (
    NOT_SIMULATED_CALLBACKS,
    Malformed,
    NotSimulated,
    read_mdn,
    read_participant,
    read_person,
    read_registration,
)

ANN = "+13125550101"


def _faults(body: bytes, version: int = 2) -> tuple[str, ...]:
    with pytest.raises(Malformed) as caught:
        read_participant(body, version)
    return caught.value.messages


def test_absent_null_and_given_members_are_three_things() -> None:
    """An absent member is UNSET, null asks for removal, a value is the value."""
    assert read_person(b"{}", 2) == PersonPatch()
    removal = read_person(b'{"external_person_id":null,"mobile_phone":null}', 2)
    assert (removal.external_person_id, removal.mdn) == (None, None)
    assert read_person(b'{"mobile_phone":{"mdn":null}}', 2).mdn is None
    given = read_person(b'{"external_person_id":"a","mobile_phone":{"mdn":"3125550101"}}', 1)
    assert (given.external_person_id, given.mdn, given.carrier_code) == ("a", ANN, UNSET)


def test_custom_fields_take_plain_values_and_lists_of_text() -> None:
    """Text, numbers, truth values, null and lists of text; nothing nested."""
    fields = read_person(
        b'{"custom_fields":{"a":"x","b":1,"c":1.5,"d":true,"e":null,"f":["x"]}}', 2
    ).custom_fields
    assert fields == {"a": "x", "b": 1, "c": 1.5, "d": True, "e": None, "f": ["x"]}
    assert len(_faults(b'{"custom_fields":{"a":{},"b":[1],"c":"fine"}}')) == 2


def test_all_faults_come_at_once() -> None:
    """Number, carrier, external id, key and fields are each told."""
    faults = _faults(
        b'{"external_person_id":7,"person_key":"","custom_fields":"x",'
        b'"mobile_phone":{"mdn":"12","carrier_code":104}}'
    )
    assert len(faults) == 5
    for word in ("external_person_id", "person_key", "custom_fields", "InvalidMDN", "carrier_code"):
        assert any(word in fault for fault in faults), word


def test_a_key_does_not_hide_a_bad_id() -> None:
    """person_id is read also where person_key names the person already."""
    faults = _faults(b'{"person_key":"abc","person_id":7}')
    assert faults == ("person_id must be a non-empty string or null",)
    ref, _ = read_participant(b'{"person_key":"abc","person_id":"d"}', 2)
    assert ref == PersonRef(by="key", value="abc")


def test_lengths_are_bounded() -> None:
    """128 characters of an external id are fine, 129 are not."""
    assert read_person(b'{"external_person_id":"%s"}' % (b"a" * 128), 2).external_person_id
    assert "128" in _faults(b'{"external_person_id":"%s"}' % (b"a" * 129))[0]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b"null", b"\xff", b'{"a":"\xff"}', b"[" * 20_000]
)
def test_what_is_no_json_object_is_malformed(body: bytes) -> None:
    """Not JSON, not UTF-8, nested without end, or no object."""
    assert len(_faults(body)) == 1


@pytest.mark.parametrize("member", [b"person_key", b"person_id"])
def test_a_person_may_be_named_by_key_or_id(member: bytes) -> None:
    """Both become the same reference."""
    ref, _ = read_participant(b'{"%s":"100001"}' % member, 2)
    assert ref == PersonRef(by="key", value="100001")
    assert read_participant(b"{}", 2)[0] is None


def test_only_three_ascii_digits_are_a_carrier_code() -> None:
    """Digits of another script are refused, as Connect refuses them."""
    with pytest.raises(Malformed):
        read_person('{"mobile_phone":{"carrier_code":"١٠٤"}}'.encode(), 2)


def test_a_number_of_a_query_is_read_by_version() -> None:
    """The same text is a number in one version and malformed in the other."""
    assert read_mdn("3125550101", 1) == ANN
    with pytest.raises(Malformed):
        read_mdn("3125550101", 2)


def test_a_registration_has_defaults() -> None:
    """POST, application/json, no scope, no dates."""
    told = read_registration(
        b'{"event_type":"person_added","destination":{"url":"https://x.test/y"}}'
    )
    assert (told.callback_type, told.method, told.content_type) == (
        "person_added",
        "POST",
        "application/json",
    )
    assert (told.scope, told.start, told.end) == (None, None, None)


def test_callback_type_comes_before_its_old_name() -> None:
    """Where both are sent, callback_type decides."""
    told = read_registration(
        b'{"callback_type":"person_added","event_type":"person_updated",'
        b'"destination":{"url":"http://x.test","method":"PUT"},"end_date":"2017-02-01"}'
    )
    assert (told.callback_type, told.method) == ("person_added", "PUT")
    assert told.end == parse_instant("2017-02-01")


def test_its_own_scope_comes_before_the_clients_quirk() -> None:
    """subscription_removed.list_id is taken where both members are there."""
    told = read_registration(
        b'{"callback_type":"subscription_removed","destination":{"url":"http://x.test"},'
        b'"subscription_removed":{"list_id":"1"},"subscription_added":{"list_id":"2"}}'
    )
    assert told.scope == "1"


@pytest.mark.parametrize("kind", sorted(NOT_SIMULATED_CALLBACKS))
def test_types_that_are_not_simulated_are_named(kind: str) -> None:
    """They are known, and no type is both simulated and not."""
    assert kind not in SCOPES
    with pytest.raises(NotSimulated, match=kind):
        read_registration(b'{"callback_type":"%s"}' % kind.encode())
