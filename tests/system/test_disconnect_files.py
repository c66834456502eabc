"""The daily files of numbers that carriers dropped, as they are fetched."""

from __future__ import annotations

import gzip

import pytest

from tests.system.company import Answer, Company
from tests.system.conftest import MakeCompany

ANN, BOB, CY = "+13125550101", "+13125550102", "+13125550103"
TORONTO = "+14165550101"


async def _drop(company: Company, mdn: str, carrier: str = "104") -> None:
    body = {"carrier": carrier, "connected": False}
    assert (await company.control("PUT", f"/handsets/{mdn}", body)).status == 200


async def _fetch(company: Company, name: str) -> Answer:
    return await company.control("GET", f"/disconnects/{name}")


async def _lines(company: Company, day: str, form: str = "") -> bytes:
    answer = await _fetch(company, f"disconnect_{form}{day}.tsv.gz")
    assert answer.status == 200, answer.body
    return gzip.decompress(answer.body)


async def test_both_forms_hold_numbers_and_carriers(company: Company) -> None:
    """Ten digits in one, E.164 in the other; a tab, the carrier's code, a line each, no head."""
    await _drop(company, ANN, "104")
    await _drop(company, BOB, "101")
    await company.advance("24h")
    assert await _lines(company, "2026_01_05") == b"3125550101\t104\n3125550102\t101\n"
    assert await _lines(company, "2026_01_05", "intl_") == b"+13125550101\t104\n+13125550102\t101\n"


async def test_a_file_is_gzip_and_the_same_whenever_it_is_fetched(
    company: Company, make_company: MakeCompany
) -> None:
    """Neither the time of the day nor another run of the same story changes a byte of it."""
    twin = await make_company()
    answers = []
    for one in (company, twin):
        await _drop(one, ANN)
        await one.advance("24h")
        answers.append(await _fetch(one, "disconnect_2026_01_05.tsv.gz"))
        await one.advance("72h")
        answers.append(await _fetch(one, "disconnect_2026_01_05.tsv.gz"))
    assert len({answer.body for answer in answers}) == 1
    assert answers[0].headers["Content-Type"] == "application/gzip"
    assert "Content-Encoding" not in answers[0].headers
    assert answers[0].body[:2] == b"\x1f\x8b"


async def test_a_file_is_there_when_its_day_is_over(company: Company) -> None:
    """Until midnight in US Central it is 404, and the answer says when it will be there."""
    await _drop(company, ANN)
    await company.advance("14h59m59s999ms")
    early = await _fetch(company, "disconnect_2026_01_05.tsv.gz")
    assert early.status == 404
    assert "2026-01-06T06:00:00Z" in early.messages[0]
    await company.advance("1ms")
    assert await _lines(company, "2026_01_05") == b"3125550101\t104\n"


async def test_a_day_ends_at_midnight_central(make_company: MakeCompany) -> None:
    """23:59:59.999 belongs to the day, 00:00 to the next one, and a number is in one file only."""
    company = await make_company(clock={"now": "2026-01-06T05:59:59.999Z"})
    await _drop(company, ANN)
    await company.advance("1ms")
    await _drop(company, BOB)
    await company.advance("23h59m59s999ms")
    await _drop(company, CY)
    await company.advance("24h")
    assert await _lines(company, "2026_01_05") == b"3125550101\t104\n"
    assert await _lines(company, "2026_01_06") == b"3125550102\t104\n3125550103\t104\n"
    assert await _lines(company, "2026_01_04") == b""


async def test_the_day_of_a_change_of_clocks_is_an_hour_shorter(make_company: MakeCompany) -> None:
    """On 8 March 2026 Central time goes to UTC-5: the day ends at 05:00 UTC."""
    company = await make_company(clock={"now": "2026-03-09T04:59:59Z"})
    await _drop(company, ANN)
    await company.advance("1s")
    await _drop(company, BOB)
    assert await _lines(company, "2026_03_08") == b"3125550101\t104\n"
    await company.advance("24h")
    assert await _lines(company, "2026_03_09") == b"3125550102\t104\n"


async def test_a_day_on_which_nobody_was_dropped_has_an_empty_file(company: Company) -> None:
    """The file is there every day."""
    await company.advance("48h")
    assert await _lines(company, "2026_01_05") == b""
    assert await _lines(company, "2026_01_06", "intl_") == b""


async def test_a_number_is_listed_once_for_each_time_it_was_dropped(company: Company) -> None:
    """Told twice that it is gone it has one line; connected again and dropped again it has two."""
    await _drop(company, ANN)
    await _drop(company, ANN)
    await company.control("PUT", f"/handsets/{ANN}", {"connected": True})
    await company.advance("1h")
    await _drop(company, ANN, "105")
    await company.advance("24h")
    assert await _lines(company, "2026_01_05") == b"3125550101\t104\n3125550101\t105\n"


async def test_the_files_are_of_us_carriers(company: Company) -> None:
    """A number that a Canadian carrier dropped leaves its lists, and is in no file."""
    await company.subscribe(TORONTO)
    answer = await company.control("PUT", f"/handsets/{TORONTO}", {"connected": False})
    assert answer.json["carrier_now"]["code"] >= "300"
    assert not await company.member(TORONTO)
    await _drop(company, ANN)
    await company.advance("24h")
    assert await _lines(company, "2026_01_05", "intl_") == b"+13125550101\t104\n"


async def test_the_magic_number_0008_is_in_the_file(company: Company) -> None:
    """It is dropped as its first message reaches its carrier."""
    await company.send("+15005550008")
    await company.advance("24h")
    carrier = (await company.control("GET", "/handsets/5005550008")).json["carrier_now"]["code"]
    assert await _lines(company, "2026_01_05") == f"5005550008\t{carrier}\n".encode()


async def test_each_account_has_files_of_its_own(
    company: Company, make_company: MakeCompany
) -> None:
    """What one account's phones do is in no other's file."""
    other = await make_company()
    await _drop(company, ANN)
    await other.advance("24h")
    assert await _lines(other, "2026_01_05") == b""


@pytest.mark.parametrize(
    "name",
    [
        "disconnect_2026_01_05.tsv",
        "disconnect_2026-01-05.tsv.gz",
        "disconnect_2026_1_5.tsv.gz",
        "disconnect_2026_02_30.tsv.gz",
        "disconnect_2026_13_01.tsv.gz",
        "disconnect_9999_12_31.tsv.gz",
        "disconnect_INTL_2026_01_05.tsv.gz",
        "disconnect_intl2026_01_05.tsv.gz",
        "xdisconnect_2026_01_05.tsv.gz",
        "disconnect_2026_01_05.tsv.gz%0A",
        "today",
    ],
)
async def test_a_name_that_is_none_is_404(company: Company, name: str) -> None:
    """The answer says what names there are."""
    await company.advance("24h")
    answer = await _fetch(company, name)
    assert answer.status == 404
    assert "disconnect_YYYY_MM_DD.tsv.gz" in answer.messages[0]
