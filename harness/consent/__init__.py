"""Consent evidence: what a journal has of one number, every request, yes, message and opt-out."""

from __future__ import annotations

from harness.consent.reading import evidence
from harness.consent.records import Evidence, Verdict

__all__ = ["Evidence", "Verdict", "evidence"]
