"""Calls nobody thought of: every answer of a running simulator is one that the document declares.

Schemathesis draws good and bad requests from the document. The draws are fixed, so that a run is
the same everywhere.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from typing import Any, NamedTuple

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from requests import Session
from schemathesis import Case, GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.config import (
    GenerationConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
)

from simulator.api import openapi

EXAMPLES = 12
CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]

NARROWER: dict[str, dict[str, list[object]]] = {
    "CallbackRequest": {"start_date": ["2026-01-05"], "end_date": ["2099-01-05T00:00Z", None]},
    "TriggerRequest": {"start_date": ["2026-01-05"], "end_date": ["2099-01-05T00:00Z", None]},
    "BroadcastRequest": {"send_scheduled_date": ["2026-01-05T15:00:00Z", "2099-01-05T15:00:00Z"]},
    "TargetingRequest": {"source_lists": [["1001"], ["1002", "1001"]]},
    "SourceShortCode": {"short_code": ["65047"]},
    "BroadcastFilter": {"name": ["first_name"]},
    "SmsRequest": {"sourcecode": ["65047"]},
    "EventRequest": {"event_data": [{"mdn": "3125550101"}, {"external_person_id": "a", "b": [1]}]},
    "SendSchedule": {
        "send_date": ["2099-01-05"],
        "send_time": ["17:30"],
        "default_time_zone": ["America/Chicago"],
    },
}
"""What to draw for members whose values depend on each other, so that good calls are drawn too."""


def _built() -> dict[str, Any]:
    """The document without what is not simulated: 501 is a fault to a check of servers."""
    document: dict[str, Any] = openapi.document()
    for path, methods in list(document["paths"].items()):
        for method, told in list(methods.items()):
            if told["tags"] == ["not simulated"]:
                del methods[method]
        if not methods:
            del document["paths"][path]
    for name, members in NARROWER.items():
        for member, values in members.items():
            document["components"]["schemas"][name]["properties"][member] = {"enum": values}
    return document


schema = schemathesis.openapi.from_dict(
    _built(),
    config=SchemathesisConfig(
        seed=0,
        projects=ProjectsConfig(
            default=ProjectConfig(
                generation=GenerationConfig(
                    modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE],
                    max_examples=EXAMPLES,
                    deterministic=True,
                    with_security_parameters=False,
                    database="none",
                )
            )
        ),
    ),
)


POOL = {
    "name": "Ten off",
    "issuance_allowed": True,
    "redemption_allowed": True,
    "incentive_codes": {"low_threshold": 1, "max_characters": 30},
    "distribution": {"method": "unique"},
    "notification_email_address": "ops@app.test",
}
BROADCAST = {
    "name": "Later",
    "send_scheduled_date": "2099-01-05T15:00:00Z",
    "targeting": {"message_template": "Hello", "source_lists": ["1001"]},
}
TRIGGER = {
    "name": "On purchase",
    "event_type": "purchase",
    "start_date": "2026-01-05",
    "targeting": {"message_template": "Thanks", "sms": {"sourcecode": "65047"}},
}


class Served(NamedTuple):
    """A simulator, and a client that may act for its company "demo"."""

    url: str
    http: Session

    def post(self, path: str, body: Any) -> Any:
        """What a call answers that must go well."""
        answer = self.http.post(f"{self.url}/{path}", json=body)
        assert answer.ok, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """A simulator in a process of its own, with the account "demo" and its lists."""
    command = [sys.executable, "-m", "harness", "serve", "--port", "0", "--db", ":memory:"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process, Session() as http:
        try:
            assert process.stdout is not None
            http.auth = ("demo", "demo")
            http.trust_env = False
            yield Served(process.stdout.readline().split()[-1], http)
        finally:
            process.terminate()


@pytest.fixture
def known(served: Served, numbers: Iterator[int]) -> dict[str, str]:
    """Ids of what is there, by the names of the document: new for each operation."""
    name = f"known-{next(numbers)}"
    mdn = f"312555{next(numbers)}"
    body = {"external_person_id": name, "mobile_phone": {"mdn": mdn}}
    person = served.post("companies/demo/mobiledb/persons", body)
    served.post("_sim/accounts/demo/lists/1001/subscribers", {"persons": [{"mdn": mdn}]})
    told = {"callback_type": "person_added", "destination": {"url": f"http://127.0.0.1:9/{name}"}}
    callback = served.post("companies/demo/config/callbacks", told)
    pool = served.post("companies/demo/incentives/pools", POOL)["id"]
    served.post(f"_sim/accounts/demo/incentives/pools/{pool}/codes", {"codes": [name, f"{name}-2"]})
    broadcast = served.post("companies/demo/mobiledb/broadcasts", BROADCAST)
    trigger = served.post("companies/demo/mobiledb/event_triggered_messages", TRIGGER)
    return {
        "incentive_pool_id": str(pool),
        "issuance_pool_id": str(pool),
        "incentive_code": name,
        "broadcast_id": broadcast["broadcast_id"],
        "event_triggered_message_id": str(trigger["event_triggered_message_id"]),
        "mdn": mdn,
        "person_key": person["person_key"],
        "person_id": person["person_id"],
        "external_person_id": name,
        "subscription_list_id": "1001",
        "acquisition_id": "JoinVip01",
        "callback_id": callback["callback_id"],
    }


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    """Numbers that nobody had."""
    return count(1000)


@schema.parametrize()
@settings(
    # what is known is new for each operation, not for each call
    suppress_health_check=[*settings().suppress_health_check, HealthCheck.function_scoped_fixture]
)
def test_every_answer_is_declared(case: Case[Any], served: Served, known: dict[str, str]) -> None:
    """Each call as it was drawn, within the company; and once more about what is there."""
    case.path_parameters = {**case.path_parameters, "company_key": "demo"}
    case.call_and_validate(served.url, session=served.http, checks=CHECKS)
    case.path_parameters |= {name: known[name] for name in case.path_parameters if name in known}
    case.query = {**case.query, **{name: known[name] for name in case.query if name in known}}
    case.call_and_validate(served.url, session=served.http, checks=CHECKS)
