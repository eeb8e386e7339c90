"""Where a version of a plan stands. Never stored: it follows from what was done to the version and to later ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tenuto.clinic.accounts.roles import Role

__all__ = ["HELD", "WORDS", "Status", "StatusWords", "status_of", "words_of"]


class Status(StrEnum):
    """Draft, signed, superseded, withdrawn after a signature, or declined before one."""

    DRAFT = "draft"
    SIGNED = "signed"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class StatusWords:
    """How a status is shown: who it waits for, its word, its mark (colour and shape), and what comes next."""

    owner: Role
    label: str
    mark: str
    next_step: str


WORDS: Mapping[Status, StatusWords] = {
    Status.DRAFT: StatusWords(
        Role.PRESCRIBER, "Draft, not signed", "due", "A prescriber reads it and signs it, or drafts another."
    ),
    Status.SIGNED: StatusWords(
        Role.COORDINATOR, "Signed, in force", "pass", "The coordinator books the series."
    ),
    Status.SUPERSEDED: StatusWords(
        Role.PRESCRIBER, "Superseded, not in force", "unknown", "Nothing. A later version takes its place."
    ),
    Status.WITHDRAWN: StatusWords(
        Role.PRESCRIBER,
        "Withdrawn, not in force",
        "block",
        "A prescriber drafts another plan, or ends the care.",
    ),
    Status.DECLINED: StatusWords(
        Role.PRESCRIBER, "Declined, never in force", "unknown", "Nothing. It is not proposed again."
    ),
}


HELD = StatusWords(
    Role.PRESCRIBER,
    "Signed, held: give nothing",
    "block",
    "Nothing is booked or given today; why stands first on this page.",
)
"""A signed version while anything holds it: it is in force, and yet nothing is given by it."""


def words_of(status: Status, *, held: bool) -> StatusWords:
    """How a status is shown today; `held` counts for the version in force alone."""
    return HELD if held and status is Status.SIGNED else WORDS[status]


def status_of(*, signed: bool, withdrawn: bool, later_signed: bool, later_drafted: bool) -> Status:
    """A withdrawal outlasts everything; a later signature ends any version, a later draft only a draft."""
    if withdrawn:
        return Status.WITHDRAWN if signed else Status.DECLINED
    if later_signed or (later_drafted and not signed):
        return Status.SUPERSEDED
    return Status.SIGNED if signed else Status.DRAFT
