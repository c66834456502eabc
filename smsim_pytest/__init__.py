"""smsim for pytest: what a test imports. Everything is loaded when it is first used.

from smsim_pytest import Account, delivered

def test_welcome(sms_account: Account) -> None:
    ...
    sms_account.until(delivered(to="+13125550101", text="Welcome*"), within="5m")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smsim_pytest.account import Account
    from smsim_pytest.async_account import AsyncAccount
    from smsim_pytest.control import SmsError
    from smsim_pytest.expectations import (
        Expectation,
        Finding,
        callback,
        delivered,
        failed,
        received,
        sent,
        subscribed,
        unsubscribed,
    )
    from smsim_pytest.playing import Played, ScenarioFailed
    from smsim_pytest.sms_simulator import SmsSimulator
    from smsim_pytest.waiting import Unmet

__all__ = [
    "Account",
    "AsyncAccount",
    "Expectation",
    "Finding",
    "Played",
    "ScenarioFailed",
    "SmsError",
    "SmsSimulator",
    "Unmet",
    "callback",
    "delivered",
    "failed",
    "received",
    "sent",
    "subscribed",
    "unsubscribed",
]

_HOMES = {
    "Account": "account",
    "AsyncAccount": "async_account",
    "Played": "playing",
    "ScenarioFailed": "playing",
    "SmsError": "control",
    "SmsSimulator": "sms_simulator",
    "Unmet": "waiting",
}


def __getattr__(name: str) -> object:
    """A public name, from its module. pytest loads this package at every start, used or not."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"smsim_pytest.{_HOMES.get(name, 'expectations')}"), name)
