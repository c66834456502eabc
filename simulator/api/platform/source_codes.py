"""Source codes (Vibes: source-code-api)."""

from __future__ import annotations

from aiohttp import web

from simulator.api.platform.call import Call
from simulator.api.platform.errors import respond

_COUNTRIES = {"1": "United States"}


async def index(call: Call) -> web.Response:
    """GET sourcecodes: the account's codes (Vibes: source-code-api)."""
    return respond(
        [
            {
                "sourcecode": item.code,
                "country_code": item.country_code,
                "sourcecode_type": "SC",
                "primary_country_name": _COUNTRIES.get(item.country_code),
                "sms_enabled": True,
                "mms_enabled": False,
                "sourcecode_end_date": None,
            }
            for item in call.account.source_codes
        ]
    )
