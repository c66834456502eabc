from __future__ import annotations

import pytest

from simulator.domain.account import Account
from simulator.domain.instants import HOUR, MINUTE, SECOND, Instant, parse_instant
from simulator.errors import BadSpec
from simulator.spec import read_account

NOW = Instant(7_000_000)


def _account(**spec: object) -> Account:
    return read_account(spec, key="acct0001", now=NOW)[0]


def _faults(**spec: object) -> dict[str, str]:
    with pytest.raises(BadSpec) as caught:
        _account(**spec)
    return {".".join(map(str, path)): text for path, text in caught.value.faults}


def test_an_empty_spec_is_an_account() -> None:
    """It takes the key it is given for user and password, and starts at the default time."""
    account, password = read_account({}, key="acct0001", now=NOW)
    assert (account.company_key, account.username, password) == ("acct0001",) * 3
    assert account.clock.mode == "manual"
    assert account.clock.now == parse_instant("2026-01-05T15:00:00Z")
    assert [item.id for item in account.campaigns] == ["JoinVip01", "JoinNews01"]
    assert account.settings.retries == 5
    assert account.settings.retry_every == 5 * MINUTE


def test_a_live_clock_starts_now_unless_told() -> None:
    """The wall decides where a live clock without a time begins."""
    assert _account(clock={"mode": "live"}).clock.now == NOW
    told = _account(clock={"mode": "live", "now": "2030-01-01T00:00:00Z"})
    assert told.clock.now == parse_instant("2030-01-01T00:00:00Z")


def test_words_for_people_become_numbers() -> None:
    """Durations, ratios and delays are integers in the account."""
    account = _account(
        carriers={"104": {"carrier_delay": ["1s", "2s"], "loss": "25%"}},
        settings={"routing_delay": "1s", "stop_reply_window": "1h", "callback_timeout": "50ms"},
        acquisition_campaigns=[{"id": "A", "list": "1001", "window": "90m", "opt_in": "single"}],
    )
    delay = account.profile("104").carrier_delay
    assert (delay.least, delay.median, delay.p95, delay.most) == (1_000, 1_500, 1_950, 2_000)
    assert account.profile("104").loss == (25, 100)
    assert account.profile("105") == account.profile("default")
    assert account.settings.routing_ms == 1_000
    assert account.settings.callback_timeout_ms == 50
    assert account.settings.stop_reply_window == HOUR
    assert account.campaigns[0].window == 5_400 * SECOND
    assert account.campaigns[0].double_opt_in is False


def test_bare_numbers_where_an_id_stands_are_text() -> None:
    """YAML's 65047 is the code "65047"."""
    account = _account(source_codes=[{"code": 65047}], subscription_lists=[{"id": 1001}])
    assert account.source_codes[0].code == "65047"
    assert account.lists[0].id == "1001"


def test_an_account_with_lists_of_its_own_has_no_demo_campaigns() -> None:
    """Naming lists or codes leaves the campaigns empty unless they are named too."""
    assert _account(subscription_lists=[{"id": "1"}]).campaigns == ()
    assert _account(source_codes=[{"code": "700"}]).campaigns == ()


def test_the_account_holds_no_password() -> None:
    """Credentials stay out of what the journal records."""
    account, password = read_account({"password": "s3cret"}, key="k", now=NOW)
    assert password == "s3cret"
    assert "s3cret" not in repr(account)


def test_every_fault_comes_at_once_with_its_path_and_the_mend() -> None:
    """Unknown members, wrong choices, bad durations and bad patterns, each with what would do."""
    faults = _faults(
        companykey="x",
        clock={"mode": "manuel", "now": "now"},
        settings={"stop_scop": "code", "retries": 101, "retry_every": "5 minuets"},
        acquisition_campaigns=[{"id": "A", "list": "1001", "yes_pattern": "("}],
        carriers={"104": {"loss": "often"}},
    )
    assert set(faults) == {
        "companykey",
        "clock.mode",
        "clock.now",
        "settings.stop_scop",
        "settings.retries",
        "settings.retry_every",
        "acquisition_campaigns.0.yes_pattern",
        "carriers.104.loss",
    }
    assert 'did you mean "company_key"?' in faults["companykey"]
    assert 'did you mean "manual"?' in faults["clock.mode"]
    assert 'did you mean "stop_scope"?' in faults["settings.stop_scop"]
    assert "24h" in faults["settings.retry_every"]
    assert "1/100" in faults["carriers.104.loss"]
    assert "not a regular expression" in faults["acquisition_campaigns.0.yes_pattern"]


def test_names_that_lead_nowhere_are_told() -> None:
    """A campaign of no list, on no code, with a close name where there is one."""
    faults = _faults(
        subscription_lists=[{"id": "deals"}],
        acquisition_campaigns=[{"id": "A", "list": "deal", "code": "999"}],
    )
    assert 'did you mean "deals"?' in faults["acquisition_campaigns.0.list"]
    assert 'no code "999"' in faults["acquisition_campaigns.0.code"]


def test_names_used_twice_are_told() -> None:
    """Codes, lists and campaigns are unique, keywords unique on a code in any case."""
    faults = _faults(
        source_codes=[{"code": "1"}, {"code": "1"}],
        subscription_lists=[{"id": "a"}, {"id": "a"}],
        acquisition_campaigns=[
            {"id": "A", "list": "a", "keywords": ["join us"]},
            {"id": "A", "list": "a", "keywords": ["JOIN  US"]},
        ],
    )
    assert set(faults) == {
        "source_codes.1",
        "subscription_lists.1",
        "acquisition_campaigns.1",
        "acquisition_campaigns.1.keywords",
    }


def test_the_same_keyword_on_two_codes_is_fine() -> None:
    """Keywords belong to a code."""
    account = _account(
        source_codes=[{"code": "1"}, {"code": "2"}],
        subscription_lists=[{"id": "a"}],
        acquisition_campaigns=[
            {"id": "A", "list": "a", "code": "1", "keywords": ["JOIN"]},
            {"id": "B", "list": "a", "code": "2", "keywords": ["JOIN"]},
        ],
    )
    assert [item.code for item in account.campaigns] == ["1", "2"]


def test_delays_go_from_the_least_to_the_most() -> None:
    """A range the wrong way round is a fault."""
    assert "least" in str(_faults(carriers={"104": {"handset_delay": ["2s", "1s"]}}))


def test_an_account_needs_a_code() -> None:
    """No source code, no account."""
    assert "needs a source code" in _faults(source_codes=[])["source_codes"]


@pytest.mark.parametrize("document", [None, [], "acme", 7])
def test_a_spec_is_an_object(document: object) -> None:
    """Anything else is a fault at the top."""
    with pytest.raises(BadSpec):
        read_account(document, key="k", now=NOW)
