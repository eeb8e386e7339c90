"""Who runs a command on the machine, and why: for actions that no page offers, on record all the same."""

from __future__ import annotations

import argparse
import os
import pwd
from typing import TYPE_CHECKING
from uuid import UUID

from tenuto.core.sentences import LONGEST_NAME, check_line, check_reason

if TYPE_CHECKING:
    from tenuto.clinic.ledger.actors import Someone

__all__ = ["named", "operator", "operator_name", "reason"]

LONGEST_REASON = 300


def operator(clinic_id: UUID | None = None) -> Someone:
    """The actor behind the action."""
    from tenuto.clinic.ledger.actors import Someone

    return Someone(f"os:{os.getuid()}", clinic_id, f"{operator_name()} (operator of the server)")


def operator_name() -> str:
    """Who runs the command, as the operating system knows them; behind `sudo` the person, not only root."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        # A container may run under a number that has no name.
        name = f"user number {os.getuid()}"
    behind = os.environ.get("SUDO_USER") if os.getuid() == 0 else None
    return f"{behind} as {name}" if behind else name


def named(text: str) -> str:
    """The type of an option that names a clinic or a person."""
    return _line(text, "the name", LONGEST_NAME)


def _line(text: str, what: str, longest: int | None = None) -> str:
    return check_line(text, longest or len(text), what=what, refused=argparse.ArgumentTypeError)


def reason(text: str) -> str:
    """The type of an option that says why."""
    found = _line(text, "the reason")
    if len(found) > LONGEST_REASON:
        raise argparse.ArgumentTypeError(f"the reason is longer than {LONGEST_REASON} characters; shorten it")
    ask = "the audit needs a reason; say who asked and how you know them"
    return check_reason(found, ask, refused=argparse.ArgumentTypeError)
