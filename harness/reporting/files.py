"""The files of reports: whether they can be written is found out before anything runs."""

from __future__ import annotations

from pathlib import Path

from simulator.errors import UserError


def writable(path: Path) -> Path:
    """The path, its folder made. Raises UserError where nothing can be written there."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise IsADirectoryError(21, "it is a folder")
        path.touch()
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}") from error
    return path
