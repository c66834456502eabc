"""Pages that stand alone: one template, its style inside, no script, text from messages as text."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

_PICTURES = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n\r"}
"""A control character is shown as its picture; a browser would show nothing, or stop at it."""

_TURNS = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
"""What turns the direction of the text that follows is named; it would turn the page's own words."""

_SEEN: dict[int, int | str] = {
    **_PICTURES,
    0x7F: 0x2421,
    **{code: f"\u2039U+{code:04X}\u203a" for code in _TURNS},
}


def render(template: str, **values: object) -> str:
    """The page. Whatever comes from a message is escaped, and what cannot be seen is shown."""
    pages = Environment(
        loader=PackageLoader("harness.reporting", "."),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return pages.get_template(template).render(values)


def _visible(value: object) -> object:
    if isinstance(value, str) and not isinstance(value, Markup):
        # A lone surrogate has no UTF-8: shown as the replacement character.
        text = str(value).translate(_SEEN)
        return text.encode("utf-8", "replace").decode("utf-8")
    return value
