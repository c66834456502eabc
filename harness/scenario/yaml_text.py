"""Values and comments as a scenario file has them, for those who write one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml

WIDTH = 100
"""How long a line may be where it can be broken."""


def block(value: Any) -> str:
    """A value over as many lines as it takes."""
    text = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH)
    return str(text).rstrip("\n")


def flow(value: Any) -> str:
    """A value on one line."""
    text = yaml.dump(
        value,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=True,
        width=10**6,
    )
    return str(text).removesuffix("...\n").strip()


def lines(texts: Iterable[str]) -> list[str]:
    """Texts as lines that fit in a comment; none of them can end it."""
    made: list[str] = []
    for text in texts:
        made.append("")
        for word in text.split():
            if made[-1] and len(made[-1]) + len(word) >= WIDTH - 6:
                made.append("")
            made[-1] = f"{made[-1]} {word}".strip()
    return made


class _Dumper(yaml.SafeDumper):
    """Writes every value out where it stands."""

    def ignore_aliases(self, data: Any) -> bool:
        """What stands twice is written twice."""
        return True


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    """A text of several lines stands on one, its ends written out; none names a parameter."""
    style = '"' if "\n" in value or "\r" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value.replace("${", "$${"), style=style)


_Dumper.add_representer(str, _text)
