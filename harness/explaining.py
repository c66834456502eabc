"""Why messages fared as they did: the simulator's sentence for each, and a person's story in words."""

from __future__ import annotations

from collections.abc import Iterable

from harness import timeline
from harness.campaigns.people import e164
from harness.events import Explanation
from harness.scenario.stage import Stage

MOST_SENTENCES = 100
"""For how many messages of a phone the sentence is asked for, the last ones."""


async def explain(stage: Stage, who: str, position: str) -> Explanation:
    """What happened until now to a person of the scenario, or on a phone, in words."""
    known = any(person.name == who for person in stage.system.people)
    people = [stage.person(who)] if known else []
    mdn = people[0].mdn if people else e164(who)
    why = await _sentences(stage, [mdn] if mdn is not None else [])
    lines = await timeline.in_words(stage, mdn, people, why)
    return Explanation(position=position, who=who, at=stage.account.now, lines=lines)


async def of_failures(stage: Stage, names: Iterable[str]) -> dict[str, str]:
    """The sentences of what did not arrive on the phones of those people."""
    mdns = dict.fromkeys(stage.person(name).mdn for name in names)
    return await _sentences(stage, [mdn for mdn in mdns if mdn is not None], but="delivered")


async def _sentences(stage: Stage, mdns: Iterable[str], but: str | None = None) -> dict[str, str]:
    """The sentence of each message to those phones, by its id; without those in a state."""
    found: dict[str, str] = {}
    for mdn in mdns:
        there = await stage.account.conversation(mdn)
        ids = [i["id"] for i in there if i["direction"] == "mt" and i["state"] != but]
        for key in ids[-MOST_SENTENCES:]:
            message = await stage.account.message(key)
            last = message["history"][-1]
            told = last["note"] or f"since {message['state_at']}"
            found[key] = f"{message['fate']['why']}; {told}"
    return found
