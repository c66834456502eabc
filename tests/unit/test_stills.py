"""A world held still: what is written of it piece by piece is the world of that instant."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator.domain.bulk import ImportSubscribers
from simulator.domain.commands import OpenAccount, ReceiveMo, SubmitMt
from simulator.domain.instants import HOUR
from simulator.domain.numbers import Mdn
from simulator.domain.person import PersonPatch
from simulator.domain.world import World
from simulator.runtime import images, stills
from tests.contract.rows import START, Author

CODE = "65047"


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many pieces of a small world."""
    monkeypatch.setattr(stills, "SOME", 3)


def _mdn(number: int) -> Mdn:
    return Mdn(f"+1312555{number:04d}")


@pytest.fixture
def author() -> Author:
    """People on a list, some that left it, some that were asked, messages under way."""
    author = Author()
    author.do(OpenAccount(account=author.world.account))
    _join(author)
    _go_on(author, START, 100)
    return author


def _join(author: Author) -> None:
    persons = tuple(PersonPatch(mdn=_mdn(number)) for number in range(100, 120))
    author.do(ImportSubscribers(list_id="1001", persons=persons))


def _go_on(author: Author, at: int, first: int) -> None:
    for number in range(first, first + 7):
        author.do(ReceiveMo(mdn=_mdn(number), code=CODE, text="STOP"), at)
        author.do(ReceiveMo(mdn=_mdn(number + 50), code=CODE, text="VIP"), at)
        author.do(SubmitMt(mdn=_mdn(number + 70), code=CODE, text="Hello"), at)


def _held(world: World) -> dict[str, object]:
    return {name: getattr(part, "__dict__", part) for name, part in vars(world).items()}


def test_an_image_in_pieces_is_the_world(author: Author) -> None:
    """Read back it holds the same, and does the same."""
    found = images.world_of(images.image_of(author.world))
    assert found is not None
    assert _held(found) == _held(author.world)
    assert found.messages._account is found.account
    author.run(START + HOUR)
    again = Author()
    again.world = found
    again.run(START + HOUR)
    assert _held(found) == _held(author.world)


def test_it_may_go_on_between_two_pieces(author: Author) -> None:
    """The image is of the instant at which it was held still."""
    before = images.world_of(images.image_of(author.world))
    assert before is not None
    pieces: Iterator[bytes] = images.pieces(stills.still(author.world))
    image = [next(pieces)]
    _join(author)
    _go_on(author, START, 100)
    for number, piece in enumerate(pieces):
        image.append(piece)
        if number == 1:
            _go_on(author, START, 107)
            author.run(START + HOUR)
    assert number > 20
    found = images.world_of(b"".join(image))
    assert found is not None
    assert _held(found) == _held(before)
    assert _held(found) != _held(author.world)


@pytest.mark.parametrize(
    "piece", [("people", "by_key", 7), ("now", "x", []), ("timers", "_order", [1])]
)
def test_a_piece_that_fits_nowhere_is_no_image(
    author: Author, monkeypatch: pytest.MonkeyPatch, piece: object
) -> None:
    """It is told as any other that cannot be read."""
    monkeypatch.setattr(images, "taken_out", lambda _world: [piece])
    assert images.world_of(images.image_of(author.world)) is None
