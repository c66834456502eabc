"""The command smsim, run as a script by the plugin: `python -P launch.py serve ...`.

A project may have folders `harness` and `simulator` of its own, in the current folder, on PYTHONPATH
or installed for editing. So ours are loaded by the place they are in, beside this package, before
anything else can be found under their names.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from pathlib import Path

LATER = "SMSIM_PYTEST_PATH"
"""The variable with what stood in PYTHONPATH: it may be found, but after everything else."""


def main() -> None:
    """Run the command smsim with this process's arguments."""
    sys.path += [item for item in os.environ.pop(LATER, "").split(os.pathsep) if item]
    here = str(Path(__file__).resolve().parents[1])
    for name in ("simulator", "harness"):
        _load(name, here)
    if sys.argv[1:2] == ["serve"]:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    from harness.cli import main as smsim

    smsim()


def _load(name: str, folder: str) -> None:
    """The package of that name in that folder, whatever else has the name."""
    spec = PathFinder.find_spec(name, [folder])
    if spec is None or spec.loader is None:
        raise ImportError(f"smsim is not whole: there is no package {name} in {folder}")
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)


def _end_with_parent() -> None:
    """Our standard input ends when the test process does, however it ended."""
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
