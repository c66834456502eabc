"""The stage of every test of SMPP."""

from __future__ import annotations

from tests.smpp.stage import (
    account,
    http,
    make_account,
    port,
    receiver,
    simulator,
    smpp_settings,
    url,
)

__all__ = [
    "account",
    "http",
    "make_account",
    "port",
    "receiver",
    "simulator",
    "smpp_settings",
    "url",
]
