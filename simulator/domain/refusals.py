"""Why a command was refused. A refusal changes nothing; each wire says it in its own words."""

from __future__ import annotations

from enum import StrEnum

from simulator.domain.record import Record


class Fault(StrEnum):
    """The kinds of refusal; `simulator.api` maps each to a status and a stable code."""

    NOT_FOUND = "not_found"
    ALREADY_SUBSCRIBED = "already_subscribed"
    CONFIRMATION_BLOCK = "confirmation_block"
    EXTERNAL_ID_MISMATCH = "external_id_mismatch"
    NOT_MOBILE = "not_mobile"
    NO_PHONE = "no_phone"
    NO_IDENTIFIER = "no_identifier"
    UNKNOWN_FIELD = "unknown_field"
    MDN_CONFLICT = "mdn_conflict"
    MDN_IMMUTABLE = "mdn_immutable"
    CODE_NOT_YOURS = "code_not_yours"
    CODE_NOT_THE_COMPANYS = "code_not_the_companys"
    COMPANY_NOT_YOURS = "company_not_yours"
    NOT_PROVISIONED = "not_provisioned"
    TEXT_TOO_LONG = "text_too_long"
    ALTERNATE_MULTIPART = "alternate_multipart"
    TOO_MANY_BINDS = "too_many_binds"
    STARTED = "started"
    INVALID = "invalid"


class Problem(Record, frozen=True, kw_only=True):
    """One fault, in a sentence that names it and the mend; `values` are what a template needs."""

    fault: Fault
    message: str
    values: tuple[str, ...] = ()


class Refused(Exception):
    """Raised by a decision; carries one problem or several at once."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems


def refuse(fault: Fault, message: str, *values: str) -> Refused:
    """A refusal with a single problem."""
    return Refused(Problem(fault=fault, message=message, values=values))
