"""The rows that open an account's journal, as they open another account with the same past."""

from __future__ import annotations

import msgspec

from simulator.domain.account import Account
from simulator.domain.commands import OpenAccount
from simulator.domain.events import AccountOpened
from simulator.runtime.ports import Entry

_OPENED = {"OpenAccount": OpenAccount, "AccountOpened": AccountOpened}


def opened(entry: Entry, account: Account) -> Entry:
    """The row, with the account in place of the one it opened if it opens one."""
    if entry.type not in _OPENED:
        return entry
    body = msgspec.json.encode(_OPENED[entry.type](account=account))
    return msgspec.structs.replace(entry, body=body, held=None)
