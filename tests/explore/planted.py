"""Faults planted in the running code, for exploration to find without being told where they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from harness.campaigns import flow, hearing
from harness.campaigns.flow import Flow
from simulator.domain import acquisition, inbound, keywords, sending
from simulator.domain.instants import HOUR
from simulator.domain.messages import Purpose

Plant = Callable[[pytest.MonkeyPatch], None]


def end_is_no_stop(patch: pytest.MonkeyPatch) -> None:
    """The keyword END is taken for any text."""
    patch.setattr(keywords, "STOP", keywords.STOP - {"END"})


def window_of_25_hours(patch: pytest.MonkeyPatch) -> None:
    """A yes counts for an hour longer than the campaign says."""
    join = acquisition.join

    def longer(turn: Any, campaign: Any, *rest: Any) -> Any:
        window = campaign.window + HOUR
        return join(turn, msgspec.structs.replace(campaign, window=window), *rest)

    patch.setattr(acquisition, "join", longer)


def no_dedupe(patch: pytest.MonkeyPatch) -> None:
    """People who share a phone each get the message."""
    key = Flow._dedupe_key

    def of_a_person(self: Flow, message: str, list_id: str, person: Any) -> tuple[str, str]:
        return (str(person.id), *key(self, message, list_id, person))  # type: ignore[return-value]

    patch.setattr(Flow, "_dedupe_key", of_a_person)


def blocklist_ignored(patch: pytest.MonkeyPatch) -> None:
    """Nobody is barred, whatever their flags say."""
    patch.setattr(flow, "_barred", lambda _person: None)


def confirmation_blocked(patch: pytest.MonkeyPatch) -> None:
    """The opt-out stands before its confirmation is sent, which it stops."""
    stop, stopped = inbound._stop, sending._stopped

    def opt_out_first(turn: Any, code: Any, mdn: Any) -> None:
        inbound._opt_out(turn, code.code, mdn, [])
        stop(turn, code, mdn)

    def all_are(turn: Any, order: Any, purpose: Any, *rest: Any, **more: Any) -> Any:
        if purpose is Purpose.STOP_REPLY:
            return 9, f"{order.mdn} said STOP"
        return stopped(turn, order, purpose, *rest, **more)

    patch.setattr(inbound, "_stop", opt_out_first)
    patch.setattr(sending, "_stopped", all_are)


def help_goes_unanswered_after_stop(patch: pytest.MonkeyPatch) -> None:
    """Somebody who said STOP gets no answer to HELP."""
    send = sending.send

    def heeding(
        turn: Any, mdn: Any, code: str, text: str, purpose: Any, *rest: Any, **more: Any
    ) -> Any:
        if purpose is Purpose.HELP_REPLY:
            more["heeds_opt_out"] = True
        return send(turn, mdn, code, text, purpose, *rest, **more)

    patch.setattr(sending, "send", heeding)


def receipts_count_twice(patch: pytest.MonkeyPatch) -> None:
    """A receipt that comes twice is taken in twice."""
    receipt = hearing.Hearing.receipt

    def forgetful(self: Any, body: str) -> None:
        self._receipts.clear()
        receipt(self, body)

    patch.setattr(hearing.Hearing, "receipt", forgetful)


def a_removal_is_not_understood(patch: pytest.MonkeyPatch) -> None:
    """The campaign system fails when it is told that somebody left."""
    callback = hearing.Hearing.callback

    def failing(self: Any, told: dict[str, Any]) -> None:
        if told["callback_type"] == "subscription_removed":
            raise KeyError("subscription_removed")
        callback(self, told)

    patch.setattr(hearing.Hearing, "callback", failing)
