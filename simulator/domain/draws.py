"""Keyed draws: chance as a function of (seed, purpose, subject), never of what came before.

Adding or reordering other traffic therefore never changes what happens to one message.
Ratios are compared as integers, so a draw falls the same way on every machine.
"""

from __future__ import annotations

from hashlib import blake2b


def draw(seed: int, purpose: str, subject: str) -> int:
    """A uniform integer in [0, 2**64), the same for ever for the same three arguments."""
    text = f"{seed}\x1f{purpose}\x1f{subject}".encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big")


def chance(seed: int, purpose: str, subject: str, *, hits: int, of: int) -> bool:
    """True for `hits` subjects out of every `of`, decided in integers."""
    if hits == 0 or hits == of:
        return hits == of
    return draw(seed, purpose, subject) % of < hits
