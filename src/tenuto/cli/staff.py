"""What nobody inside the clinic can do for its sign-ins, from the machine: `tenuto staff`.

`open-clinic` begins a clinic with its first medical director, `confirm` stands for the second person where a clinic has
none, `reset-second-factor` lets the only director in again. Each is on record under the name of whoever runs the command.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from tenuto.cli import UserError
from tenuto.cli.manage import database_problem, prepare_django
from tenuto.cli.operator import operator, reason

if TYPE_CHECKING:
    from tenuto.clinic.accounts.models import Staff

UNKNOWN = "There is no account '{name}'. Give the user name as the page Staff shows it; nothing was changed."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs and their options."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    opened = verbs.add_parser(
        "open-clinic",
        help="open a clinic, and print the link by which its first medical director chooses a password",
        allow_abbrev=False,
    )
    opened.add_argument("clinic", metavar="CLINIC", help="the name of the clinic")
    opened.add_argument("--director", required=True, metavar="NAME", help="the user name of the director")
    opened.add_argument("--full-name", required=True, metavar="WHO", help="the director's name")
    opened.add_argument("--zone", default="", metavar="ZONE", help="the clinic's time zone, as Europe/London")
    confirmed = verbs.add_parser(
        "confirm",
        help="confirm a signer whom no second person of the clinic can confirm",
        allow_abbrev=False,
    )
    reset = verbs.add_parser(
        "reset-second-factor",
        help="take away a lost second factor; the next sign-in leads to setting up a new one",
        allow_abbrev=False,
    )
    for verb in (confirmed, reset):
        verb.add_argument("username", metavar="NAME", help="the user name of the person")
    for verb in (opened, confirmed, reset):
        verb.add_argument("--reason", required=True, metavar="WHY", type=reason, help="why, for the audit")


def run(args: argparse.Namespace) -> int:
    """Do what was asked with one account."""
    prepare_django()
    from django.db import DatabaseError

    try:
        if args.verb == "open-clinic":
            return _open(args)
        return {"confirm": _confirm, "reset-second-factor": _reset}[args.verb](args.username, args.reason)
    except DatabaseError as error:
        raise database_problem("The accounts can't be read", error) from error


def _open(args: argparse.Namespace) -> int:
    from django.db import transaction
    from django.urls import reverse
    from django.utils import timezone

    from tenuto.clinic.accounts.invitations import invite
    from tenuto.clinic.accounts.models import Clinic, Role, Staff
    from tenuto.clinic.accounts.services import open_clinic
    from tenuto.clinic.ledger.services import record

    if Clinic.objects.filter(name=args.clinic).exists():
        raise UserError(f"There is a clinic '{args.clinic[:60]}' already. Nothing was changed.")
    if Staff.objects.filter(username__iexact=args.director).exists():
        raise UserError(f"The user name '{args.director[:40]}' is taken. Nothing was changed.")
    now = timezone.now()
    with transaction.atomic():
        try:
            clinic = open_clinic(name=args.clinic, demonstration=False, zone=args.zone)
        except ValueError as unknown:
            raise UserError(str(unknown)) from unknown
        by = operator(clinic.pk)
        record(action="opened clinic", subject=clinic, by=by, at=now, detail={"reason": args.reason})
        invited = invite(
            clinic=clinic,
            username=args.director,
            name=args.full_name,
            role=Role.MEDICAL_DIRECTOR,
            by=by,
            at=now,
        )
    print(f"{clinic.name} is open. {args.full_name} chooses a password at this address of your server:")
    print(reverse("accounts:invitation", args=[invited.token]))
    print(f"It opens once, until {invited.expires_at:%d %b %Y, %H:%M} UTC. Give it to nobody else.")
    print(f"Once she or he has set up a second factor: tenuto staff confirm {args.director} --reason WHY")
    print(f"On record as an action of {by.audit_name}.")
    return 0


def _confirm(username: str, why: str) -> int:
    from django.utils import timezone

    from tenuto.clinic.accounts.signers import NotConfirmed, confirm_by_operator

    staff = _account(username)
    by = operator(staff.clinic_id)
    try:
        confirm_by_operator(staff=staff, operator=by, reason=why, at=timezone.now())
    except NotConfirmed as against:
        raise UserError(f"{against} Nothing was changed.") from against
    print(f"{staff.name} ({username}) may sign from now on, as {staff.get_role_display().lower()}.")
    print(f"On record as an action of {by.audit_name}.")
    return 0


def _reset(username: str, why: str) -> int:
    from django.utils import timezone

    from tenuto.clinic.accounts.enrol import NothingToReset, reset_by_operator

    staff = _account(username)
    by = operator(staff.clinic_id)
    try:
        reset_by_operator(staff=staff, operator=by, reason=why, at=timezone.now())
    except NothingToReset as none:
        raise UserError(f"{none} Nothing was changed.") from none
    print(f"{staff.name} ({username}) has no second factor any more, and every open session has ended.")
    print("The next sign-in takes the password and leads to setting up a new one.")
    print("A colleague, or `tenuto staff confirm`, then confirms who it is; until then nothing is signed.")
    print(f"On record as an action of {by.audit_name}.")
    return 0


def _account(username: str) -> Staff:
    from tenuto.clinic.accounts.models import Staff

    staff = Staff.objects.filter(username=username).first()
    if staff is None:
        raise UserError(UNKNOWN.format(name=username[:40]))
    return staff
