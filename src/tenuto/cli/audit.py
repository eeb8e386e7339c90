"""Check the audit chain, or print where it stands: `tenuto audit verify`, `tenuto audit anchor`.

`tenuto audit accept --why WHY` goes on after a break, on record: when the database was restored from a backup, or what
happened has been looked into.
"""

from __future__ import annotations

import argparse
import sys
from itertools import chain

from tenuto.cli import UserError, printable
from tenuto.cli.manage import database_problem, prepare_django
from tenuto.cli.operator import operator, reason

SHOWN_SET_BACKS = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="{verify,anchor,accept}")
    check = actions.add_parser(
        "verify", help="read the whole chain and say what does not fit", allow_abbrev=False
    )
    check.add_argument(
        "--noted",
        metavar="NUMBER:MAC",
        type=_noted,
        help="an anchor that was noted elsewhere, to compare with",
    )
    check.add_argument(
        "--new", action="store_true", help="only what was written since a check last found nothing"
    )
    actions.add_parser("anchor", help="print the newest event, to be noted elsewhere", allow_abbrev=False)
    accept = actions.add_parser("accept", help="go on after a break, on record", allow_abbrev=False)
    accept.add_argument(
        "--why", required=True, metavar="WHY", type=reason, help="what happened, and who decided"
    )


def _noted(text: str) -> tuple[int, str]:
    number, _, mac = text.strip().partition(":")
    if not number.isdecimal() or len(mac) != 64:
        raise argparse.ArgumentTypeError("an anchor is NUMBER:MAC as `tenuto audit anchor` prints it")
    return int(number), mac.lower()


def run(args: argparse.Namespace) -> int:
    """Verify (exit 1 when the chain is broken) or print the anchor."""
    prepare_django()
    from django.db import DatabaseError

    try:
        if args.action == "verify":
            return _verify(args.noted, only_new=args.new)
        return _accept(args.why) if args.action == "accept" else _anchor()
    except DatabaseError as error:
        raise database_problem("The ledger can't be read", error) from error


def _verify(noted: tuple[int, str] | None, *, only_new: bool) -> int:
    from tenuto.clinic.ledger.check_new import NeverChecked, against_mark, keep_mark, verify_new
    from tenuto.clinic.ledger.verify import Report, verify

    if only_new and noted:
        raise UserError("A noted anchor is compared by the whole check. Leave out --new, or --noted.")
    report, found = Report(), 0
    try:
        findings = (
            list(verify_new(report)) if only_new else chain(against_mark(), verify(report, noted=noted))
        )
    except NeverChecked as never:
        raise UserError(str(never)) from never
    for finding in findings:
        found += 1
        print(printable(finding.sentence))
    for number in report.set_back[:SHOWN_SET_BACKS]:
        print(f"Before event {number} the server's clock went back; the order of the events is right.")
    if len(report.set_back) > SHOWN_SET_BACKS:
        print(f"It went back {len(report.set_back)} times in all.")
    counted = f"{report.events} events and {report.rows} rows"
    if found:
        sys.stdout.flush()
        print(f"The audit chain is broken: {found} finding{'s' * (found > 1)} in {counted}.", file=sys.stderr)
        return 1
    print(
        f"What is new in the audit chain fits: {counted}."
        if only_new
        else f"The audit chain is whole: {counted}."
    )
    print(f"Newest event: {report.last}:{report.head}")
    try:
        keep_mark(report)
    except OSError as error:
        print(
            f"Where the check ended can't be kept: {error.strerror or error}. --new begins where the last one did."
        )
    return 0


def _anchor() -> int:
    from tenuto.clinic.ledger.models import AuditEvent

    newest = AuditEvent.objects.order_by("-number").values_list("number", "mac").first()
    if newest is None:
        raise UserError("The ledger is empty; there is nothing to anchor yet.")
    print(f"{newest[0]}:{newest[1]}")
    return 0


def _accept(why: str) -> int:
    from django.utils import timezone

    from tenuto.clinic.ledger.check_new import forget_mark
    from tenuto.clinic.ledger.models import AuditEvent
    from tenuto.clinic.ledger.services import accept_break

    try:
        event = accept_break(why=why, subject=AuditEvent(), by=operator(), at=timezone.now())
    except ValueError as none:
        raise UserError(str(none)) from none
    forget_mark()
    print(f"The break is on record as event {event.number}, and the anchors begin anew there.")
    return 0
