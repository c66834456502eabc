"""Log lines of one simulator, by structlog, which is loaded when the first line is written.

No line holds the text of a message or a credential, and of a phone number the last four digits only.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager, suppress
from typing import Any, Literal, TextIO

import msgspec

Format = Literal["console", "json"]
Level = Literal["debug", "info", "warning", "error"]

_NUMBER = re.compile(r"(?<!\w)(?:\+|%2B)?\d{6,11}(\d{4})(?!\w)")
_FREE = ("event", "error", "exception")
"""The members whose words are not chosen here, and may quote somebody."""


class Log:
    """Where lines go, in which form, and from which level on. Without a stream nothing is written.

    `tells` says whether what happens is told at all; who would have to work for a line asks it first.
    """

    def __init__(self, stream: TextIO | None, form: Format, level: Level) -> None:
        self._stream = stream
        self._form = form
        self._least = logging.getLevelNamesMapping()[level.upper()]
        self._logger: Any = None
        self.tells = stream is not None and self._least <= logging.INFO

    def info(self, event: str, **fields: object) -> None:
        """Tell that something happened."""
        if self.tells:
            self.write(logging.INFO, event, fields)

    def error(self, event: str, **fields: object) -> None:
        """Tell that something went wrong."""
        self.write(logging.ERROR, event, fields)

    def write(self, level: int, event: str, fields: dict[str, Any]) -> None:
        """Write a line, where there is a stream that takes it."""
        if self._stream is None or level < self._least:
            return
        with suppress(OSError, ValueError):  # nobody reads any more: what is served goes on
            if self._logger is None:
                self._logger = _logger(self._stream, self._form)
            self._logger.log(level, event, **fields)

    @contextmanager
    def for_all(self) -> Iterator[None]:
        """Take what this process's libraries log meanwhile too, where there is a stream."""
        if self._stream is None:
            yield
            return
        root, taker = logging.getLogger(), _Taker(self)
        before = root.level
        root.addHandler(taker)
        root.setLevel(self._least)
        try:
            yield
        finally:
            root.removeHandler(taker)
            root.setLevel(before)


class _Taker(logging.Handler):
    """Takes records of the standard library's logging."""

    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        fields: dict[str, Any] = {"logger": record.name}
        if hasattr(record, "request_id"):
            fields["request_id"] = record.request_id
        if record.exc_info:
            fields["exc_info"] = record.exc_info
        self._log.write(record.levelno, record.getMessage(), fields)


def _logger(stream: TextIO, form: Format) -> Any:
    import structlog  # here: it takes 40 ms, which a quiet start need not pay

    render: Any = structlog.processors.JSONRenderer(serializer=_json)
    if form == "console":
        render = structlog.dev.ConsoleRenderer(
            colors=stream.isatty(),
            sort_keys=False,
            exception_formatter=structlog.dev.plain_traceback,
        )
    return structlog.wrap_logger(
        structlog.WriteLogger(stream),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _cut_numbers,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(0),
        cache_logger_on_first_use=True,
    )


def _cut_numbers(_logger: object, _method: str, line: MutableMapping[str, Any]) -> Any:
    """Leave the last four digits of whatever may be a phone number."""
    for name in _FREE:
        said = line.get(name)
        if isinstance(said, str):
            line[name] = _NUMBER.sub(r"...\1", said)
    return line


def _json(line: dict[str, Any], **_options: object) -> str:
    first = {name: line.pop(name) for name in ("timestamp", "level", "event")}
    return msgspec.json.encode({**first, **line}, enc_hook=str).decode()
