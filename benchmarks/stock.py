"""What reading the drug ledger costs as it grows: after a day, after a week and after a year of a clinic with eight infusions a day.

    python benchmarks/stock.py
    python scripts/with_postgres.py python benchmarks/stock.py

Three readings: the drug of one session, as each look at its page asks; one vial, as each draw asks; and the whole ledger replayed, as
the first look at the ledger after something was written asks. Ratios are to the same reading after a day, in the same run. Exits 1 when
a year makes the reading of a session more than twice as long.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from statistics import median
from typing import Any
from uuid import UUID, uuid4

SESSIONS_A_DAY = 8
SPANS = {"a day": 1, "a week": 5, "a year": 250}
LIMIT = 2.0
REPEATS = 15


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="tenuto-bench-") as folder:
        os.environ["TENUTO_VAR"] = folder
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tenuto.clinic.config.settings")
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", verbosity=0)
        by, patient = staffed()
        found, written, first = {}, 0, {}
        for name, days in SPANS.items():
            newest = write_days(by, patient, written, days)
            written = days
            for what, read in readings(by, patient, newest).items():
                found[what, name] = timed(read)
                first.setdefault(what, found[what, name])
        engine = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[connection.vendor]
        print(f"{engine}, {SESSIONS_A_DAY} infusions a day, five rows each\n")
        for (what, name), seconds in found.items():
            print(
                f"{what:18}{name:10}{1000 * seconds:>9.1f} ms{seconds / first[what]:>8.1f} times that of a day"
            )
    return int(found["one session", "a year"] > LIMIT * first["one session"])


def timed(read: Callable[[], object]) -> float:
    """The median of some readings, in seconds."""
    taken = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        read()
        taken.append(time.perf_counter() - begun)
    return median(taken)


def readings(by: Any, patient: Any, newest: tuple[UUID, str]) -> dict[str, Callable[[], object]]:
    """What is measured, each without what an earlier reading kept."""
    from tenuto.clinic.stock import reading

    def whole() -> object:
        reading._whole.cache_clear()
        return reading.ledger_of(by.clinic)

    session, vial = newest
    return {
        "one session": lambda: reading.session_balance(patient, session),
        "one vial": lambda: reading.vial_balance(by.clinic, vial),
        "the whole ledger": whole,
    }


def staffed() -> tuple[Any, Any]:
    """A nurse and a patient of an empty clinic."""
    from django.utils import timezone

    from tenuto.clinic.accounts.models import Role
    from tenuto.clinic.accounts.services import employ, open_clinic
    from tenuto.clinic.demo.personas import teaching_patients
    from tenuto.clinic.demo.staff import PASSWORD
    from tenuto.clinic.intake.api import RecordSource, receive

    now = timezone.now()
    clinic = open_clinic(name="Benchmark", demonstration=True)
    by = employ(clinic=clinic, username="bob", password=PASSWORD, name="Bob", role=Role.NURSE, at=now)
    facts = teaching_patients(now.date())[0]
    return by, receive(facts=facts, source=RecordSource("benchmark", "0" * 64, {}), by=by, at=now).patient


def write_days(by: Any, patient: Any, begun: int, ended: int) -> tuple[UUID, str]:
    """The rows of some days, in balance, each day sealed by one event; the last session and its vial.

    The measured patient has one session every eight days; whose the others are makes no difference to what is read.
    """
    from django.db import transaction
    from django.utils import timezone

    from tenuto.clinic.ledger.facts import recorded
    from tenuto.clinic.ledger.services import record
    from tenuto.clinic.stock.models import StockRow
    from tenuto.clinic.stock.reading import witness_id
    from tenuto.core.stock.entries import (
        SessionDraw,
        SessionGiven,
        SessionWaste,
        StockWitnessed,
        VialReceived,
    )
    from tenuto.core.stock.entry_json import content_to_json, kind_of
    from tenuto.core.units import Mg, MgPerMl, Ml

    session, vial = uuid4(), ""
    for day in range(begun, ended):
        at = timezone.now() - timedelta(days=SPANS["a year"] - day)
        rows = []
        with transaction.atomic():
            for number in range(SESSIONS_A_DAY):
                session, vial = uuid4(), f"V{day}-{number}"
                waste = f"w-{session.hex}"
                contents = {
                    f"in-{vial}": VialReceived(
                        vial, "42023", "L7", date(2031, 1, 1), MgPerMl(50), Ml(10), "Supplier"
                    ),
                    f"d-{session.hex}": SessionDraw(vial, str(session), Ml("0.8")),
                    f"g-{session.hex}": SessionGiven(str(session), Mg(35)),
                    waste: SessionWaste(str(session), Mg(5), "gel"),
                    witness_id(waste): StockWitnessed(waste),
                }
                mine = number == SESSIONS_A_DAY - 1 and (day == ended - 1 or day % SESSIONS_A_DAY == 0)
                rows += [
                    StockRow(
                        clinic=by.clinic, patient=patient if mine else None, client_id=key, kind=kind_of(what),
                        content=content_to_json(what), happened_at=at, written_by=by, **recorded(by, at),
                    )
                    for key, what in contents.items()
                ]  # fmt: skip
            StockRow.objects.bulk_create(rows)
            record(action="wrote drug ledger", subject=rows[0], by=by, at=at)
    return session, vial


if __name__ == "__main__":
    sys.exit(main())
