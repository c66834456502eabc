"""Every answer of the Platform is one that its operation declares, to the last member."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from simulator.api.platform.operation import Operation
from simulator.api.platform.routes import OPERATIONS
from simulator.wire.shapes import Errors

SEEN: set[tuple[str, str, int]] = set()
"""Every (method, path below the company, status) that was answered and found as declared."""

UNDECLARED = (401, 403, 404, 405, 501)
"""What may be answered where there is no operation."""


def operation(method: str, path: str) -> Operation | None:
    """The operation a call names; `path` is what stands below the company, as it was sent."""
    bare = path.partition("?")[0].removesuffix("/")
    for item in OPERATIONS:
        if item.method == method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", item.path), bare):
            return item
    return None


def check(method: str, path: str, status: int, content_type: str, body: bytes) -> None:
    """Raises AssertionError where the answer is not as declared."""
    item, call = operation(method, path), f"{method} {path} answered {status}"
    declared = dict.fromkeys(UNDECLARED, Errors) if item is None else item.declared
    assert status in declared, f"{call}, which is not declared"
    if item is not None:
        SEEN.add((method, item.path, status))
    kind: Any = declared[status]
    if kind is None:
        assert body == b"", f"{call} with a body where none is declared: {body!r}"
        return
    assert content_type == "application/json", f"{call} as {content_type}"
    try:
        read = msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as fault:
        raise AssertionError(f"{call} in another shape: {fault}: {body!r}") from fault
    said = msgspec.json.decode(msgspec.json.encode(read))
    assert said == msgspec.json.decode(body), f"{call} with more than its shape: {body!r}"
