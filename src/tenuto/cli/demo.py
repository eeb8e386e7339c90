"""Move the time of the demonstration forward; refused in production for ever."""

from __future__ import annotations

import argparse

from tenuto.cli import UserError
from tenuto.cli.manage import prepare_django


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One thing to do, and by how many days."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="WHAT")
    moving = verbs.add_parser(
        "forward", help="let days pass: jobs are done, and the invented patients answer"
    )
    moving.add_argument("--days", type=int, required=True, help="how many days pass, 1 to 90")


def run(args: argparse.Namespace) -> int:
    """Let the days pass, one after the other, and say where the clock stands."""
    prepare_django()
    from django.core.exceptions import ImproperlyConfigured

    from tenuto.clinic.accounts import clock
    from tenuto.clinic.accounts.models import Clinic
    from tenuto.clinic.config.api import check_database
    from tenuto.clinic.demo.api import TEACHING_CLINIC, ProductionRefused, forward
    from tenuto.clinic.ledger.actors import SYSTEM

    def told(day: int) -> None:
        clinic = Clinic.objects.get(name=TEACHING_CLINIC)
        print(f"Day {day} of {args.days}: it is {clock.today(clinic):%a %d %b %Y} at the clinic.", flush=True)

    try:
        check_database()
        forward(days=args.days, by=SYSTEM, told=told)
    except Clinic.DoesNotExist:
        raise UserError(
            "This database holds no demonstration. Run `tenuto serve` on an empty one first."
        ) from None
    except (ImproperlyConfigured, ProductionRefused, ValueError) as refused:
        raise UserError(str(refused)) from refused
    return 0
