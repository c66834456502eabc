"""What clients say of incentives, read with every fault told at once.

Rules: Vibes incentive-api for the members, technical-details for the errors envelope.
"""

from __future__ import annotations

from simulator.domain.incentives import Distribution, PoolTerms
from simulator.domain.issuing import Claim
from simulator.wire.incentive_shapes import HIGHEST_THRESHOLD, LONGEST_CODE, LONGEST_TEXT
from simulator.wire.platform_json import Json, Reader, read_object


def read_pool(body: bytes) -> tuple[PoolTerms, Distribution | None]:
    """What POST and PUT pools say: every member is required, but for the distribution's method.

    Source: Vibes: incentive-api.
    """
    reader = Reader(read_object(body))
    codes = _required(reader, "incentive_codes")
    terms = PoolTerms(
        name=_words(reader, "name"),
        issuance_allowed=_flag(reader, "issuance_allowed"),
        redemption_allowed=_flag(reader, "redemption_allowed"),
        low_threshold=_number(reader, codes, "low_threshold", 0, HIGHEST_THRESHOLD),
        max_characters=_number(reader, codes, "max_characters", 1, LONGEST_CODE),
        notification_email_address=_words(reader, "notification_email_address"),
    )
    distribution = _method(reader, _required(reader, "distribution"))
    reader.finish()
    return terms, distribution


def read_issuance(body: bytes) -> tuple[str | None, Claim]:
    """What POST issuances says: the code, if one is wanted, and for whom.

    The issuee's own id is made here, not taken. Source: Vibes: incentive-api.
    """
    reader = Reader(read_object(body))
    code, claim = _maybe(reader, "code"), _claim(reader, issuee_id=None)
    reader.finish()
    return code, claim


def read_redemption(body: bytes) -> Claim:
    """What POST redemptions says; `{}` names nobody (Vibes: incentive-api)."""
    reader = Reader(read_object(body))
    claim = _claim(reader, issuee_id=_maybe(reader, "issuee_id"))
    reader.finish()
    return claim


def _claim(reader: Reader, issuee_id: str | None) -> Claim:
    return Claim(
        external_issuee_id=_maybe(reader, "external_issuee_id"),
        issuee_id=issuee_id,
        referring_application=_maybe(reader, "referring_application"),
        referring_application_ref_id=_maybe(reader, "referring_application_ref_id"),
    )


def _maybe(reader: Reader, name: str) -> str | None:
    value = reader.text(name, longest=LONGEST_TEXT)
    return value if isinstance(value, str) else None


def _words(reader: Reader, name: str) -> str:
    if reader.body.get(name) is None:
        reader.faults.append(f"{name} is required")
    return _maybe(reader, name) or ""


def _flag(reader: Reader, name: str) -> bool:
    value = reader.body.get(name)
    if not isinstance(value, bool):
        reader.faults.append(f"{name} is required, true or false")
    return value is True


def _required(reader: Reader, name: str) -> Json | None:
    if reader.body.get(name) is None:
        reader.faults.append(f"{name} is required")
    return reader.object(name)


def _number(reader: Reader, codes: Json | None, name: str, low: int, high: int) -> int:
    if codes is None:
        return low
    value = codes.get(name)
    if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
        return value
    reader.faults.append(f"incentive_codes.{name} is required, a number from {low} to {high}")
    return low


def _method(reader: Reader, distribution: Json | None) -> Distribution | None:
    value = (distribution or {}).get("method")
    if value is None:
        return None
    if isinstance(value, str) and value in list(Distribution):
        return Distribution(value)
    reader.faults.append(f"distribution.method must be {' or '.join(Distribution)}")
    return None
