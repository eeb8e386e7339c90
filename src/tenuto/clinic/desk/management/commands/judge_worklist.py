"""`tenuto manage judge_worklist`: work out every patient's gate for today. The worker does it by itself; this is by hand."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.desk.projection import judge_all, rebuild


class Command(BaseCommand):
    """All clinics, or with --rebuild from the beginning."""

    help = "Work out the worklist of every clinic for today."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rebuild", action="store_true", help="throw the rows away first")

    def handle(self, *args: Any, **options: Any) -> None:
        for clinic in Clinic.objects.order_by("name"):
            if options["rebuild"]:
                rebuild(clinic)
            done = judge_all(clinic, today=clock.today(clinic))
            self.stdout.write(f"{clinic}: {done} patients worked out.")
