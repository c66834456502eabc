"""Links in texts: what is one, what it becomes, and where it leads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.campaigns.links import DOMAIN, Links, Treatment, code_of, links_in

WORDS = st.text(st.sampled_from("ab .,;:!?()[]\"'“”…äß🎉\n"), max_size=30)
PATHS = st.from_regex(
    r"\A[a-z0-9/_~-]{0,12}(\([a-z]{1,3}\))?(\?[a-z]=[a-z%20+]{1,5})?(#[a-z]{1,4})?\Z"
)


def _rewritten(text: str, treatment: Treatment = "tracked") -> tuple[str, Links]:
    links = Links()
    return links.rewrite(text, treatment, person_id=7, campaign="Sale", list_id="1001"), links


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("See https://a.test.", ["https://a.test"]),
        ("See https://a.test/x, or http://b.test/y!", ["https://a.test/x", "http://b.test/y"]),
        ("(https://a.test/x)", ["https://a.test/x"]),
        ("(see https://a.test/x_(y))", ["https://a.test/x_(y)"]),
        ("[https://a.test/x?y[]=1]", ["https://a.test/x?y[]=1"]),
        ("“https://a.test/x”…", ["https://a.test/x"]),
        ('"https://a.test/x?y=1&z=2#top"', ["https://a.test/x?y=1&z=2#top"]),
        ("HTTPS://A.TEST/X", ["HTTPS://A.TEST/X"]),
        ("https://a.test/...", ["https://a.test/"]),
        ("https://a.test?!", ["https://a.test"]),
        ("a.test www.a.test ftp://a.test https:// http://... https://)", []),
    ],
)
def test_what_is_a_link(text: str, found: list[str]) -> None:
    """The sentence's punctuation is not the link's, nor a bracket that the sentence opened."""
    assert links_in(text) == found


@pytest.mark.parametrize(
    ("link", "leads_to"),
    [
        ("https://a.test", "https://a.test?mkt_tok=T"),
        ("https://a.test/?x=1", "https://a.test/?x=1&mkt_tok=T"),
        ("https://a.test/?x=a%20b+c&flag&y=", "https://a.test/?x=a%20b+c&flag&y=&mkt_tok=T"),
        ("https://a.test/#top", "https://a.test/?mkt_tok=T#top"),
        ("https://a.test/x?#top", "https://a.test/x?mkt_tok=T#top"),
        ("https://a.test/x?y&#/a?b", "https://a.test/x?y&mkt_tok=T#/a?b"),
        ("https://[a", "https://[a?mkt_tok=T"),
    ],
)
def test_a_destination_gets_mkt_tok_and_stays_what_it_was(link: str, leads_to: str) -> None:
    """After the query and before the fragment; nothing of it is written anew."""
    text, links = _rewritten(f"See {link} now")
    (tracked,) = links_in(text)
    code = code_of(tracked)
    assert code is not None
    found = links.get(code)
    assert found is not None
    assert found.destination == leads_to.replace("T", f"7-{code}")
    assert (found.person_id, found.campaign, found.list_id) == (7, "Sale", "1001")


def test_without_token_and_as_it_is() -> None:
    """The first is tracked and leads to just what it was; the second is left alone."""
    text, links = _rewritten("See https://a.test?x=1", "without_token")
    found = links.get(code_of(links_in(text)[0]) or "")
    assert found is not None
    assert found.destination == "https://a.test?x=1"
    assert _rewritten("See https://a.test?x=1", "as_is")[0] == "See https://a.test?x=1"
    assert code_of("https://a.test?x=1") is None
    assert code_of(f"https://{DOMAIN}.evil.test/00001") is None


def test_no_two_links_have_one_code() -> None:
    """Neither within a text, nor of two people, nor when codes grow longer."""
    links = Links()
    codes = set()
    for person in range(1, 1_200):
        text = "https://a.test https://a.test"
        out = links.rewrite(text, "tracked", person_id=person, campaign="Sale", list_id="1")
        codes |= {code_of(link) for link in links_in(out)}
    assert len(codes) == 2_398
    assert None not in codes


@given(st.lists(st.tuples(WORDS, PATHS), max_size=4), WORDS)
def test_all_but_the_links_of_a_text_stays_as_it_was(
    parts: list[tuple[str, str]], last: str
) -> None:
    """Putting each destination back where its tracked link stands gives the text again."""
    text = "".join(f"{before} https://a.test/{path} " for before, path in parts) + last
    out, links = _rewritten(text, "without_token")
    for link in dict.fromkeys(links_in(out)):
        found = links.get(code_of(link) or "")
        assert found is not None
        out = out.replace(link, found.destination, 1)
    assert out == text
    assert len(links_in(text)) >= len(parts)
