"""The load test of Locust: `make load`, or `locust --host http://127.0.0.1:8080` for its web page."""

import os

import harness.load.options
import harness.load.session  # noqa: F401 - their listeners make a run of it
from harness.load.pacing import chosen_shape
from harness.load.users import KeywordUser, ReceiverUser, SendUser, StopStormUser, WebFormUser

Shape = chosen_shape(os.environ)

__all__ = ["KeywordUser", "ReceiverUser", "SendUser", "Shape", "StopStormUser", "WebFormUser"]
