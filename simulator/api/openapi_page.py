"""The Platform's operations and shapes as a page to read, made of the OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from simulator import __version__
from simulator.api.openapi import document

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>smsim: the Platform's operations</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>:root{{color-scheme:light dark}}body{{margin:2rem auto;max-width:60rem;padding:0 1rem;
font:15px/1.5 system-ui,sans-serif}}table{{border-collapse:collapse;width:100%}}
td,th{{text-align:left;padding:.2rem .8rem .2rem 0;vertical-align:top}}td:first-child{{width:16rem}}
code{{overflow-wrap:anywhere}}details{{margin:.3rem 0}}summary{{cursor:pointer}}
section{{margin:0 0 2rem}}:target{{outline:2px solid;outline-offset:4px}}</style>
</head>
<body><main><h1>smsim {version}: the Platform's operations</h1>
<p>{about}</p><p>The same for machines: <a href="/_sim/openapi.json">OpenAPI</a>.</p>
{operations}<section><h2>Shapes</h2>
{shapes}</section></main></body></html>
"""


def page() -> str:
    """The page, whole: no script, nothing from elsewhere, everything escaped."""
    told: Any = document()
    by_tag: dict[str, list[str]] = {}
    for path, methods in told["paths"].items():
        for method, item in methods.items():
            by_tag.setdefault(item["tags"][0], []).append(_operation(method, path, item, told))
    return _PAGE.format(
        version=escape(__version__),
        about=escape(told["info"]["description"]),
        operations="".join(_section(tag, items) for tag, items in by_tag.items()),
        shapes="".join(_shape(*item) for item in sorted(told["components"]["schemas"].items())),
    )


def _section(tag: str, items: Iterable[str]) -> str:
    title = tag.replace("_", " ").capitalize()
    return f"<section><h2>{escape(title)}</h2>\n{''.join(items)}</section>\n"


def _operation(method: str, path: str, item: Any, told: Any) -> str:
    parameters = [told["components"]["parameters"]["Version"], *item["parameters"][1:]]
    rows = [_row(_named(one), _type(one["schema"]), one.get("description")) for one in parameters]
    if "requestBody" in item:
        rows.append(_row("body", _body(item["requestBody"])))
    rows += [
        _row(status, _body(answer), answer["description"])
        for status, answer in item["responses"].items()
    ]
    return (
        f"<details><summary><code>{escape(method.upper())} {escape(path)}</code> "
        f"{escape(item['summary'])}</summary>\n<table>{''.join(rows)}</table></details>\n"
    )


def _shape(name: str, schema: Any) -> str:
    required = schema.get("required", ())
    rows = "".join(
        _row(
            member if member in required else f"{member} (may be absent)",
            _type(one),
            one.get("description"),
        )
        for member, one in schema.get("properties", {}).items()
    )
    values = "" if rows else f"<p>{_type(schema)}</p>"
    return (
        f'<h3 id="{escape(name)}">{escape(name)}</h3>\n<p>{escape(schema.get("description", ""))}'
        f"</p>{values}<table>{rows}</table>\n"
    )


def _row(name: str, kind: str, about: str | None = None) -> str:
    words = f" · {escape(about)}" if about else ""
    return f"<tr><td><code>{escape(name)}</code></td><td>{kind}{words}</td></tr>\n"


def _named(parameter: Any) -> str:
    where = {"path": "", "query": "?", "header": "header "}[parameter["in"]]
    return f"{where}{parameter['name']}"


def _body(told: Any) -> str:
    content = told.get("content")
    return _type(content["application/json"]["schema"]) if content else "<em>no body</em>"


def _type(schema: Any) -> str:
    """A schema in a few words, as HTML."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(map(_type, schema["anyOf"]))
    if "enum" in schema:
        return " | ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    if "items" in schema:
        return f"array of {_type(schema['items'])}"
    if isinstance(schema.get("additionalProperties"), dict):
        return f"object of {_type(schema['additionalProperties'])}"
    return f"<em>{escape(str(schema.get('type', 'any JSON')))}</em>"
