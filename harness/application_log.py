"""What an application prints: the last lines of it, taken from a pipe as they come.

The pipe is our own, not asyncio's: a child that outlives the application would hold asyncio's open,
and on some versions of Python the wait for the process with it.
"""

from __future__ import annotations

import asyncio
import codecs
import os
import re
from collections import deque

MOST_LINES = 200
LONGEST_LINE = 2_000
"""Characters; the rest of a longer line is left out."""

_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Log:
    """The last 200 lines, whatever their encoding; colours are taken out."""

    def __init__(self) -> None:
        self._lines: deque[str] = deque(maxlen=MOST_LINES)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._open = ""

    def feed(self, data: bytes) -> None:
        """Take in what was printed."""
        *whole, rest = (self._open + self._decoder.decode(data)).split("\n")
        self._lines.extend(map(_tidy, whole))
        self._open = rest[: LONGEST_LINE + 1]

    @property
    def lines(self) -> tuple[str, ...]:
        """All that is kept, with a line that has no end yet."""
        return (*self._lines, *([_tidy(self._open)] if self._open else []))

    def end(self, most: int) -> tuple[str, ...]:
        """The last lines that say something."""
        return tuple(line for line in self.lines if line.strip())[-most:]


class Output(asyncio.Protocol):
    """A pipe from a process into a log."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._closed = asyncio.Event()
        self._transport: asyncio.BaseTransport | None = None
        self._writer: int | None = None

    async def open(self) -> int:
        """The end of the pipe that the process gets."""
        reader, self._writer = os.pipe()
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.connect_read_pipe(
            lambda: self, os.fdopen(reader, "rb", buffering=0)
        )
        return self._writer

    def opened(self) -> None:
        """The process has its end, or never will: ours is closed."""
        if self._writer is not None:
            os.close(self._writer)
            self._writer = None

    async def ended(self, within_s: float) -> None:
        """Wait until nobody can write any more, for so long at most."""
        try:
            async with asyncio.timeout(within_s):
                await self._closed.wait()
        except TimeoutError:
            return

    def close(self) -> None:
        """Hear no more."""
        if self._transport is not None:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Keep what was printed."""
        self._log.feed(data)

    def connection_lost(self, _error: Exception | None) -> None:
        """The last writer has closed its end."""
        self._closed.set()


def _tidy(line: str) -> str:
    line = _COLOURS.sub("", line).rstrip("\r")
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}..."
