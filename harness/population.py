"""People made up with Faker: the same seed gives the same people, to the last digit.

Shares are exact counts of the people made, chosen by the seed, not chances that only come near.
"""

from __future__ import annotations

from dataclasses import dataclass

from faker import Faker
from faker.providers.person.en_US import Provider as Names


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeUp:
    """One made-up person; `subscribed` says that their number is on the list from the start."""

    first_name: str
    last_name: str
    phone: str
    blocklisted: bool
    suspended: bool
    subscribed: bool


def make(
    size: int,
    *,
    seed: int,
    shared_phone: float,
    blocklisted: float,
    suspended: float,
    subscribed: float,
) -> list[MadeUp]:
    """`size` people. A person who shares a phone has the number of one who does not share.

    The shares are of 0 to 1. Numbers are US numbers, unique but for the shared ones.
    """
    fake = Faker("en_US")
    fake.seed_instance(seed)
    chance = fake.random
    sharing = set(chance.sample(range(size), round(size * shared_phone)))
    on_block_list = set(chance.sample(range(size), round(size * blocklisted)))
    in_suspension = set(chance.sample(range(size), round(size * suspended)))
    on_list = set(chance.sample(range(size), round(size * subscribed)))
    owners = [index for index in range(size) if index not in sharing]
    phones = dict(zip(owners, _phones(fake, len(owners)), strict=True))
    for index in sorted(sharing):
        phones[index] = phones[chance.choice(owners)]
    first = fake.random_elements(Names.first_names, length=size, use_weighting=True)
    last = fake.random_elements(Names.last_names, length=size, use_weighting=True)
    return [
        MadeUp(
            first_name=first[index],
            last_name=last[index],
            phone=phones[index],
            blocklisted=index in on_block_list,
            suspended=index in in_suspension,
            subscribed=index in on_list,
        )
        for index in range(size)
    ]


def _phones(fake: Faker, count: int) -> list[str]:
    """Distinct US numbers, none of them a magic number."""
    found: dict[str, None] = {}
    while len(found) < count:
        found[fake.numerify("31#-5##-####")] = None
    return list(found)
