"""Inputs that nobody sends on purpose: valid ones, changed with a seeded hand."""

from __future__ import annotations

import json
import re
from random import Random
from typing import Any

DEEP = ("[" * 600 + "]" * 600, '{"a":' * 600 + "1" + "}" * 600, "[" * 100_000)
TOKENS = ("1e400", "-0", "1" * 400, "9" * 5_000, "NaN", "-Infinity", "tru", "01", "1e-400", *DEEP)
"""Pieces that stand in JSON as they are, where a value belongs."""

WORDS = (
    *("", " ", "\t\r\n", "\0", "x" * 300, "x" * 5_000, "\ud800", "\udfff\ud800", "\U0001f600" * 90),
    *("\u202eabc", "e\u0301" * 80, "\ufeff", "\uffff", "İI", "ß", "\x7f\x80\x9f", "\u2028", "%00"),
    *("null", "true", "0", "-1", "1" * 400, "9" * 1_000, "0x10", "1e5", "١٢٣", "+1", "½"),
    *("+13125550101", "13125550101", "3125550101", "+1312555010", "+15005550002", "++13125550101"),
    *("2026-01-05", "9999-12-31T23:59:59Z", "0000-00-00", "2026-02-30", "2026-13-01T25:61:61Z"),
    *("1970-01-01T00:00:00+23:59", "9000-01-01T00:00:00Z", "24h", "0s", "1" * 400 + "d", "P1Y"),
    *("99999999999d", "PT" + "9" * 400 + "S", "1.5h", "-1h", "1/0", "0/1", "1/" + "9" * 30, "101%"),
    *(
        "{{",
        "{% if %}",
        "{{ first_name | default: }}",
        "{% for i in (1..100000000) %}{{i}}{% endfor %}",
    ),
    *(
        "{{ a | replace: 'a', 'aaaaaaaa' }}",
        "{% raw %}",
        "{% include 'x' %}",
        "{{ 'x' | date: '%Q' }}",
    ),
    *(
        "../../etc/passwd",
        "http://[::1",
        "https://",
        "http://a b/",
        "javascript:1",
        "(",
        "a{99999}",
    ),
    *(
        "STOP",
        "Y",
        "HELP",
        "65047",
        "1001",
        "104",
        "999",
        "America/Chicago",
        "Mars/Olympus",
        "<&>\"'",
    ),
)
"""Texts that have broken programs before, and the ones this project's rules turn on."""

ODD: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2**31, 2**53 + 1, 2**63, 2**64, -(2**63) - 1, 10**30),
    *(0.1, -0.0, 1e308, 5e-324, [], {}, [[]], [None], {"": ""}, {"a": {"b": [1, "2", None]}}),
)
_NUMBER = re.compile(rb"-?\d+")


def change_bytes(rng: Random, body: bytes, other: bytes = b"") -> bytes:
    """Flip, cut, double, splice, insert or enlarge; some of these one after the other."""
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        body = rng.choice(_BYTE_CHANGES)(rng, body, other)
    return body


def _flip(rng: Random, body: bytes, _other: bytes) -> bytes:
    changed = bytearray(body)
    for _ in range(min(len(changed), rng.choice((1, 1, 2, 8)))):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _cut(rng: Random, body: bytes, _other: bytes) -> bytes:
    start, end = _slice(rng, body)
    return rng.choice((body[:start], body[end:], body[:start] + body[end:]))


def _double(rng: Random, body: bytes, _other: bytes) -> bytes:
    start, end = _slice(rng, body)
    return body[:end] + body[start:end] * rng.choice((1, 1, 2, 50)) + body[end:]


def _splice(rng: Random, body: bytes, other: bytes) -> bytes:
    return body[: _slice(rng, body)[0]] + other[_slice(rng, other)[0] :]


def _insert(rng: Random, body: bytes, _other: bytes) -> bytes:
    at = _slice(rng, body)[0]
    word = rng.choice(WORDS).encode("utf-8", "surrogatepass")
    noise = rng.choice((rng.randbytes(rng.randrange(1, 9)), word, b"\xff\xfe", b"\xc0\x80"))
    return body[:at] + noise + body[at:]


def _enlarge(rng: Random, body: bytes, _other: bytes) -> bytes:
    found = list(_NUMBER.finditer(body))
    if not found:
        return body
    spot = rng.choice(found)
    number = rng.choice((b"0", b"-1", b"4294967296", b"1" * 30, b"9" * 4_400, b"1e999", b"0x1"))
    return body[: spot.start()] + number + body[spot.end() :]


_BYTE_CHANGES = (_flip, _cut, _double, _splice, _insert, _enlarge)


def _slice(rng: Random, body: bytes) -> tuple[int, int]:
    start = rng.randint(0, len(body))
    return start, rng.randint(start, min(len(body), start + rng.choice((1, 4, 40, 400))))


def change_json(rng: Random, value: Any) -> bytes:
    """The document with a few of its nodes replaced, gone, doubled, renamed or in another's place."""
    tokens: list[str] = []
    document: Any = json.loads(json.dumps(value))
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        document = _change_node(rng, document, tokens)
    text = json.dumps(document, ensure_ascii=rng.random() < 0.7)
    for number, token in enumerate(tokens):
        text = text.replace(f'"@raw{number}@"', token)
    if rng.random() < 0.05 and text.startswith("{") and len(text) > 2:
        text = f"{text[:-1]},{text[1:]}"  # every member twice
    return text.encode("utf-8", "surrogatepass")


def _change_node(rng: Random, document: Any, tokens: list[str]) -> Any:
    spots = _spots(document)
    if not spots or rng.random() < 0.03:
        return _odd(rng, tokens)
    parent, key = rng.choice(spots)
    kind = rng.random()
    if kind < 0.55:
        parent[key] = _odd(rng, tokens)
    elif kind < 0.7:
        del parent[key]
    elif kind < 0.8 and isinstance(parent, dict):
        parent[rng.choice((*WORDS[:24], f"{key} ", str(key).upper(), "id"))] = parent.pop(key)
    elif kind < 0.9:
        source, name = rng.choice(spots)
        copied = json.loads(json.dumps(source[name])) if _has(source, name) else None
        parent[key] = copied
    elif isinstance(parent, list):
        parent *= rng.choice((0, 2, 30))
    else:
        parent[key] = [parent[key]] * rng.choice((1, 2, 200))
    return document


def _has(parent: Any, key: Any) -> bool:
    return key in parent if isinstance(parent, dict) else key < len(parent)


def _odd(rng: Random, tokens: list[str]) -> Any:
    kind = rng.random()
    if kind < 0.6:
        return rng.choice(WORDS)
    if kind < 0.92:
        return json.loads(json.dumps(rng.choice(ODD)))
    tokens.append(rng.choice(TOKENS))
    return f"@raw{len(tokens) - 1}@"


def _spots(document: Any) -> list[tuple[Any, Any]]:
    """Every place a value stands in: its parent and its key or index."""
    found: list[tuple[Any, Any]] = []
    waiting = [document]
    while waiting:
        value = waiting.pop()
        keys: list[Any] = list(value) if isinstance(value, dict) else []
        if isinstance(value, list):
            keys = list(range(len(value)))
        found += [(value, key) for key in keys]
        waiting += [value[key] for key in keys]
    return found


_XML_VALUE = re.compile(r'"[^"]*"|>[^<]+<')
_XML_NAME = re.compile(r"(?<=[</ ])[A-Za-z]+")
_XML_ELEMENT = re.compile(r"<(\w+)[^>]*/>|<(\w+)[^>]*>[^<]*</\2>")
_PROLOGUES = (
    '<?xml version="1.0" encoding="UTF-16"?>',
    '<?xml version="1.0" encoding="nonsense"?>',
    '<?xml version="1.1"?>',
    '<!DOCTYPE a [<!ENTITY b "c">]>',
    "<!-- " + "-" * 50 + " -->",
    "<?php echo 1 ?>",
    "\ufeff",
    " ",
)
_REFERENCES = (
    "&#0;",
    "&#xD800;",
    "&#x1F600;",
    "&b;",
    "&amp;" * 50,
    "<![CDATA[x]]>",
    "&",
    "<",
    "]]>",
)


def change_xml(rng: Random, text: str) -> bytes:
    """The document with values, names, elements, prologue or nesting of another kind."""
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        text = rng.choice(_XML_CHANGES)(rng, text)
    encoding = rng.choice(("utf-8",) * 18 + ("utf-16", "latin-1"))
    return text.encode(encoding, "surrogatepass" if encoding == "utf-8" else "replace")


def _xml_value(rng: Random, text: str) -> str:
    found = list(_XML_VALUE.finditer(text))
    if not found:
        return text
    spot = rng.choice(found)
    word = rng.choice((*WORDS, *_REFERENCES))
    return text[: spot.start() + 1] + word + text[spot.end() - 1 :]


def _xml_name(rng: Random, text: str) -> str:
    found = list(_XML_NAME.finditer(text))
    if not found:
        return text
    spot = rng.choice(found)
    name = rng.choice(("text", "destination", "premium", "companyId", "x:y", "xmlns", "1", "", "É"))
    return text[: spot.start()] + name + text[spot.end() :]


def _xml_element(rng: Random, text: str) -> str:
    found = list(_XML_ELEMENT.finditer(text))
    if not found:
        return text
    spot = rng.choice(found)
    return text[: spot.start()] + spot[0] * rng.choice((0, 0, 2, 2, 101)) + text[spot.end() :]


def _xml_prologue(rng: Random, text: str) -> str:
    return rng.choice(_PROLOGUES) + text + rng.choice(("", "", "<a/>", "\0", " "))


def _xml_deep(rng: Random, text: str) -> str:
    at = text.find("<text>")
    depth = rng.choice((3, 300, 300, 2_000)) if rng.random() < 0.98 else 20_000
    closing = "</a>" * (depth if rng.random() < 0.8 else depth - 1)
    return text[: at + 6] + "<a>" * depth + closing + text[at + 6 :]


_XML_CHANGES = (
    _xml_value,
    _xml_value,
    _xml_value,
    _xml_name,
    _xml_element,
    _xml_prologue,
    _xml_deep,
)
