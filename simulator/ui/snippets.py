"""Ready-made client settings and first calls for an account, in the words of several languages."""

from __future__ import annotations

import json
import shlex
from base64 import b64encode
from typing import NamedTuple

from simulator.domain.account import Account
from simulator.runtime.ports import AccountRecord

PHONE = "13125550101"
"""The phone that the examples text: every number is one here."""


class Snippet(NamedTuple):
    """What it is for, and its text."""

    title: str
    text: str


def snippets(url: str, record: AccountRecord, account: Account) -> list[Snippet]:
    """The settings and calls, with the account's own URL, user and password."""
    code = account.source_codes[0].code
    return [
        Snippet("Environment variables", _environment(url, record, code)),
        Snippet("curl", _curl(url, record, code)),
        Snippet("Python", _python(url, record, code)),
        Snippet("Ruby", _ruby(url, record, code)),
        Snippet("Node", _node(url, record, code)),
    ]


def _xml(code: str) -> str:
    return (
        f'<mtMessage><destination address="{PHONE}" type="MDN"/>'
        f'<source address="{code}" type="SC"/><text>Hello</text></mtMessage>'
    )


def _environment(url: str, record: AccountRecord, code: str) -> str:
    told = {
        "VIBES_PLATFORM_URL": url,
        "VIBES_CONNECT_URL": url,
        "VIBES_COMPANY_KEY": record.company_key,
        "VIBES_USERNAME": record.username,
        "VIBES_PASSWORD": record.password,
        "VIBES_CODE": code,
    }
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in told.items())


def _curl(url: str, record: AccountRecord, code: str) -> str:
    user = shlex.quote(f"{record.username}:{record.password}")
    lists = shlex.quote(f"{url}/companies/{record.company_key}/mobiledb/subscription_lists")
    messages = shlex.quote(f"{url}/MessageApi/mt/messages")
    return (
        f"curl -u {user} -H 'X-API-Version: 2' {lists}\n\n"
        f"curl -u {user} -H 'Content-Type: text/xml' {messages} \\\n  -d {shlex.quote(_xml(code))}"
    )


def _python(url: str, record: AccountRecord, code: str) -> str:
    token = _token(record)
    return f"""import urllib.request

headers = {{"Authorization": "Basic {token}", "Content-Type": "text/xml"}}
body = {_xml(code)!r}
request = urllib.request.Request({f"{url}/MessageApi/mt/messages"!r}, body.encode(), headers)
print(urllib.request.urlopen(request).read().decode())"""


def _ruby(url: str, record: AccountRecord, code: str) -> str:
    return f"""require "net/http"

uri = URI({_single(f"{url}/MessageApi/mt/messages")})
request = Net::HTTP::Post.new(uri, "Content-Type" => "text/xml")
request.basic_auth {_single(record.username)}, {_single(record.password)}
request.body = {_single(_xml(code))}
puts Net::HTTP.start(uri.host, uri.port) {{ |http| http.request(request).body }}"""


def _node(url: str, record: AccountRecord, code: str) -> str:
    return f"""const answer = await fetch({json.dumps(f"{url}/MessageApi/mt/messages")}, {{
  method: "POST",
  headers: {{ Authorization: "Basic {_token(record)}", "Content-Type": "text/xml" }},
  body: {json.dumps(_xml(code))},
}});
console.log(await answer.text());"""


def _token(record: AccountRecord) -> str:
    return b64encode(f"{record.username}:{record.password}".encode()).decode()


def _single(text: str) -> str:
    """A text in single quotes, as Ruby reads it."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
