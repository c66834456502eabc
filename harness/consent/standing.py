"""Which opt-outs stand as the journal goes on, and every message that came after one."""

from __future__ import annotations

from dataclasses import dataclass

from harness.consent.records import Message, OptOut, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A message after an opt-out: the text that caused it, the lists the number was on then.

    `under_way`: it was accepted before the opt-out and arrived after it.
    """

    message: Message
    opt_out: OptOut
    text: Text | None
    lists: tuple[str, ...]
    under_way: bool


class Standing:
    """The opt-outs and memberships of one number, as they stand at a place in its journal.

    A STOP stands on each code it bars until that is lifted. One that bars none, and a membership that
    was ended otherwise, stand until the number is on those lists again.
    """

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self._known: set[str] = set()
        self._opt_outs: list[OptOut] = []
        self._lists: dict[str, None] = {}
        self._back: dict[int, set[str]] = {}

    def opted_out(self, item: OptOut) -> None:
        """An opt-out stands."""
        self._opt_outs.append(item)

    def lifted(self, code: str) -> list[OptOut]:
        """The opt-outs that still barred a code, which is lifted now."""
        return [item for item in self._opt_outs if code in _barred(item)]

    def joined(self, list_id: str) -> None:
        """The number is on a list."""
        self._lists[list_id] = None
        for item in self._opt_outs:
            self._back.setdefault(item.row, set()).add(list_id)

    def left(self, list_id: str) -> None:
        """The number is off a list."""
        self._lists.pop(list_id, None)

    def accepted(self, message: Message, text: Text | None) -> None:
        """Vibes took a message in: it is seen if an opt-out stands."""
        for item in reversed(self._opt_outs):
            if self._concerns(item, message.code) or (text is not None and text == item.text):
                self._see(message, item, text, under_way=False)
                return

    def arrived(self, message: Message) -> None:
        """A message arrived: it is seen if it was under way when the number opted out."""
        for item in self._opt_outs:
            before = message.row < item.row
            if before and message.id not in self._known and self._concerns(item, message.code):
                self._see(message, item, None, under_way=True)

    def _see(self, message: Message, item: OptOut, text: Text | None, *, under_way: bool) -> None:
        self._known.add(message.id)
        self.seen.append(
            Seen(
                message=message,
                opt_out=item,
                text=text,
                lists=tuple(self._lists),
                under_way=under_way,
            )
        )

    def _concerns(self, item: OptOut, code: str) -> bool:
        if item.codes:
            return code in _barred(item)
        of_another = item.text is not None and item.text.code != code
        return not of_another and bool(set(item.lists_left) - self._back.get(item.row, set()))


def _barred(item: OptOut) -> set[str]:
    return set(item.codes) - {one.code for one in item.lifted}
