"""How long the worklist and the course of a patient take with ten thousand patients and a million scores.

    python benchmarks/courses.py [patients] [rounds]
    python scripts/with_postgres.py python benchmarks/courses.py

A few patients with twenty infusions and a hundred scores are recorded by the clinic's own services, and the pages are opened
once, to count their queries. Then the rows of these patients are copied in bulk, each copy under a name and with a birthday of
its own, so that nobody is taken for somebody else, until there are as many as asked for. Kept forecasts, of which a page reads
the newest, and the events of the audit are not copied. Pages are measured on other patients each time, in turn with the
sign-in page. The limit is held against the processor, which leaves out waiting for others; multiples of the sign-in page are
what the load of the machine moves alike. Exits 1 when a page misses the limit, or asks the database more often than for the few.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from clinic import name_of

LIMIT_MS = 300.0
Measured = dict[str, tuple[list[float], list[float], int]]
RECORDED = 8
"""Patients that are recorded before they are copied."""
INDUCTION, EVERY, MAINTENANCE, SCORES = 11, 21, 14, 100
BATCH = 100
NOT_COPIED = frozenset({"forecast.StoredForecast", "forecast.DateDecision", "people.NameKey"})
UUIDS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def main() -> int:
    patients = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 25
    with tempfile.TemporaryDirectory(prefix="tenuto-bench-") as folder:
        os.environ["TENUTO_VAR"] = folder
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tenuto.clinic.config.settings")
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        staff = record()
        few = measure(staff, rounds=1)
        copy(staff, patients)
        many = measure(staff, rounds=rounds)
    return 0 if told(few, many) else 1


def record() -> Any:
    """The patients who are copied, and who looks at them."""
    from allauth.mfa.totp.internal.auth import generate_totp_secret
    from django.db import transaction
    from django.utils import timezone

    from tenuto.clinic.accounts import clock
    from tenuto.clinic.accounts.demo_code import give_second_factor
    from tenuto.clinic.accounts.models import Role
    from tenuto.clinic.accounts.services import employ, open_clinic
    from tenuto.clinic.demo.maintained import Story, record_story
    from tenuto.clinic.demo.staff import PASSWORD
    from tenuto.clinic.desk.projection import judge_all

    now = timezone.now()
    clinic = open_clinic(name="Benchmark", demonstration=True)
    team = {
        name: employ(clinic=clinic, username=name, password=PASSWORD, name=name.title(), role=role, at=now)
        for name, role in (("alice", Role.PRESCRIBER), ("bob", Role.NURSE))
    }  # fmt: skip
    give_second_factor(team["alice"], secret=generate_totp_secret())
    last = INDUCTION + EVERY * MAINTENANCE
    given = tuple(INDUCTION + EVERY * n for n in range(1, MAINTENANCE + 1))
    for index in range(RECORDED):
        days = [round(n * (last + 6) / (SCORES - 2)) + 1 for n in range(SCORES - 1)]
        # Some lose their response at the end, so that the worklist has something to say.
        lost = 6 if index % 2 else 0
        scores = (
            (-3, 20),
            *(
                (day, (14 if day < 9 else 7) + (day + index) % 4 - 2 + lost * (day > last - 10))
                for day in days
            ),
        )
        story = Story(f"Bench {index}", 5000 + index, 40, "72", last // 7 + 1, given, scores)
        with transaction.atomic():
            record_story(story, team=team, now=now)
    judge_all(clinic, today=clock.today(clinic))
    return team["alice"]


# ---- Copies -------------------------------------------------------------------------------------------------------------


def copy(staff: Any, number: int) -> None:
    """Copy the patients, with every row about them, until there are so many."""
    from django.apps import apps
    from django.db import connection, transaction
    from django.db.models.query import QuerySet

    from tenuto.clinic.people.models import NameKey, Patient
    from tenuto.clinic.people.similar import name_keys

    begun = time.perf_counter()
    originals = list(Patient.objects.filter(clinic=staff.clinic).order_by("name"))
    tables = list(copied_tables(apps.get_models()))
    rows = {patient.pk: list(rows_of(patient, tables)) for patient in originals}
    left, made = number - len(originals), 0
    while left > 0:
        gathered: dict[type, list[Any]] = {}
        for _ in range(min(BATCH, left)):
            patient = originals[made % len(originals)]
            made += 1
            for new in copies(rows[patient.pk], made):
                gathered.setdefault(type(new), []).append(new)
        for somebody in gathered[Patient]:
            keys = name_keys(somebody.name)
            gathered.setdefault(NameKey, []).extend(
                NameKey(clinic_id=somebody.clinic_id, patient=somebody, key=key) for key in keys
            )
        with transaction.atomic():
            for model in [*tables, NameKey]:
                # A table of facts has a manager that adds row by row.
                QuerySet(model).bulk_create(gathered.get(model, []), batch_size=BATCH)
        left -= BATCH
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    scores = apps.get_model("scales", "ScaleForm").objects.count()
    print(f"{connection.vendor}: {Patient.objects.count()} patients, {scores} scores, copied from {len(originals)} in "
          f"{time.perf_counter() - begun:.0f} s")  # fmt: skip


def copied_tables(models: Any) -> Iterator[Any]:
    """The patient, and each table that leads to one, after those that it refers to."""
    from tenuto.clinic.people.models import Patient

    yield Patient
    known, waiting = {Patient}, [model for model in models if model._meta.label not in NOT_COPIED]
    while True:
        found = [m for m in waiting if m not in known and known & set(_referred(m))]
        if not found:
            return
        for model in found:
            # A row may refer to another of a table that is only now found: then that one goes first.
            if all(other in known or other not in found or other is model for other in _referred(model)):
                known.add(model)
                yield model


def _referred(model: Any) -> list[Any]:
    return [field.related_model for field in model._meta.concrete_fields if field.is_relation]


def rows_of(patient: Any, tables: list[Any]) -> Iterator[Any]:
    """The patient's row and all that lead to it, in the order of the tables."""
    from django.db.models import Q

    ids: dict[Any, list[Any]] = {tables[0]: [patient.pk]}
    yield patient
    for model in tables[1:]:
        about = Q()
        for field in model._meta.concrete_fields:
            if field.is_relation and field.related_model in ids:
                about |= Q(**{f"{field.attname}__in": ids[field.related_model]})
        found = list(model._base_manager.filter(about).order_by("pk"))
        ids[model] = [row.pk for row in found]
        yield from found


def copies(rows: list[Any], number: int) -> Iterator[Any]:
    """The same rows about somebody else: each name that a row has in the database is another one, wherever it is written."""
    names = {str(row.pk): str(uuid4()) for row in rows if isinstance(row.pk, UUID)}
    for row in rows:
        new = type(row)()
        for field in row._meta.concrete_fields:
            if not (field.primary_key and field.get_internal_type().endswith("AutoField")):
                setattr(new, field.attname, copied(field, getattr(row, field.attname), names, number))
        if row is rows[0]:
            new.name, new.birth_date = name_of(number), row.birth_date + timedelta(days=number)
        yield new


def copied(field: Any, value: Any, names: Mapping[str, str], number: int) -> Any:
    """The value of one column of a copy."""
    if isinstance(value, UUID):
        return UUID(names.get(str(value), str(value)))
    if isinstance(value, list | dict):
        return json.loads(renamed(json.dumps(value), names))
    if not isinstance(value, str):
        return value
    new = renamed(value, names)
    if (field.model._meta.label, field.name) in {
        ("people.PatientIdentifier", "key"),
        ("people.PatientIdentifier", "value"),
    }:
        return f"{new}-{number}"
    return uuid4().hex if field.unique and new == value else new


def renamed(text: str, names: Mapping[str, str]) -> str:
    """Every id in a text by its new name."""
    return UUIDS.sub(lambda found: names.get(found[0], found[0]), text)


# ---- Pages --------------------------------------------------------------------------------------------------------------


def measure(staff: Any, *, rounds: int) -> Measured:
    """Milliseconds of each page in turn, by the clock and of the processor, and how many queries it asked."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    from tenuto.clinic.people.models import Patient

    browser, stranger = Client(), Client()
    browser.force_login(staff)
    everybody = list(Patient.objects.filter(clinic=staff.clinic).order_by("pk").values_list("pk", flat=True))
    chosen = iter(everybody[:: max(1, len(everybody) // (3 * rounds + 3))])
    asked: dict[str, Callable[[], Any]] = {
        "sign-in page": lambda: stranger.get(reverse("accounts:sign-in")),
        "worklist": lambda: browser.get(reverse("desk:worklist")),
        "worklist of everyone": lambda: browser.get(f"{reverse('desk:worklist')}?owner=all"),
        "list of patients": lambda: browser.get(reverse("desk:patients")),
        "course of a patient": lambda: browser.get(reverse("outcomes:page", args=[next(chosen)])),
    }
    found: Measured = {}
    for name, ask in asked.items():
        ask()
        with CaptureQueriesContext(connection) as queries:
            answer = ask()
        if answer.status_code != 200:
            raise SystemExit(f"{name} answered {answer.status_code}.")
        found[name] = ([], [], len(queries))
    for _ in range(rounds):
        for name, ask in asked.items():
            begun, own = time.perf_counter(), time.process_time()
            ask()
            found[name][0].append((time.perf_counter() - begun) * 1000)
            found[name][1].append((time.process_time() - own) * 1000)
    return found


def told(few: Measured, many: Measured) -> bool:
    """Print the figures; whether every page keeps its limit and asks no oftener than for the few."""
    trivial, met = statistics.median(many["sign-in page"][0]), True
    for name, (taken, worked, queries) in many.items():
        median, own, before = statistics.median(taken), statistics.median(worked), few[name][2]
        met = met and own <= LIMIT_MS and queries <= before
        print(f"{name:<22} processor {own:6.1f} ms, by the clock {median:6.1f} ms (best {min(taken):6.1f} ms), {median / trivial:5.1f} "
              f"times the sign-in page, {queries} queries, {before} with {RECORDED} patients (limit {LIMIT_MS:.0f} ms)")  # fmt: skip
    return met


if __name__ == "__main__":
    raise SystemExit(main())
