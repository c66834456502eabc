"""Which event loop a server runs on."""

from __future__ import annotations

import sys

import pytest

from harness.commands.serve import fastest_loop


def test_a_server_runs_on_uvloop_where_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra `speed`; without it on Python's own."""
    uvloop = pytest.importorskip("uvloop")
    assert fastest_loop() is uvloop.new_event_loop
    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert fastest_loop() is None
