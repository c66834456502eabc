"""`smsim new`, `smsim schema` and `smsim doctor`: what somebody needs before the first run."""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import socket
import sys
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from harness.scenario.schema import included_schema, scenario_schema
from simulator import __version__
from simulator.errors import UserError

STARTER = """\
# yaml-language-server: $schema=sms.schema.json
# An editor helps with this file once there is: {smsim} schema > sms.schema.json
# One sentence that says what this shows. Run it with: {smsim} run {file}
name: A yes in time makes a member
rules: [R12]                      # which rules it covers; leave it out if none
# include: [people.inc.yaml]      # what scenarios share, in a file beside this one
# cases:                          # a scenario for each, with ${{reply}} in the steps below
#   small: {{reply: y}}
#   capital: {{reply: Y}}

# account:                        # the simulated account; without it there are lists 1001 and 1002
#   prices: {{segment: "0.01"}}     # what the check cost counts
#   acquisition_campaigns:        # what counts as yes: any of these texts, in any case
#     - {{id: JoinVip01, list: 1001, yes: [Y, YES], window: 24h}}

people:
  ana: {{phone: "(312) 555-0101"}}  # as many as you like; several may share a phone
  ben: {{phone: "(312) 555-0102"}}

# subscribers: {{1001: [ben]}}      # who is on which list when it begins

campaigns:
  Join VIP:
    trigger: {{form: signup}}       # without a trigger it is a batch campaign, as the next
    flow:
      - subscribe: {{list: 1001, campaign: JoinVip01}}
#   Sale:
#     flow:
#       - send: {{message: "Hi! https://shop.test", list: 1001}}

steps:
  - fill_form: {{person: ana, form: signup}}
  - advance: 23h                  # takes no real time
#   - run: Sale                   # a batch campaign runs by a step
  - reply: {{person: ana, text: Y}}
#   - until: {{within: 1h, expect: [{{messages: {{to: ana, purpose: welcome, count: 1}}}}]}}
  - advance: 1m
  - expect:                       # all that stands here must hold
      - inbox: {{person: ana, is: ["Reply Y to join*", "Welcome*"]}}
      - member: {{person: ana, list: 1001}}
      - member: {{person: ana, list: 1002, is: false}}
#       - no_message: {{to: ana, text: "Hi!*"}}
#       - messages: {{to: ben, text: "Hi!*", count: 1}}
#       - activity: {{kind: SMS skipped, person: ana, reason: not_a_member}}
#       - cost: {{to: ana, is: "0.02"}}
#   - explain: ana                # tells in words what happened to her
"""
_SCHEMA = """\
Print the JSON Schema of scenario files: smsim schema > sms.schema.json

An editor with YAML's language server reads it where a file begins with the line
# yaml-language-server: $schema=sms.schema.json"""


def add(commands: Any) -> None:
    """Declare the commands."""
    new = commands.add_parser("new", help="write a commented starter scenario")
    new.add_argument(
        "name",
        help="of the scenario, after a folder if you like: scenarios/first makes scenarios/first.sms.yaml",
    )
    new.set_defaults(command=_new)
    schema = commands.add_parser(
        "schema",
        help="print the JSON Schema of scenario files, for editors",
        description=_SCHEMA,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    schema.add_argument(
        "--included", action="store_true", help="of the files *.inc.yaml that scenarios include"
    )
    schema.set_defaults(command=_schema)
    doctor = commands.add_parser("doctor", help="say what is missing on this machine")
    doctor.set_defaults(command=_doctor)


def _new(told: argparse.Namespace) -> int:
    name = Path(told.name.removesuffix(".sms.yaml"))
    slug = re.sub("[^A-Za-z0-9]+", "_", name.name).strip("_").lower()
    path = name.parent / f"{slug or 'scenario'}.sms.yaml"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(STARTER.format(file=path, smsim=typed()))
    except FileExistsError as error:
        taken = path if path.exists() else path.parent
        raise UserError(f"{taken} exists already; choose another name") from error
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}") from error
    print(f"{path} is written; run it with: {typed()} run {path}")
    return 0


def typed() -> str:
    """The command as it can be typed here: by its name where it is found so, else by its path."""
    called = Path(sys.argv[0])
    if shutil.which("smsim") is not None or called.name != "smsim":
        return "smsim"
    near = os.path.relpath(called)
    return str(called) if near.startswith("..") else near


def _schema(told: argparse.Namespace) -> int:
    print(json.dumps(included_schema() if told.included else scenario_schema(), indent=2))
    return 0


def _doctor(_told: argparse.Namespace) -> int:
    """0 where all is well, 1 where something is missing; each line says which."""
    folder = user_data_path("smsim")
    findings = [
        (True, f"smsim {__version__} on Python {sys.version.split()[0]}"),
        (_can_write(folder), f"journals are kept in {folder}"),
        (_is_free(8080), "port 8080 is free (else: smsim serve --port 0)"),
    ]
    for well, text in findings:
        print(f"{'ok     ' if well else 'missing'}  {text}")
    return 0 if all(well for well, _ in findings) else 1


def _can_write(folder: Path) -> bool:
    while not folder.exists():
        folder = folder.parent
    return os.access(folder, os.W_OK)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
