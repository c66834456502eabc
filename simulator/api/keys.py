"""What handlers find in the aiohttp application, and nothing more."""

from __future__ import annotations

from aiohttp import web

from simulator.config import ServerSettings
from simulator.nearby import Nearby
from simulator.runtime.accounts import Accounts

ACCOUNTS = web.AppKey("accounts", Accounts)
SETTINGS = web.AppKey("settings", ServerSettings)
NEAR: web.AppKey[dict[str, Nearby]] = web.AppKey("near", dict)
"""The servers of this process, by `host:port`."""
BODY_LIMIT = 1024 * 1024
"""The largest request body that is read, in bytes."""
