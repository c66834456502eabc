"""The scenario file of a session: its setup, its steps with what cannot be copied, what must come of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from harness.copying.account_document import account_document
from harness.copying.session import Rows, Session, replayed
from harness.copying.steps_of import Phones, Remark, Step, Steps
from harness.scenario.yaml_text import block, flow, lines

MOST_PEOPLE = 200
"""Of so many people each is looked at in the end; of more those alone that something was done with."""


@dataclass(slots=True, kw_only=True)
class Copy:
    """A session as a scenario, part by part.

    `dropped` are checks that did not hold when it was played, with what was found; `off` the
    invariants that broke then, with how.
    """

    name: str
    about: str
    seed: int
    account: dict[str, Any]
    head: list[str]
    people: dict[str, dict[str, Any]]
    steps: list[Step | Remark]
    checks: list[dict[str, Any]]
    dropped: list[tuple[dict[str, Any], str]] = field(default_factory=list)
    off: dict[str, str] = field(default_factory=dict)

    @property
    def remarks(self) -> list[str]:
        """Everything that could not be copied, in the order it stands in the file."""
        said = [item.text for item in self.steps if isinstance(item, Remark) and item.is_loss]
        off = [f"invariant {name} broke: {why}" for name, why in self.off.items()]
        dropped = [
            f"{flow(check)} does not hold when it is played: {why}" for check, why in self.dropped
        ]
        return [*self.head, *off, *said, *dropped]


def copy(rows: Rows, name: str | None = None) -> Copy:
    """The scenario of a session. Raises UserError where the journal is none."""
    session = replayed(rows)
    account, head = account_document(session.account)
    made = Steps(session)
    steps = list(made.all())
    if not any(not isinstance(step, Remark) for step in steps):
        steps.append(Remark("nothing was done by hand in this account"))
    if len(session.world.people) <= MOST_PEOPLE:
        for person in session.world.people.by_key.values():
            if person.mdn is not None:
                made.phones.name(person.mdn)
    else:
        steps.append(
            Remark(f"over {MOST_PEOPLE} people: only those that did something are checked")
        )
    checks = list(_checks(session, made.phones))
    healed = _healed(session) if checks else []
    key = session.account.company_key
    return Copy(
        name=name or f"What was done by hand in {key}",
        about=f"Copied from the account {key}. What could not be copied stands as a comment.",
        seed=session.account.seed,
        account=account,
        head=head,
        people={person: {"phone": mdn} for mdn, person in made.phones.names.items()},
        steps=[*steps, *healed],
        checks=checks,
    )


def text_of(made: Copy) -> str:
    """The file's text."""
    parts = [f"# {line}" for line in lines(made.head)]
    parts += [block({"name": made.name}), block({"about": made.about})]
    if made.seed:
        parts.append(block({"seed": made.seed}))
    if made.account:
        parts.append(block({"account": made.account}))
    if made.off:
        parts += [f"# {line}" for line in lines(made.off.values())]
        parts.append(block({"invariants": {"off": list(made.off)}}))
    if made.people:
        parts.append("people:")
        parts += [f"  {flow(name)}: {flow(told)}" for name, told in made.people.items()]
    parts.append("steps:")
    for step in made.steps:
        if isinstance(step, Remark):
            parts += [f"  # {line}" for line in lines([step.text])]
        else:
            parts += [f"  - {key}: {flow(value)}" for key, value in step.items()]
    parts.append("  - expect:" if made.checks else "  - expect: []")
    parts += [f"    - {_bare(check)}" for check in made.checks]
    for check, why in made.dropped:
        parts += [f"    # {_bare(check)}", *(f"    # {line}" for line in lines([why]))]
    return "\n".join([*parts, ""])


def _checks(session: Session, phones: Phones) -> Iterable[dict[str, Any]]:
    """What came to each phone, and who is on which list or asked to be."""
    world = session.world
    for mdn, texts in session.inboxes.items():
        yield {"inbox": {"person": phones.name(mdn), "is": texts}}
    for mdn, name in list(phones.names.items()):
        person = world.people.with_mdn(mdn)  # type: ignore[arg-type]
        for item in world.participations.of(mdn):  # type: ignore[arg-type]
            yield {"pending": {"person": name, "campaign": item.campaign_id}}
        if person is None:
            continue
        been = world.subscriptions.history(person.person_key)
        for list_id in dict.fromkeys(item.list_id for item in been):
            on = world.subscriptions.get(person.person_key, list_id) is not None
            yield {"member": {"person": name, "list": list_id, "is": on, "says": "vibes"}}


def _healed(session: Session) -> list[Step | Remark]:
    """Faults on calls of the Platform end first: the checks ask it."""
    rules = session.world.faults.rules.values()
    ids = [rule.id for rule in rules if rule.match.surface == "platform"]
    if not ids:
        return []
    why = Remark("the checks ask Vibes, so what struck its calls ends here", is_loss=False)
    return [why, *({"heal": key} for key in ids)]


def _bare(value: dict[str, Any]) -> str:
    """A mapping of one member, without its braces."""
    return "".join(f"{key}: {flow(told)}" for key, told in value.items())
