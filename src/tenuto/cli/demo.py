"""Move the time of the demonstration forward; refused in production for ever."""

from __future__ import annotations

import argparse

from tenuto.cli import UserError
from tenuto.cli.manage import prepare_django


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One thing to do, and by how many days or minutes."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="WHAT")
    moving = verbs.add_parser(
        "forward", help="let days pass: jobs are done, and the invented patients answer"
    )
    much = moving.add_mutually_exclusive_group(required=True)
    much.add_argument("--days", type=int, help="how many days pass, 1 to 90")
    much.add_argument(
        "--minutes", type=int, help="how many minutes pass, 1 to 240, as on the day of an infusion"
    )


def run(args: argparse.Namespace) -> int:
    """Let the days pass, one after the other, and say where the clock stands."""
    prepare_django()
    from django.core.exceptions import ImproperlyConfigured

    from tenuto.clinic.accounts import clock
    from tenuto.clinic.accounts.models import Clinic
    from tenuto.clinic.config.api import check_database
    from tenuto.clinic.demo.api import TEACHING_CLINIC, ProductionRefused, forward, forward_minutes
    from tenuto.clinic.ledger.actors import SYSTEM

    def told(day: int) -> None:
        clinic = Clinic.objects.get(name=TEACHING_CLINIC)
        print(f"Day {day} of {args.days}: it is {clock.today(clinic):%a %d %b %Y} at the clinic.", flush=True)

    try:
        check_database()
        if args.minutes is not None:
            forward_minutes(minutes=args.minutes, by=SYSTEM)
            clinic = Clinic.objects.get(name=TEACHING_CLINIC)
            print(f"It is {clock.now(clinic):%a %d %b %Y, %H:%M} at the clinic.")
        else:
            forward(days=args.days, by=SYSTEM, told=told)
    except Clinic.DoesNotExist:
        raise UserError(
            "This database holds no demonstration. Run `tenuto serve` on an empty one first."
        ) from None
    except (ImproperlyConfigured, ProductionRefused, ValueError) as refused:
        raise UserError(str(refused)) from refused
    return 0
