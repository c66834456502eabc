"""What a test is called in the simulator, and its seed: both from the test's id alone."""

from __future__ import annotations

import re
import shlex
from hashlib import blake2b

import pytest

LONGEST_SLUG = 40


def id_of(node: pytest.Item) -> str:
    """The node id; without the `@group` that pytest-xdist appends where tests are run in groups."""
    return f"{node.parent.nodeid}::{node.name}" if node.parent is not None else node.nodeid


def key_of(test_id: str) -> str:
    """A company key for the test: its name as far as it is letters and digits, and a digest."""
    name = test_id.rsplit("::", 1)[-1]
    slug = re.sub("[^A-Za-z0-9]+", "-", name)[:LONGEST_SLUG].strip("-") or "test"
    return f"{slug}-{_digest(test_id).hex()[:8]}"


def seed_of(test_id: str) -> int:
    """A seed for the test: the same on every machine, short enough to type."""
    return int.from_bytes(_digest(test_id)[:4], "big")


def again(test_id: str, seed: int) -> str:
    """The line that runs the test again, the same."""
    return f"pytest {shlex.quote(test_id)} --sms-seed {seed}"


def _digest(test_id: str) -> bytes:
    return blake2b(test_id.encode("utf-8", "surrogatepass"), digest_size=8).digest()
