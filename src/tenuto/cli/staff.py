"""Let a person in again from the machine: `tenuto staff reset-second-factor NAME --reason WHY`.

For when no medical director can do it on the page Staff. Open sessions of the person end, and the action is on record under
the name of whoever runs the command.
"""

from __future__ import annotations

import argparse

from tenuto.cli import UserError
from tenuto.cli.manage import prepare_django
from tenuto.cli.operator import operator, reason


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb and its options."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="reset-second-factor")
    reset = verbs.add_parser(
        "reset-second-factor",
        help="take away a lost second factor; the next sign-in leads to setting up a new one",
        allow_abbrev=False,
    )
    reset.add_argument("username", metavar="NAME", help="the user name of the person who lost it")
    reset.add_argument("--reason", required=True, metavar="WHY", type=reason, help="why, for the audit")


def run(args: argparse.Namespace) -> int:
    """Reset the second factor of one account."""
    prepare_django()
    from django.db import DatabaseError

    try:
        return _reset(args.username, args.reason)
    except DatabaseError as error:
        raise UserError(
            f"The accounts can't be read: {str(error).strip()}. Check TENUTO_DATABASE_URL, or start `tenuto serve` once."
        ) from error


def _reset(username: str, why: str) -> int:
    from django.utils import timezone

    from tenuto.clinic.accounts.enrol import NothingToReset, reset_by_operator
    from tenuto.clinic.accounts.models import Staff

    staff = Staff.objects.filter(username=username).first()
    if staff is None:
        raise UserError(
            f"There is no account '{username[:40]}'. Give the user name as the page Staff shows it; nothing was changed."
        )
    acting = operator(staff.clinic_id)
    try:
        reset_by_operator(staff=staff, operator=acting, reason=why, at=timezone.now())
    except NothingToReset as none:
        raise UserError(f"{none} Nothing was changed.") from none
    print(f"{staff.name} ({username}) has no second factor any more, and every open session has ended.")
    print("The next sign-in takes the password and leads to setting up a new one.")
    print(f"On record as an action of {acting.audit_name}.")
    return 0
