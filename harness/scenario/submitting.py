"""Submitting one message by hand, by HTTP or by SMPP, and holding the answer against what it must be."""

from __future__ import annotations

import json
from typing import NamedTuple

from harness.campaigns.people import e164
from harness.scenario.answers import look
from harness.scenario.moving import StepError
from harness.scenario.stage import Stage
from harness.scenario.step_specs import SubmitStep
from harness.smpp_client import ALL, ERROR, Lost, shown
from harness.vibes import AnswerLost

_REGISTERED = {"NONE": 0, "ERROR": ERROR, "ALL": ALL}


class _Told(NamedTuple):
    """What became of it: how it was answered, how it must be, and the message's id if it has one."""

    holds: bool
    found: str
    wanted: str
    message_id: str | None = None
    why: str = ""


async def submit(step: SubmitStep, stage: Stage) -> None:
    """Submit a message. Raises StepError where the answer is not as the step says."""
    to = stage.mdn(step.to) if step.to is not None else step.phone or ""
    way = _by_smpp if step.by == "smpp" else _by_http
    told = await way(step, stage, e164(to) or to)
    if told.message_id is not None:
        stage.by_hand.add(told.message_id)
    if not told.holds:
        because = f": {told.why}" if told.why else ""
        raise StepError(f"the message was answered {told.found}, not {told.wanted}{because}")
    if step.keep:
        answer = {} if told.message_id is None else {"message_id": told.message_id}
        stage.kept |= look("submit", json.dumps(answer), None, step.keep)


async def _by_http(step: SubmitStep, stage: Stage, to: str) -> _Told:
    """Its HTTP status and its row of Connect's error table."""
    status = step.answers or (200 if step.error is None else None)
    wanted = _in_words(status, step.error)
    try:
        answer = await stage.vibes.submit(
            mdn=to,
            code=step.code or stage.code,
            text=step.text,
            split=step.split,
            alternate=step.alternate,
            carrier=step.carrier,
            company_id=step.company,
            receipts=step.receipts,
            receipts_url=stage.receipts_url if step.receipts != "NONE" else None,
        )
    except AnswerLost as lost:
        return _Told(status == "lost", "lost", wanted, why=str(lost))
    return _Told(
        holds=status in (None, answer.status) and step.error == answer.error_code,
        found=_in_words(answer.status, answer.error_code),
        wanted=wanted,
        message_id=answer.message_id,
        why=answer.description,
    )


def _in_words(status: int | str | None, error: int | None) -> str:
    parts = (status, None if error is None else f"error {error}")
    return " with ".join(str(part) for part in parts if part is not None)


async def _by_smpp(step: SubmitStep, stage: Stage, to: str) -> _Told:
    """Its command status; a bind that was lost is opened anew, as a client does."""
    wanted = "lost" if step.answers == "lost" else shown(step.error or 0)
    client = await stage.smpp.client()
    try:
        answer = await client.submit(
            to=to,
            source=step.code or stage.code,
            text=step.text,
            receipts=_REGISTERED[step.receipts],
            carrier=step.carrier,
            alternate=step.alternate,
        )
    except Lost as lost:
        await stage.smpp.renew()
        return _Told(step.answers == "lost", "lost", wanted, why=str(lost))
    except ValueError as error:
        raise StepError(str(error)) from error
    found = shown(answer.status)
    return _Told(found == wanted, found, wanted, answer.message_id)
