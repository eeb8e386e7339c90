"""How long the server takes for the worklist, the list of patients and a plan page with ten thousand patients.

    python benchmarks/clinic.py [patients] [rounds]
    python scripts/with_postgres.py python benchmarks/clinic.py

Everything is generated, through the same services, into a database of its own (SQLite in a temporary folder, or the
one of TENUTO_DATABASE_URL). Medians are also given as multiples of the sign-in page in the same run, which the load of
the machine moves alike; the time of the processor leaves out waiting for others and for the disk. A plan page is measured when a patient is opened for the first time since the server started,
each round another patient, and when the same patient is opened again. Exits 1 when a page misses its limit.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

LIMITS_MS = {"plan page, first": 60.0, "plan page, again": 60.0, "worklist": 100.0}
BATCH = 500
TASKS_EVERY = 4
BEGINS = ["Al", "Be", "Co", "Da", "El", "Fi", "Go", "Ha", "Il", "Jo", "Ka", "Lu"]
ENDS = ["nora", "mund", "ris", "sta", "vio", "da", "mir", "lotte", "bert", "ya"]
SOUNDS = ["bar", "ten", "mos", "kel", "dri", "fan", "gol", "hus", "pir", "wen"]
PLACES = [
    "berg",
    "stone",
    "hill",
    "er",
    "ley",
    "ford",
    "ski",
    "sen",
    "man",
    "in",
    "wood",
    "ton",
    "shaw",
    "by",
    "dal",
    "mer",
    "ow",
    "ett",
    "ard",
]


def main() -> int:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 25
    with tempfile.TemporaryDirectory(prefix="tenuto-bench-") as folder:
        os.environ["TENUTO_VAR"] = folder
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tenuto.clinic.config.settings")
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        staff, patients = fill(number)
        return measure(staff, patients, rounds)


def fill(number: int) -> tuple[Any, list[Any]]:
    """A clinic with `number` patients, an open task about every fourth, and the worklist worked out."""
    from allauth.mfa.totp.internal.auth import generate_totp_secret
    from django.db import connection, transaction
    from django.utils import timezone

    from tenuto.clinic.accounts.demo_code import give_second_factor
    from tenuto.clinic.accounts.models import Role
    from tenuto.clinic.accounts.services import employ, open_clinic
    from tenuto.clinic.demo.cohort import cohort
    from tenuto.clinic.demo.staff import PASSWORD
    from tenuto.clinic.desk.projection import judge_all
    from tenuto.clinic.ports.api import open_task

    now, today = timezone.now(), timezone.localdate()
    clinic = open_clinic(name="Benchmark", demonstration=True)
    staff = employ(
        clinic=clinic,
        username="bench",
        password=PASSWORD,
        name="Bench Demo",
        role=Role.PRESCRIBER,
        at=now,
    )
    # Who signs may not go on without one.
    give_second_factor(staff, secret=generate_totp_secret())
    facts = [member.facts for member in cohort(today)]
    patients: list[Any] = []
    begun = time.perf_counter()
    for start in range(0, number, BATCH):
        with transaction.atomic():
            for index in range(start, min(start + BATCH, number)):
                patients.append(received(facts[index % len(facts)], index, staff, now))
                if index % TASKS_EVERY == 0:
                    open_task(patient=patients[-1], kind="test.order", why="Liver enzymes are due.",
                              owner_role=Role.NURSE, due=now, by=staff, at=now)  # fmt: skip
    filled = time.perf_counter()
    judged = judge_all(clinic, today=today)
    done = time.perf_counter()
    print(f"{connection.vendor}, {number} patients: generated in {filled - begun:.0f} s, {judged} worked out in "
          f"{done - filled:.0f} s ({(done - filled) / max(judged, 1) * 1000:.1f} ms each)")  # fmt: skip
    return staff, patients


def received(facts: Any, index: int, staff: Any, now: Any) -> Any:
    """One patient by the service that takes records in. No two weigh the same, so that no page is another one's again."""
    from dataclasses import replace
    from datetime import date, timedelta

    from tenuto.clinic.intake.services import RecordSource, receive
    from tenuto.core.intake.facts import Identifier

    number = Identifier(f"BENCH-{index:06}", "MRN", "urn:tenuto:benchmark", proves=True)
    born = date(1962, 1, 1) + timedelta(days=index % 16_000)
    person = replace(facts.person, name=name_of(index), identifiers=(number,), birth_date=born)
    values = tuple(own_weight(each, index) for each in facts.measurements)
    source = RecordSource("benchmark", f"{index:064}", {})
    own = replace(facts, person=person, measurements=values)
    return receive(facts=own, source=source, by=staff, at=now).patient


def name_of(index: int) -> str:
    """An invented name. Nobody shares one; many sound alike, as in a town of that size."""
    first, last = index * 7 % 120, index * 131 % 1_900
    given = BEGINS[first % 12] + ENDS[first // 12]
    return f"{given} {SOUNDS[last % 10].capitalize()}{SOUNDS[last // 10 % 10]}{PLACES[last // 100]}"


def own_weight(measured: Any, index: int) -> Any:
    """A weight moved by up to 5 kg, in grams that no other patient has; every other value as it is."""
    from dataclasses import replace
    from decimal import Decimal

    if measured.kind != "weight_kg":
        return measured
    return replace(measured, value=measured.value + Decimal(index % 10_000) / 2000)


def measure(staff: Any, patients: list[Any], rounds: int) -> int:
    """Medians, ratios and numbers of queries of each page."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    browser, stranger = Client(), Client()
    browser.force_login(staff)
    # One patient to warm the process up, then each round another one: first opened, then opened again.
    step = max(1, len(patients) // (rounds + 2))
    plans = [reverse("plan:page", args=[p.pk]) for p in patients[::step]]
    first, again = iter(plans), iter(plans)
    pages: dict[str, Callable[[], Any]] = {
        "sign-in page": lambda: stranger.get(reverse("accounts:sign-in")),
        "worklist": lambda: browser.get(reverse("desk:worklist")),
        "worklist, filtered": lambda: browser.get(
            f"{reverse('desk:worklist')}?owner=mine&mark=review&page=3"
        ),
        "list of patients": lambda: browser.get(reverse("desk:patients")),
        "search": lambda: browser.post(reverse("desk:patients"), {"search": "BENCH-000042"}),
        "plan page, first": lambda: browser.get(next(first)),
        "plan page, again": lambda: browser.get(next(again)),
    }
    for ask in pages.values():
        ask()
    taken: dict[str, list[float]] = {name: [] for name in pages}
    worked: dict[str, list[float]] = {name: [] for name in pages}
    for _ in range(rounds):
        for name, ask in pages.items():
            begun, own = time.perf_counter(), time.process_time()
            answer = ask()
            taken[name].append((time.perf_counter() - begun) * 1000)
            worked[name].append((time.process_time() - own) * 1000)
            if answer.status_code != 200:
                raise SystemExit(f"{name} answered {answer.status_code}.")
    trivial, met = statistics.median(taken["sign-in page"]), True
    for name, ask in pages.items():
        with CaptureQueriesContext(connection) as queries:
            ask()
        median, limit = statistics.median(taken[name]), LIMITS_MS.get(name)
        met = met and (limit is None or median <= limit)
        print(f"{name:<20} median {median:6.1f} ms, best {min(taken[name]):6.1f} ms, processor {statistics.median(worked[name]):6.1f} ms, "
              f"{median / trivial:5.1f} times the sign-in page, {len(queries)} queries{f' (limit {limit:.0f} ms)' if limit else ''}")  # fmt: skip
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())
