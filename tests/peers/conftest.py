"""The stage of tests/smpp, and the clients that others wrote."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.peers import install
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


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """Where node finds the npm package `smpp`."""
    return install.node_smpp()


@pytest.fixture(scope="session")
def kannel() -> None:
    """bearerbox and smsbox are on the machine."""
    install.kannel()
