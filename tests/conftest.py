"""What every test shares: the same examples on every machine, and no answer but a declared one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

import pytest
from aiohttp import web
from hypothesis import HealthCheck, settings

from simulator.api.platform import call
from simulator.api.platform.call import Handler
from tests.system import conformance

settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    database=None,
    print_blob=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True, scope="session")
def every_answer_is_as_declared() -> Iterator[None]:
    """Whatever a simulator of this process answers on the Platform is what its operation declares.

    An answer that is not becomes a 500, and fails the test or the scenario that asked.
    """

    def handled(handler: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
        inner = call.handled(handler)

        async def handle(request: web.Request) -> web.Response:
            answer = await inner(request)
            path = request.rel_url.raw_path.split("/", 3)[3]
            body = answer.body if isinstance(answer.body, bytes) else b""
            conformance.check(request.method, path, answer.status, answer.content_type or "", body)
            return answer

        return handle

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("simulator.api.platform.routes.handled", handled)
        yield
