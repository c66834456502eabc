"""Keywords: what a text from a phone means before any campaign is looked at.

Case and surrounding space do not matter, the whole text does: "please stop texting" is no keyword,
but a near miss. Sources: CTIA practice and the FCC's seven revocation words (docs/fidelity.md).
"""

from __future__ import annotations

STOP = frozenset(
    {
        "STOP",
        "STOPALL",
        "STOP ALL",
        "END",
        "QUIT",
        "CANCEL",
        "UNSUBSCRIBE",
        "REVOKE",
        "OPT OUT",
        "OPTOUT",
    }
)
HELP = frozenset({"HELP", "INFO"})
START = frozenset({"START", "UNSTOP"})
NO = frozenset({"N", "NO"})
SYSTEM = STOP | HELP | START
"""What a code answers by itself, whatever campaigns it has."""


def normalise(text: str) -> str:
    """The text as keywords are compared: trimmed, inner space single, upper case.

    Source: CTIA practice.
    """
    return " ".join(text.split()).upper()


def near_miss(text: str) -> str | None:
    """The stop keyword that stands in a text which is none, as `STOP` does in "stop it".

    Source: CTIA practice.
    """
    words = [word.strip(".,;:!?\"'") for word in normalise(text).split()]
    padded = f" {' '.join(words)} "
    found = [keyword for keyword in STOP if f" {keyword} " in padded]
    return max(found, key=lambda keyword: (len(keyword), keyword), default=None)
