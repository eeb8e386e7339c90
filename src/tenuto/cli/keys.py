"""Make a key, or exchange the keys of this server: `tenuto keys new`, `tenuto keys rotate --reason WHY`.

To exchange: stop the server; put the old text of TENUTO_SECRET_KEY into TENUTO_SECRET_KEY_FALLBACKS and a new one into
TENUTO_SECRET_KEY, and the same with TENUTO_LEDGER_KEY; run `tenuto keys rotate`; start the server.
"""

from __future__ import annotations

import argparse
import secrets

from tenuto.cli import UserError
from tenuto.cli.manage import database_problem, prepare_django
from tenuto.cli.operator import operator, reason


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs and their options."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("new", help="print a random key", allow_abbrev=False)
    rotate = verbs.add_parser(
        "rotate",
        help="encrypt anew what is under an earlier key, and let the audit go on under the current one",
        allow_abbrev=False,
    )
    rotate.add_argument("--reason", required=True, metavar="WHY", type=reason, help="why, for the audit")


def run(args: argparse.Namespace) -> int:
    """Print a key, or exchange the keys."""
    if args.verb == "new":
        print(secrets.token_urlsafe(64))
        return 0
    prepare_django()
    from django.db import DatabaseError

    try:
        return _rotate(args.reason)
    except DatabaseError as error:
        raise database_problem("The database can't be used", error) from error


def _rotate(why: str) -> int:
    from django.conf import settings
    from django.utils import timezone

    from tenuto.clinic.accounts.keys import UnknownKey, rotate
    from tenuto.clinic.ledger.rotation import RotationRefused

    if not settings.SECRET_KEY_FALLBACKS and not settings.LEDGER_KEY_FALLBACKS:
        raise UserError(
            "No earlier key is given, so there is nothing to exchange. Put the old text of a key into "
            "TENUTO_SECRET_KEY_FALLBACKS or TENUTO_LEDGER_KEY_FALLBACKS, and a new one (`tenuto keys new`) in its place."
        )
    by = operator()
    try:
        anew, turned = rotate(by=by, reason=why, at=timezone.now())
    except (RotationRefused, UnknownKey) as refused:
        raise UserError(f"{refused} Nothing was changed.") from refused
    print(f"{anew} second factors are encrypted with the current key; all are now.")
    print(
        "The audit goes on under the current key. Keep the earlier one in TENUTO_LEDGER_KEY_FALLBACKS: what is there was "
        "sealed with it."
        if turned
        else "The audit was under the current key already."
    )
    print("TENUTO_SECRET_KEY_FALLBACKS may go after 30 days, when no link of a patient is older.")
    print(f"On record as an action of {by.audit_name}.")
    return 0
