"""The settings of a server, from its defaults, its config file, the environment and its flags."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, StrictInt

from simulator.documents import Spec
from simulator.spec import AccountSpec, ClockSpec
from simulator.specs.values import DurationText, TimerText

DEMO = AccountSpec(
    company_key="demo", username="demo", password="demo", clock=ClockSpec(mode="live")
)
"""The account an empty database starts with."""


class ServerSettings(Spec):
    """How a simulator is served; each is a flag of `smsim serve` and an environment variable."""

    host: str = "127.0.0.1"
    """SMSIM_HOST: the address to listen on."""
    port: StrictInt = Field(default=8080, ge=0, le=65535)
    """SMSIM_PORT: 0 picks a free one."""
    db: Path | None = None
    """SMSIM_DB: the journal's file; none keeps everything in memory."""
    smpp_port: StrictInt | None = Field(default=None, ge=0, le=65535)
    """SMSIM_SMPP_PORT: SMPP too, on this port; 0 picks a free one."""
    smpp_cert: Path | None = None
    """SMSIM_SMPP_CERT: a certificate in PEM; SMPP is then spoken over TLS."""
    smpp_key: Path | None = None
    """SMSIM_SMPP_KEY: its private key, where that is not in the same file."""
    smpp_init: DurationText = "50s"
    """SMSIM_SMPP_INIT: real time a connection has until it is bound."""
    seed: StrictInt = Field(default=0, ge=0)
    """SMSIM_SEED: the seed of accounts that name none."""
    queue_limit: StrictInt = Field(default=10_000, ge=1)
    """SMSIM_QUEUE_LIMIT: so many calls may wait for an account; clients beyond are throttled."""
    keep_messages: StrictInt | None = Field(default=None, ge=1)
    """SMSIM_KEEP_MESSAGES: so many of an account's newest messages are kept; none keeps all."""
    keep_for: TimerText | None = None
    """SMSIM_KEEP_FOR: so long of an account's time what is finished is kept; none keeps it for good."""
    control_token: str | None = None
    """SMSIM_CONTROL_TOKEN: required of control calls that do not come from this machine."""
    log_format: Literal["console", "json"] = "console"
    """SMSIM_LOG_FORMAT: how log lines are written: for people, or JSON, one object to a line."""
    log_level: Literal["debug", "info", "warning", "error"] = "warning"
    """SMSIM_LOG_LEVEL: from which level on; requests and what becomes of accounts are info."""
    scenarios: tuple[Path, ...] | None = None
    """SMSIM_SCENARIOS: what may be played from the inbox, where whoever serves knows scenarios."""
    accounts: tuple[AccountSpec, ...] = (DEMO,)
    """Accounts an empty database starts with."""
