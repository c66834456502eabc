"""The load test's own options of Locust; each may stand in the environment too."""

from __future__ import annotations

from argparse import ArgumentTypeError

from locust import events
from locust.argument_parser import LocustArgumentParser

from harness.load import paces, thresholds
from harness.load.paces import MOST, BadPaces


@events.init_command_line_parser.add_listener
def options(parser: LocustArgumentParser, **_: object) -> None:
    """Add them to Locust's own."""
    add = parser.add_argument_group("smsim").add_argument
    add(
        "--arrivals",
        type=_rate,
        default=None,
        env_var="LOAD_ARRIVALS",
        help="tasks begun in a second by all users, whatever the answers take",
    )
    add(
        "--paces",
        type=_paces,
        default={},
        env_var="LOAD_PACES",
        help="turns begun in a second by each user of a kind: SendUser=4.5,WebFormUser=2",
    )
    add(
        "--abreast",
        type=_whole,
        default=None,
        env_var="LOAD_ABREAST",
        help="without a rate: users begin nothing while more callbacks than this have not ended",
    )
    add(
        "--lists",
        type=_whole,
        default=1,
        env_var="LOAD_LISTS",
        help="how many lists, each with a campaign and destinations, the users of a process share",
    )
    add(
        "--people",
        type=_whole,
        default=None,
        env_var="LOAD_PEOPLE",
        help="how many phones there are, which are taken again in turn; without it they are new",
    )
    add(
        "--thresholds",
        default=str(thresholds.SHIPPED),
        env_var="LOAD_THRESHOLDS",
        help="the TOML file the run is judged by",
    )
    add(
        "--clock-rate",
        type=_whole,
        default=1,
        env_var="LOAD_CLOCK_RATE",
        help="how many times faster than the wall the account's clock runs",
    )
    add(
        "--drain",
        type=_rate,
        default=60.0,
        env_var="LOAD_DRAIN",
        help="seconds without a move after which what is under way is waited for no longer",
    )


def _rate(text: str) -> float:
    value = paces.number(text)
    if value is None:
        raise ArgumentTypeError(f'"{text}" is no number above 0 and up to {MOST}')
    return value


def _paces(text: str) -> dict[str, float]:
    try:
        return paces.read(text)
    except BadPaces as error:
        raise ArgumentTypeError(str(error)) from error


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19 and 1 <= int(text) <= MOST):
        raise ArgumentTypeError(f'"{text}" is no whole number from 1 to {MOST}')
    return int(text)
