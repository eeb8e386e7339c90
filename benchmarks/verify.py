"""How long the check of the audit takes, and what sealing costs a write.

    python benchmarks/verify.py [events]
    python scripts/with_postgres.py python benchmarks/verify.py [events]

A chain of events (a million when no number is given) is put in in bulk, a third of them with a row that they speak for, and
then checked whole and from where the last check ended. Then patients are registered, one transaction each, with the states of
their rows sealed and without. Seconds are of the processor, and by the clock in brackets, since other work slows down the clock.
Exits 1 when a whole check takes more than 60 s for a million events, a check of the new more than 1 s for a thousand, or the
sealing more than 10 % of a write.
"""

from __future__ import annotations

import itertools
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

MILLION = 1_000_000
NEW = 1000
ROW_EVERY = 3
BATCH = 5000
WRITES = 600
"""With the sealing, and as many without."""
WARM = 20
"""Writes before the first that counts."""
LIMITS = {"whole, s a million": 60.0, "new, s": 1.0, "sealing, of a write": 0.10}


def main() -> int:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else MILLION
    with tempfile.TemporaryDirectory(prefix="tenuto-bench-") as folder:
        os.environ["TENUTO_VAR"] = folder
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tenuto.clinic.config.settings")
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", verbosity=0)
        sealing = overhead()
        seed(number)
        whole = timed(check_whole)
        seed(NEW)
        new = timed(check_new)
    found = {
        "whole, s a million": whole[0] * MILLION / number, "new, s": new[0], "sealing, of a write": sealing,
    }  # fmt: skip
    print(f"{connection.vendor}: {number} events, a third with a row")
    print(f"whole check      {whole[0]:7.1f} s of the processor ({whole[1]:.1f} s by the clock)")
    print(f"check of {NEW} new {new[0]:6.2f} s of the processor ({new[1]:.2f} s by the clock)")
    print(f"sealing          {100 * sealing:+7.1f} % of a write (registering a patient)")
    missed = {name: value / LIMITS[name] for name, value in found.items() if value > LIMITS[name]}
    for name, factor in missed.items():
        print(f"missed: {name}, by a factor of {factor:.2f}")
    return int(bool(missed))


def timed(action: Callable[[], None]) -> tuple[float, float]:
    """Seconds of the processor and by the clock."""
    processor, clock = time.process_time(), time.perf_counter()
    action()
    return time.process_time() - processor, time.perf_counter() - clock


def check_whole() -> None:
    """The whole check, and its mark."""
    from tenuto.clinic.ledger.check_new import keep_mark
    from tenuto.clinic.ledger.verify import Report, verify

    report = Report()
    found = list(itertools.islice(verify(report), 3))
    if found:
        raise SystemExit(f"the check found what nobody did: {found}")
    keep_mark(report)


def check_new() -> None:
    """From the mark on."""
    from tenuto.clinic.ledger.check_new import verify_new
    from tenuto.clinic.ledger.verify import Report

    report = Report()
    found = list(verify_new(report))
    if found or report.events < NEW:
        raise SystemExit(f"the check of the new found {found} in {report.events} events")


def seed(number: int) -> None:
    """Events with their macs, and rows that they speak for, written in bulk; the anchor then knows them."""
    from django.db import transaction
    from django.db.models.query import QuerySet

    from tenuto.clinic.ledger import anchor
    from tenuto.clinic.ledger.models import AuditEvent, SealedState

    made = events(number)
    while batch := list(itertools.islice(made, BATCH)):
        with transaction.atomic():
            QuerySet(SealedState).bulk_create([row for _, row in batch if row is not None])
            QuerySet(AuditEvent).bulk_create([event for event, _ in batch])
    anchor.begin_anew()


def events(number: int) -> Iterator[tuple[Any, Any]]:
    """The next events of the chain, and what they speak for: the states of rows of a table that is no more."""
    import json

    from tenuto.clinic.ledger import anchor, chain
    from tenuto.clinic.ledger.append_only import row_digest
    from tenuto.clinic.ledger.canonical import texts_of, values_of
    from tenuto.clinic.ledger.models import AuditEvent, SealedState

    head = anchor.newest()
    newest = SealedState.objects.order_by("-id").first()
    previous, row_id = head.mac, newest.pk if newest else 0
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    for turn in range(number):
        event_number, rows, row = head.number + 1 + turn, [], None
        if turn % ROW_EVERY == 0:
            row_id += 1
            row = SealedState(id=row_id, table="bench.row", row=str(row_id), columns="name", digest="",
                              event_number=event_number)  # fmt: skip
            rows = [["ledger.sealedstate", str(row_id), row_digest(row)]]
        at = begin + timedelta(seconds=event_number)
        event = AuditEvent(
            number=event_number, clinic_id="6f1c1e0a-8e4b-4f0e-9c1a-2f3b5d7e9a10", kind="read", action="plan page",
            subject_type="people.patient", subject_id="2b0d7c1e-5a64-4f0b-8f43-0c9d7e6b5a41",
            patient_id="2b0d7c1e-5a64-4f0b-8f43-0c9d7e6b5a41", by_id="7", by_name="Alice Demo (alice)", at=at,
            recorded_at=at, origin="192.0.2.7", detail_json='{"systolic": 120}', rows_json=json.dumps(rows),
            previous=previous,
        )  # fmt: skip
        event.mac = previous = chain.mac(texts_of(AuditEvent, values_of(event)))
        yield event, row


def overhead() -> float:
    """What sealing adds to registering a patient, as a share: of the medians of single writes, with it and without in turn.

    Other work slows down the clock for seconds; two writes in turn meet the same.
    """
    from tenuto.clinic.accounts.models import Role
    from tenuto.clinic.accounts.services import employ, open_clinic
    from tenuto.clinic.demo.staff import PASSWORD
    from tenuto.clinic.ledger import sealed

    clinic = open_clinic(name="Benchmark", demonstration=True)
    staff = employ(clinic=clinic, username="bench", password=PASSWORD, name="Bench", role=Role.PRESCRIBER,
                   at=datetime.now(UTC))  # fmt: skip
    found: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(WARM + 2 * WRITES):
        sealing = turn % 2 == 0
        with nullcontext() if sealing else mock.patch.object(sealed, "_touches", return_value=False):
            _, clock = timed(lambda turn=turn: register(staff, f"number {turn:05}"))  # type: ignore[misc]
        if turn >= WARM:
            found[sealing].append(clock)
    # What was registered without seals is sealed before the check looks.
    from tenuto.clinic.ledger.models import AuditEvent
    from tenuto.clinic.ledger.services import accept_break

    accept_break(
        why="registered without seals on purpose", subject=AuditEvent(), by=staff, at=datetime.now(UTC)
    )
    return statistics.median(found[True]) / statistics.median(found[False]) - 1


def register(staff: Any, name: str) -> None:
    """A patient, in a transaction of their own."""
    from tenuto.clinic.people.identity import register_patient
    from tenuto.core.intake.facts import Identifier

    register_patient(
        name=f"Bench {name}",
        birth_date=None,
        identifiers=[Identifier(name, "MRN", "urn:bench", proves=True)],
        by=staff,
        at=datetime.now(UTC),
    )


if __name__ == "__main__":
    sys.exit(main())
