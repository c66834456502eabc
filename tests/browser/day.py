"""What happened in an account before its pages are looked at."""

from __future__ import annotations

from tests.system.company import Company

ANN, BOB = "+13125550101", "+13125550102"
QUICK = {"default": {"carrier_delay": ["1s", "1s"], "handset_delay": ["1s", "1s"]}}
"""A carrier takes a second, and so does a phone."""


async def a_day(company: Company) -> None:
    """A member, a pending opt-in, texts that arrived and one that did not."""
    await company.text(ANN, "VIP")
    await company.advance("1m")
    await company.text(ANN, "Y")
    await company.advance("1m")
    await company.text(BOB, "VIP")
    for mdn, text in ((ANN, "Sale today: SAVE20"), (BOB, "Hello"), ("+15005550003", "Sale today")):
        assert (await company.send(mdn, text)).status == 200
    await company.text(BOB, "HELP")
    await company.advance("10m")
