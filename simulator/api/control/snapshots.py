"""Snapshots: an account kept as it is, gone back to, and branched into a new one."""

from __future__ import annotations

from aiohttp import web
from pydantic import Field

from simulator.api.control.accounts import shown
from simulator.api.control.call import respond, told, universe_of
from simulator.api.keys import ACCOUNTS
from simulator.documents import Spec
from simulator.domain.instants import iso
from simulator.runtime.accounts import Accounts
from simulator.runtime.ports import AccountRecord, Snapshot
from simulator.spec import CompanyKey, UserName
from simulator.specs.values import Id

LONGEST_NAME = 120


class SnapshotSpec(Spec):
    """What a snapshot is called."""

    name: str = Field(default="", max_length=LONGEST_NAME)


class ForkSpec(Spec):
    """What the new account is called; its key is its user name and password where they are absent."""

    company_key: CompanyKey | None = None
    username: UserName | None = None
    password: Id | None = None

    def record(self, accounts: Accounts) -> AccountRecord:
        """The new account's."""
        key = self.company_key or accounts.new_key()
        return AccountRecord(key, self.username or key, self.password or key)


async def create(request: web.Request) -> web.Response:
    """POST snapshots `{"name"}`: 201; the account goes on as if nothing had happened."""
    name = (await told(request, SnapshotSpec)).name
    snapshot = await request.app[ACCOUNTS].take_snapshot(request.match_info["key"], name)
    return respond(_shown(snapshot), 201)


async def index(request: web.Request) -> web.Response:
    """GET snapshots, in the order they were taken."""
    return respond({"items": [_shown(item) for item in universe_of(request).record.snapshots]})


async def restore(request: web.Request) -> web.Response:
    """POST snapshots/{id}/restore: the account is as it was; all its snapshots stay."""
    key, snapshot_id = request.match_info["key"], request.match_info["id"]
    return respond(shown(await request.app[ACCOUNTS].restore(key, snapshot_id)))


async def fork(request: web.Request) -> web.Response:
    """POST snapshots/{id}/fork: 201 with a new account of the same past; 409 if its key is taken."""
    accounts, spec = request.app[ACCOUNTS], await told(request, ForkSpec)
    record = spec.record(accounts)
    made = await accounts.fork(request.match_info["key"], request.match_info["id"], record)
    return respond(shown(made), 201)


async def delete(request: web.Request) -> web.Response:
    """DELETE snapshots/{id}: 204."""
    key, snapshot_id = request.match_info["key"], request.match_info["id"]
    await request.app[ACCOUNTS].drop_snapshot(key, snapshot_id)
    return web.Response(status=204)


def _shown(item: Snapshot) -> dict[str, object]:
    return {"id": item.id, "name": item.name, "seq": item.seq, "now": iso(item.at)}
