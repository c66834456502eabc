from __future__ import annotations

import pytest

from simulator.wire.xml import BadXml, read


def test_elements_attributes_and_text_are_read() -> None:
    """Single quotes, CDATA, entities of XML itself, character references and comments."""
    root = read(b"<a x='1' y=\"&lt;2\"><b><![CDATA[<&>]]> &amp; &#233;</b><!-- no --><b/></a>")
    assert (root.name, root.attributes) == ("a", {"x": "1", "y": "<2"})
    assert [child.name for child in root.children] == ["b", "b"]
    first = root.child("b")
    assert first is not None
    assert first.text == "<&> & é"
    assert root.child("c") is None


def test_text_is_only_what_stands_directly_inside() -> None:
    """The text of a child is not the parent's."""
    root = read(b"<a>one<b>two</b>three</a>")
    assert root.text == "onethree"


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "us-ascii"])
def test_the_declared_encoding_is_heeded(encoding: str) -> None:
    """A document says itself how it is written."""
    body = f'<?xml version="1.0" encoding="{encoding}"?><a>x</a>'.encode(encoding)
    assert read(body).text == "x"


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b"<!DOCTYPE a><a/>",
    ],
)
def test_a_document_type_is_refused(body: bytes) -> None:
    """No DTD, so no entity of the document's own, inside or outside."""
    with pytest.raises(BadXml, match="DTD"):
        read(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"text",
        b"<a>",
        b"<a></b>",
        b"<a/><b/>",
        b"<a>&nbsp;</a>",
        b"<a>\x01</a>",
        b"<a>\xff</a>",
        b"<a x='1' x='2'/>",
        b'<?xml version="1.0" encoding="Shift_JIS"?><a/>',
        b'<?xml version="1.0" encoding="nonsense"?><a/>',
    ],
)
def test_what_is_not_well_formed_is_refused(body: bytes) -> None:
    """Also an encoding that cannot be read."""
    with pytest.raises(BadXml):
        read(body)
