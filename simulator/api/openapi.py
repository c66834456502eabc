"""The OpenAPI document of the Platform's surface, made of what the router and the encoders use.

Operations come from `platform.routes`, shapes from the structs of `simulator.wire`, so that the
document cannot say anything else than the code does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from http import HTTPStatus

import msgspec

from simulator import __version__
from simulator.api.platform.operation import Operation, Query
from simulator.api.platform.routes import NOT_SIMULATED, OPERATIONS
from simulator.wire.platform_json import LONGEST_EXTERNAL_ID
from simulator.wire.shapes import Errors

Json = dict[str, object]

_REF = "#/components/schemas/{name}"
_VARIABLE = re.compile(r"\{(\w+)(?::([^}]*))?\}")
_ANY_METHOD = ("GET", "POST", "PUT", "DELETE")
_COMPANY = "companies/{company_key}/"

_VARIABLES = {
    "company_key": "the account's key",
    "acquisition_id": "the id of an acquisition campaign",
    "person_key": "a person_key or a person_id",
    "external_person_id": "the client's own id of a person",
    "subscription_list_id": "the id of a subscription list",
    "callback_id": "the id of a callback registration",
    "incentive_pool_id": "the id of an incentive pool",
    "issuance_pool_id": "the id of an incentive pool",
    "incentive_code": "an incentive code",
}

_VERSION: Json = {
    "name": "X-API-Version",
    "in": "header",
    "description": "1: numbers are ten national digits; 2: numbers are E.164",
    "schema": {"type": "string", "enum": ["1", "2"], "default": "1"},
}

_WORDS = {
    400: "The body, a parameter or X-API-Version cannot be read",
    401: "The user name or the password is wrong",
    403: "Not for this user, or not now",
    404: "No such company, or nothing by that id",
    409: "It contradicts what is there",
    413: "The body is larger than is read",
    422: "It can be read, and cannot be done",
    429: "Over the limit of calls a second, where the account throttles",
    500: "A fault of the simulator",
    501: "Not simulated",
    503: "The account stopped, because its journal cannot be written",
}


def document() -> Json:
    """The whole document, OpenAPI 3.1."""
    paths: dict[str, Json] = {}
    for operation in OPERATIONS:
        _put(paths, operation.method, operation.path, _operation(operation))
    for method, path, name in NOT_SIMULATED:
        for one in _ANY_METHOD if method == "*" else (method,):
            _put(paths, one, path, _not_simulated(one, path, name))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "smsim: the Platform",
            "version": __version__,
            "description": "What this simulator answers below /companies. Every path also works "
            "with a trailing slash. docs/fidelity.md says how real each behaviour is.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "security": [{"basicAuth": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"basicAuth": {"type": "http", "scheme": "basic"}},
            "parameters": {"Version": _VERSION},
            "schemas": _components(),
        },
    }


def template(path: str) -> str:
    """The path as the document writes it: from the root, variables without their patterns."""
    return "/" + _VARIABLE.sub(r"{\1}", _COMPANY + path)


def _put(paths: dict[str, Json], method: str, path: str, told: Json) -> None:
    paths.setdefault(template(path), {}).setdefault(method.lower(), told)


def _operation(item: Operation) -> Json:
    told: Json = {
        "operationId": _id(item.method, item.path),
        "summary": item.summary,
        "tags": [item.handler.__module__.rpartition(".")[2]],
        "parameters": [
            {"$ref": "#/components/parameters/Version"},
            *_variables(item.path),
            *map(_query, item.query),
        ],
        "responses": {str(status): _answer(status, kind) for status, kind in item.declared.items()},
    }
    if item.takes is not None:
        told["requestBody"] = {"required": True, "content": _content(item.takes)}
    return told


def _not_simulated(method: str, path: str, name: str) -> Json:
    return {
        "operationId": _id(method, path),
        "summary": f"{name}: not simulated",
        "tags": ["not simulated"],
        "parameters": [{"$ref": "#/components/parameters/Version"}, *_variables(path)],
        "responses": {"501": _answer(501, Errors)},
    }


def _answer(status: int, kind: object) -> Json:
    told: Json = {"description": _WORDS.get(status) or HTTPStatus(status).phrase}
    if kind is not None:
        told["content"] = _content(kind)
    if status == 401:
        told["headers"] = {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}}
    return told


def _content(kind: object) -> Json:
    return {"application/json": {"schema": _schema(kind)}}


def _schema(kind: object) -> object:
    (schema,), _ = _schemas([kind])
    return schema


def _schemas(kinds: Iterable[object]) -> tuple[tuple[Json, ...], dict[str, Json]]:
    return msgspec.json.schema_components(kinds, schema_hook=_anything, ref_template=_REF)


def _anything(kind: type) -> Json:
    if kind is object:
        return {"description": "any JSON"}
    raise NotImplementedError


def _variables(path: str) -> Iterable[Json]:
    for name, pattern in _VARIABLE.findall(_COMPANY + path):
        schema: Json = {"type": "string"} | ({} if pattern == ".*" else {"minLength": 1})
        if name == "external_person_id":
            schema["maxLength"] = LONGEST_EXTERNAL_ID
        if pattern not in ("", ".*"):
            schema["pattern"] = f"^({pattern})$"
        told: Json = {"name": name, "in": "path", "required": True, "schema": schema}
        if name in _VARIABLES:
            told["description"] = _VARIABLES[name]
        yield told


def _query(item: Query) -> Json:
    return {
        "name": item.name,
        "in": "query",
        "description": item.about,
        "required": item.required,
        "schema": _schema(item.kind),
    }


def _components() -> dict[str, Json]:
    kinds = [kind for item in OPERATIONS for kind in _kinds(item) if kind is not None]
    return _schemas(kinds)[1]


def _kinds(item: Operation) -> Iterable[object]:
    return (item.takes, *item.declared.values(), *(one.kind for one in item.query))


def _id(method: str, path: str) -> str:
    return "_".join([method.lower(), *re.findall(r"\w+", _VARIABLE.sub(r"\1", path))])
