"""What nobody inside the clinic can do for its sign-ins, from the machine: `tenuto staff`.

`open-clinic` begins a clinic with its first medical director, `confirm` stands for the second person where a clinic has
none, `reset-second-factor` and `link` let the only director in again, and `invite` opens a sign-in where nobody of the clinic
can. Each is on record under the name of whoever runs the command.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from tenuto.cli import UserError
from tenuto.cli.manage import database_problem, prepare_django
from tenuto.cli.operator import named, operator, reason

if TYPE_CHECKING:
    from tenuto.clinic.accounts.invitations import Invited
    from tenuto.clinic.accounts.models import Clinic, Staff
    from tenuto.clinic.ledger.actors import Someone

ROLES = ("prescriber", "nurse", "coordinator", "medical_director", "auditor")
UNKNOWN = "There is no account '{name}'. Give the user name as the page Staff shows it; nothing was changed."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs and their options."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    opened = verbs.add_parser(
        "open-clinic",
        help="open a clinic, and print the link by which its first medical director chooses a password",
        allow_abbrev=False,
    )
    opened.add_argument("clinic", metavar="CLINIC", type=named, help="the name of the clinic")
    opened.add_argument(
        "--director", required=True, metavar="NAME", type=named, help="the user name of the director"
    )
    opened.add_argument("--full-name", required=True, metavar="WHO", type=named, help="the director's name")
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
    invited = verbs.add_parser(
        "invite",
        help="open a sign-in, and print the link by which its person chooses a password",
        allow_abbrev=False,
    )
    invited.add_argument("--full-name", required=True, metavar="WHO", type=named, help="the person's name")
    invited.add_argument("--role", required=True, choices=ROLES, help="what the person is there for")
    invited.add_argument(
        "--clinic", default="", metavar="CLINIC", help="which clinic, where there are several"
    )
    again = verbs.add_parser(
        "link", help="print a further link for a person whose first one ran out, or who forgot the password",
        allow_abbrev=False,
    )  # fmt: skip
    for verb in (confirmed, reset, invited, again):
        verb.add_argument("username", metavar="NAME", type=named, help="the user name of the person")
    for verb in (opened, confirmed, reset, invited, again):
        verb.add_argument("--reason", required=True, metavar="WHY", type=reason, help="why, for the audit")


def run(args: argparse.Namespace) -> int:
    """Do what was asked with one account."""
    prepare_django()
    from django.db import DatabaseError

    try:
        if args.verb == "open-clinic":
            return _open(args)
        if args.verb == "invite":
            return _invite(args)
        verbs = {"confirm": _confirm, "reset-second-factor": _reset, "link": _link}
        return verbs[args.verb](args.username, args.reason)
    except DatabaseError as error:
        raise database_problem("The accounts can't be read", error) from error


def _open(args: argparse.Namespace) -> int:
    from django.db import transaction
    from django.utils import timezone

    from tenuto.clinic.accounts.invitations import InvitationRefused, check_username, invite
    from tenuto.clinic.accounts.models import Clinic, Role
    from tenuto.clinic.accounts.services import open_clinic
    from tenuto.clinic.ledger.services import record

    if Clinic.objects.filter(name=args.clinic).exists():
        raise UserError(f"There is a clinic '{args.clinic[:60]}' already. Nothing was changed.")
    try:
        check_username(args.director)
    except InvitationRefused as against:
        raise UserError(f"{against} Nothing was changed.") from against
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
    print(f"{clinic.name} is open.")
    return _tell(invited, by)


def _invite(args: argparse.Namespace) -> int:
    from django.utils import timezone

    from tenuto.clinic.accounts.invitations import InvitationRefused, invite_by_operator
    from tenuto.clinic.accounts.models import Role

    clinic = _clinic(args.clinic)
    by = operator(clinic.pk)
    try:
        invited = invite_by_operator(
            clinic=clinic, username=args.username, name=args.full_name, role=Role(args.role), operator=by,
            reason=args.reason, at=timezone.now(),
        )  # fmt: skip
    except InvitationRefused as against:
        raise UserError(f"{against} Nothing was changed.") from against
    return _tell(invited, by)


def _link(username: str, why: str) -> int:
    from django.utils import timezone

    from tenuto.clinic.accounts.invitations import InvitationRefused, give_link_by_operator

    staff = _account(username)
    by = operator(staff.clinic_id)
    try:
        invited = give_link_by_operator(staff=staff, operator=by, reason=why, at=timezone.now())
    except InvitationRefused as against:
        raise UserError(f"{against} Nothing was changed.") from against
    return _tell(invited, by)


def _tell(invited: Invited, by: Someone) -> int:
    from django.urls import reverse

    from tenuto.clinic.accounts.roles import SIGNING_ROLES

    staff = invited.staff
    print(f"{staff.name} chooses a password at this address of your server:")
    print(reverse("accounts:invitation", args=[invited.token]))
    print(f"It opens once, until {invited.expires_at:%d %b %Y, %H:%M} UTC. Give it to nobody else.")
    if staff.role in SIGNING_ROLES:
        print(
            f"Once she or he has set up a second factor: tenuto staff confirm {staff.username} --reason WHY"
        )
    print(f"On record as an action of {by.audit_name}.")
    return 0


def _clinic(name: str) -> Clinic:
    from tenuto.clinic.accounts.models import Clinic

    every = list(Clinic.objects.order_by("name"))
    found = [each for each in every if each.name == name or not name]
    if len(found) == 1:
        return found[0]
    names = ", ".join(f"'{each.name}'" for each in every) or "none yet: tenuto staff open-clinic"
    problem = f"There is no clinic '{name[:60]}'" if name else f"There are {len(every)} clinics"
    raise UserError(f"{problem}. Name one with --clinic ({names}). Nothing was changed.")


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
