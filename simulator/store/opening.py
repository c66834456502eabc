"""The rows that open an account's journal, as they open another account with the same past."""

from __future__ import annotations

import msgspec

from simulator.domain.account import Account
from simulator.domain.commands import OpenAccount
from simulator.domain.events import AccountOpened

_OPENED = {"OpenAccount": OpenAccount, "AccountOpened": AccountOpened}
OPENING = tuple(_OPENED)
"""The types of the rows that hold an account."""


def opening(row_type: str, account: Account) -> bytes:
    """The body of such a row for an account."""
    return msgspec.json.encode(_OPENED[row_type](account=account))
