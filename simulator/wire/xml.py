"""A small XML reader for what Connect's clients send: elements, attributes, text; nothing else.

It stands on expat and refuses document types and entities, so a document can neither grow nor
reach outside itself. `defusedxml` was weighed: it reads the tree in Python, several times slower.
"""

from __future__ import annotations

from xml.parsers.expat import ExpatError, ParserCreate


class BadXml(ValueError):
    """The document is not well formed, or holds a document type; the message says where.

    Source: inferred.
    """


class Element:
    """An element: its name, attributes, children and the text directly inside it (inferred)."""

    __slots__ = ("attributes", "children", "name", "text")

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name = name
        self.attributes = attributes
        self.children: list[Element] = []
        self.text = ""

    def child(self, name: str) -> Element | None:
        """The first child element of that name, or None."""
        for item in self.children:
            if item.name == name:
                return item
        return None


def read(body: bytes) -> Element:
    """The root element. Raises BadXml; a DOCTYPE, and so every entity of its own, is refused.

    Source: inferred.
    """
    parser = ParserCreate()
    parser.buffer_text = True
    root = Element("", {})
    open_elements = [root]

    def start(name: str, attributes: dict[str, str]) -> None:
        element = Element(name, attributes)
        open_elements[-1].children.append(element)
        open_elements.append(element)

    def end(_name: str) -> None:
        open_elements.pop()

    def characters(text: str) -> None:
        open_elements[-1].text += text

    def doctype(*_parts: object) -> None:
        raise BadXml("a document type (DTD) is not accepted")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(body, True)
    except BadXml:
        raise
    except (ExpatError, LookupError, ValueError) as error:
        raise BadXml(f"not well-formed XML: {error}") from error
    return root.children[0]
