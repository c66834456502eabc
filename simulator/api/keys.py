"""What handlers find in the aiohttp application, and nothing more."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from simulator.config import ServerSettings
from simulator.nearby import Nearby
from simulator.observing.metrics import Metrics
from simulator.observing.requests import Requests
from simulator.runtime.accounts import Accounts

ACCOUNTS = web.AppKey("accounts", Accounts)
METRICS = web.AppKey("metrics", Metrics)
REQUESTS = web.AppKey("requests", Requests)
SETTINGS = web.AppKey("settings", ServerSettings)
NEAR: web.AppKey[dict[str, Nearby]] = web.AppKey("near", dict)
"""The servers of this process, by `host:port`."""
SMPP: web.AppKey[Callable[[], str | None]] = web.AppKey("smpp")
"""Tells where SMPP is served, if it is."""
BODY_LIMIT = 1024 * 1024
"""The largest request body that is read, in bytes."""
