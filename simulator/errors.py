"""Every error the simulator raises on purpose, and whose fault each is.

SmsimError
  UserError             the caller's: the message names the fault and the mend
    BadSpec             an account spec or settings that cannot be taken
    UnknownAccount      no such company_key
    UnknownSnapshot     the account has no snapshot of that id
    AccountExists       the company_key or the user name is taken
    RowsLetGo           what was asked for needs the journal's first rows, which are gone
    ClockBackwards      time was asked to go back, or to move while it runs live
    PortInUse           another program has the port
    ForeignDatabase     the file is not this version's, or no smsim file; it is left untouched
    DatabaseInUse       another smsim has the file open
  Overloaded            nobody's: as much waits as may; the caller asks again later
  EngineFailed          ours, or the disk's: the account stopped, so that nothing wrong is kept
"""

from __future__ import annotations

import errno

LET_GO = "were let go by --keep-messages or --keep-for"
"""What is said of rows that are not there any more."""


class SmsimError(Exception):
    """Anything smsim raises on purpose."""


class UserError(SmsimError):
    """The caller's fault; the message is meant to be shown as it is."""


class BadSpec(UserError):
    """An account spec or settings that cannot be taken; `faults` are all of them, with a path."""

    def __init__(self, faults: list[tuple[tuple[str | int, ...], str]]) -> None:
        self.faults = faults
        super().__init__("; ".join(f"{_path(path)}: {text}" for path, text in faults))


class UnknownAccount(UserError):
    """No account has that company_key."""

    def __init__(self, key: str) -> None:
        super().__init__(f'no account "{key}" here')


class UnknownSnapshot(UserError):
    """The account has no snapshot of that id."""


class AccountExists(UserError):
    """The company_key or the user name is taken."""


class RowsLetGo(UserError):
    """What was asked for needs a journal from its first row on, and it `begins` later."""

    def __init__(self, begins: int, why_not: str) -> None:
        super().__init__(f"{why_not}: its rows before {begins} {LET_GO}")


class ClockBackwards(UserError):
    """Time cannot go back, nor be moved by hand while it runs live."""


class PortInUse(UserError):
    """Another program listens there."""


def no_listening(host: str, port: int, error: OSError, flag: str) -> UserError:
    """Why an address cannot be listened on, PortInUse where `flag` with another port mends it."""
    words = f"{host}:{port} cannot be listened on: {error.strerror or error}"
    if error.errno in (errno.EADDRINUSE, errno.EACCES):
        return PortInUse(f"{words}; choose another with {flag}, 0 picks a free one")
    return UserError(f"{words}; choose another with --host")


class ForeignDatabase(UserError):
    """The file is not an smsim database of this format version; it was not touched."""


class DatabaseInUse(UserError):
    """Another smsim has the file open."""


class Overloaded(SmsimError):
    """As much waits for the account as may: this was not taken, and changed nothing."""


class EngineFailed(SmsimError):
    """The account stopped because its journal could not be written or a step raised."""


def _path(path: tuple[str | int, ...]) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text or "(top)"
