"""The load test of Locust: `make load`, or `locust --host http://127.0.0.1:8080` for its web page."""

from harness.load import OptInUser, SendUser

__all__ = ["OptInUser", "SendUser"]
