"""The OpenAPI document: valid, whole, and served with a page that shows it."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest
from aiohttp import ClientSession
from openapi_spec_validator import OpenAPIV31SpecValidator

from simulator.api import openapi, openapi_page
from simulator.api.platform.routes import NOT_SIMULATED, OPERATIONS
from simulator.app import build
from simulator.config import ServerSettings


@pytest.fixture(scope="module")
def document() -> Any:
    """The document as a client reads it."""
    return msgspec.json.decode(msgspec.json.encode(openapi.document()))


def test_it_is_valid_openapi_3_1(document: Any) -> None:
    """The document says 3.1.0 and is what that says it must be."""
    assert document["openapi"] == "3.1.0"
    assert [fault.message for fault in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_every_operation_is_there_with_every_status_it_declares(document: Any) -> None:
    """Whatever the router answers stands in the document, with its body and its statuses."""
    for item in OPERATIONS:
        told = document["paths"][openapi.template(item.path)][item.method.lower()]
        assert set(told["responses"]) == {str(status) for status in item.declared}
        assert ("requestBody" in told) == (item.takes is not None)
        assert {401, 403, 404, 503} <= set(item.declared)


def test_what_is_not_simulated_is_there_as_501_only(document: Any) -> None:
    """An operation of the real platform that is not built declares nothing else than 501."""
    built = {(item.method, openapi.template(item.path)) for item in OPERATIONS}
    for method, path, _ in NOT_SIMULATED:
        told = document["paths"][openapi.template(path)]
        for one, operation in told.items():
            if method in ("*", one.upper()) and (one.upper(), openapi.template(path)) not in built:
                assert list(operation["responses"]) == ["501"]


def test_the_document_names_nothing_that_is_not_there(document: Any) -> None:
    """Each path is one of the router's, without its trailing slash, under a name of its own."""
    known = {openapi.template(item.path) for item in OPERATIONS}
    known |= {openapi.template(path) for _, path, _ in NOT_SIMULATED}
    assert set(document["paths"]) == known
    assert [path for path in known if path.endswith("/")] == []
    ids = [item["operationId"] for path in document["paths"].values() for item in path.values()]
    assert len(set(ids)) == len(ids)


def test_every_shape_says_what_it_is_and_where_from(document: Any) -> None:
    """Each shape has a description that names its source."""
    shapes = document["components"]["schemas"]
    assert [name for name, one in shapes.items() if "Vibes: " not in one["description"]] == []


def test_an_answer_has_no_member_that_is_not_declared(document: Any) -> None:
    """A shape that is answered is closed; one that is taken ignores what it does not know."""
    closed = {
        name
        for name, one in document["components"]["schemas"].items()
        if one.get("additionalProperties") is False
    }
    assert {"Person", "Participation", "Subscription", "Registration", "Errors"} <= closed
    assert {"PersonRequest", "ParticipantRequest", "CallbackRequest"} & closed == set()


def test_the_page_shows_every_operation_and_shape_and_asks_for_nothing(document: Any) -> None:
    """Each path and shape stands on the page; there is no script and no address of elsewhere."""
    page = openapi_page.page()
    assert [path for path in document["paths"] if path not in page] == []
    assert [name for name in document["components"]["schemas"] if f'id="{name}"' not in page] == []
    assert set(re.findall(r'(?:href|src)="([^#"][^"]*)"', page)) == {"/_sim/openapi.json"}
    assert "<script" not in page


async def test_document_and_page_are_served(document: Any) -> None:
    """GET openapi.json is the document, GET docs the page, which may run nothing."""
    async with build(ServerSettings(port=0, accounts=())) as system, ClientSession() as http:
        url = await system.listen()
        async with http.get(f"{url}/_sim/openapi.json") as answer:
            assert await answer.json() == document
        async with http.get(f"{url}/_sim/docs") as answer:
            assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
            assert await answer.text() == openapi_page.page()
