"""Ids in Vibes' shapes, derived from the seed and the thing they name, never drawn at random.

Shapes: message and event ids are lower-case UUIDs, a `person_key` is UUID-like, a `callback_id`
is eight letters and digits, a `person_id` is a decimal string (Vibes: technical-details examples).
"""

from __future__ import annotations

from hashlib import blake2b

CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""What a generated incentive code is made of: nothing that is read wrong (inferred)."""

_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"


def _digest(seed: int, kind: str, subject: str) -> bytes:
    return blake2b(f"{seed}\x1f{kind}\x1f{subject}".encode(), digest_size=16).digest()


def uuid_of(seed: int, kind: str, subject: str) -> str:
    """A version-4-shaped UUID for the subject, for example `b75fccf3-8f06-4d8f-a282-d1886a4792a2`."""
    raw = bytearray(_digest(seed, kind, subject))
    raw[6] = raw[6] & 0x0F | 0x40
    raw[8] = raw[8] & 0x3F | 0x80
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def short_of(seed: int, kind: str, subject: str) -> str:
    """Eight letters and digits for the subject, in the shape of Vibes' `Hzh39LP3`."""
    return _spelt(seed, kind, subject, _ALPHABET, 8)


def code_of(seed: int, kind: str, subject: str, length: int) -> str:
    """Upper-case letters and digits for the subject, at most 25 of them, as a coupon has."""
    return _spelt(seed, kind, subject, CODE_LETTERS, length)


def person_id_of(number: int) -> str:
    """The decimal id of the n-th person of an account, counted from 1."""
    return str(100_000 + number)


def _spelt(seed: int, kind: str, subject: str, alphabet: str, length: int) -> str:
    number = int.from_bytes(_digest(seed, kind, subject), "big")
    letters = []
    for _ in range(length):
        number, index = divmod(number, len(alphabet))
        letters.append(alphabet[index])
    return "".join(letters)
