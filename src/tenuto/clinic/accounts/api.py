"""What the other rooms may ask about people."""

from __future__ import annotations

from django.urls import reverse

from tenuto.clinic.accounts.guards import NotForRole
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.accounts.roles import WHO_MAY, Role, Verb
from tenuto.clinic.ui.navigation import MenuEntry, entries

__all__ = [
    "ROOT",
    "WHO_MAY",
    "Role",
    "Verb",
    "check_may_strike",
    "check_role",
    "home_of",
    "may",
    "may_strike",
    "menu_of",
    "one_who_may",
    "refusal",
    "roles_that_may",
]

ROOT = "/"
"""The address that means no page of its own: what is first depends on the role."""


def may(staff: Staff, verb: str) -> bool:
    """True when the role of `staff` may do `verb`. A closed account may do nothing. Raises KeyError for an unknown verb."""
    return staff.is_active and staff.role in _verb(verb).roles


def check_role(by: Staff, verb: str) -> None:
    """Raise NotForRole, in a sentence that says whom to ask, unless `by` may do `verb`. For verbs, beside their view."""
    if not may(by, verb):
        raise NotForRole(refusal(by, verb), verb)


def may_strike(by: Staff, entered_by: str, verb: str) -> bool:
    """Whether `by` may say that something was recorded in error: who recorded it with `verb`, and whoever decides about treatment."""
    own = may(by, verb) and entered_by == by.audit_name
    return own or may(by, "intake.decide")


def check_may_strike(by: Staff, entered_by: str, verb: str, *, what: str, refused: type[Exception]) -> None:
    """Raise `refused`, with a sentence, unless `by` may strike `what` that `entered_by` recorded."""
    if not may_strike(by, entered_by, verb):
        raise refused(
            f"{what} was entered by {entered_by}. They, a prescriber or a medical director may strike it; enter what you know as "
            "one of its own. Nothing was changed."
        )


def home_of(staff: Staff) -> str:
    """The address of one's first page: of those in the menu that can be it, the first that is for them."""
    return next((reverse(entry.route) for entry in menu_of(staff) if entry.home), ROOT)


def menu_of(staff: Staff) -> tuple[MenuEntry, ...]:
    """What stands in the main menu of `staff`."""
    return tuple(entry for entry in entries() if not entry.verb or may(staff, entry.verb))


def roles_that_may(verb: str) -> tuple[Role, ...]:
    """The roles that may do `verb`, in the order of `Role`."""
    return tuple(role for role in Role if role in _verb(verb).roles)


def refusal(staff: Staff, verb: str) -> str:
    """The sentence for someone who may not."""
    return f"You are signed in as {staff.get_role_display().lower()} and may not {_verb(verb).words}. Ask {one_who_may(verb)}."


def one_who_may(verb: str) -> str:
    """'a prescriber or a nurse': each role that may do `verb`, in words."""
    return " or ".join(
        f"{'an' if role.label[0] in 'AEIOU' else 'a'} {role.label.lower()}" for role in roles_that_may(verb)
    )


def _verb(name: str) -> Verb:
    if name not in WHO_MAY:
        raise KeyError(f"'{name}' is not in the table of who may do what (accounts/roles.py).")
    return WHO_MAY[name]
