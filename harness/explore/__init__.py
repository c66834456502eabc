"""Exploration: plausible histories played against a scenario's setup until an invariant breaks.

`moves` is what may happen, `playing` plays and judges one history, `searching` looks for a broken
one with Hypothesis and shrinks it, `writing` makes a scenario file of it. Histories are lists of a
scenario's steps, so whatever is found is a file that anybody can run.
"""

from __future__ import annotations

from harness.explore.playing import Breakage, Ground
from harness.explore.searching import Finding, Progress, explore
from harness.explore.writing import NotRepeated, write

__all__ = ["Breakage", "Finding", "Ground", "NotRepeated", "Progress", "explore", "write"]
