"""What outlived a full look for garbage is set aside until an account has gone."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from weakref import ref

import pytest

from simulator import garbage
from simulator.app import build
from simulator.config import ServerSettings
from simulator.domain.world import World
from simulator.runtime.ports import AccountRecord
from simulator.spec import read_account


class _Circle:
    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def _aside() -> Iterator[None]:
    before = list(gc.callbacks)
    with garbage.set_aside():
        yield
    assert (gc.callbacks, gc.get_freeze_count()) == (before, 0)


def test_what_outlived_a_look_is_passed_over_until_there_may_be_something_in_it() -> None:
    """A circle that dies after the look stays, and goes once everything is looked at again."""
    circle = _Circle()
    gone = ref(circle)
    gc.collect()
    assert gc.get_freeze_count() > 0
    del circle
    gc.collect()
    assert gone() is not None
    garbage.look_again()
    gc.collect()
    assert gone() is None


async def test_of_an_account_that_was_deleted_nothing_stays() -> None:
    """Its world is freed, though it was set aside."""
    async with build(ServerSettings(port=0, accounts=())) as system:
        now = system.accounts.wall.now()
        account, password = read_account({"company_key": "acme"}, key="acme", now=now)
        record = AccountRecord("acme", account.username, password)
        world: ref[World] = ref((await system.accounts.create(record, account)).world)
        gc.collect()
        assert world() is not None
        await system.accounts.delete("acme")
        gc.collect()
        assert world() is None
