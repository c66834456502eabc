"""Numbers as a command line tells them."""

from __future__ import annotations

import argparse


def natural(text: str) -> int:
    """A whole number from 0 up. Raises ArgumentTypeError."""
    if not text.isdecimal() or int(text[:30]) >= 2**63:
        raise argparse.ArgumentTypeError(f'"{text}" is not a whole number from 0 up')
    return int(text)


def positive(text: str) -> int:
    """A whole number from 1 up. Raises ArgumentTypeError."""
    number = natural(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number
