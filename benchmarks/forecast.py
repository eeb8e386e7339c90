"""How long a forecast page takes with 40 scores and 20 infusions, and how long a night would take for ten thousand patients.

    python benchmarks/forecast.py [patients of the night] [rounds]

Patients, plans, scores and infusions are recorded by the clinic's own services in a database of its own. The page is measured
when nothing of it is remembered, and when the forecast is; what one sees when a day is asked for without scripts is the
latter. The slider itself asks the server for nothing: every day is on the page. A night is measured per patient, with all
forecasts to be made and with none, and scaled to ten thousand. Times are also given as multiples of the sign-in page or of one
forecast, which the load of the machine moves alike. Limits are held against the processor, which leaves out waiting for
others; of a night it is what the server's process worked for each patient, and half of one forecast, since two processes share
them, which is why there are never fewer patients than are shared out. Exits 1 when a limit is missed.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

PAGE_MS, DAY_MS, NIGHT_MIN = 250.0, 150.0, 10.0
ACTIVE = 10_000
INDUCTION, EVERY, MAINTENANCE = (0, 2, 4, 7, 9, 11), 21, 14
SCORES = 40
FEWEST = 24
"""Patients of a night from which on other processes make the forecasts (`spread.WORTH_IT`)."""


def main() -> int:
    patients = max(FEWEST, int(sys.argv[1]) if len(sys.argv) > 1 else 40)
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 15
    with tempfile.TemporaryDirectory(prefix="tenuto-bench-") as folder:
        os.environ["TENUTO_VAR"] = folder
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tenuto.clinic.config.settings")
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        clinic, team, treated = fill(patients)
        met = measure_pages(team["alice"], treated[0], rounds)
        return 0 if measure_nights(clinic, len(treated)) and met else 1


def fill(number: int) -> tuple[Any, dict[str, Any], list[Any]]:
    """A clinic with patients of 40 scores and 20 infusions each."""
    from django.db import transaction
    from django.utils import timezone

    from tenuto.clinic.accounts.models import Role
    from tenuto.clinic.accounts.services import employ, open_clinic
    from tenuto.clinic.demo.maintained import Story, record_story
    from tenuto.clinic.demo.staff import PASSWORD

    now, begun = timezone.now(), time.perf_counter()
    clinic = open_clinic(name="Benchmark", demonstration=True)
    team = {
        name: employ(clinic=clinic, username=name, password=PASSWORD, name=name.title(), role=role, at=now)
        for name, role in (("alice", Role.PRESCRIBER), ("bob", Role.NURSE))
    }  # fmt: skip
    last = INDUCTION[-1] + EVERY * MAINTENANCE
    maintenance = tuple(INDUCTION[-1] + EVERY * n for n in range(1, MAINTENANCE + 1))
    treated = []
    for index in range(number):
        days = [round(n * (last + 6) / (SCORES - 2)) + 1 for n in range(SCORES - 1)]
        scores = ((-3, 20), *((day, (14 if day < 9 else 7) + (day + index) % 4 - 2) for day in days))
        story = Story(f"Bench {index}", 5000 + index, 40, "72", last // 7 + 1, maintenance, scores)
        with transaction.atomic():
            treated.append(record_story(story, team=team, now=now))
    print(f"{number} patients with {len(INDUCTION) + MAINTENANCE} infusions and {SCORES} scores: recorded in "
          f"{time.perf_counter() - begun:.0f} s")  # fmt: skip
    return clinic, team, treated


def measure_pages(staff: Any, patient: Any, rounds: int) -> bool:
    """Medians of the page, forgotten and remembered."""
    from allauth.mfa.totp.internal.auth import generate_totp_secret
    from django.test import Client
    from django.urls import reverse

    from tenuto.clinic.accounts.demo_code import give_second_factor
    from tenuto.clinic.forecast import courses

    give_second_factor(staff, secret=generate_totp_secret())
    browser, stranger = Client(), Client()
    browser.force_login(staff)
    page = reverse("forecast:page", args=[patient.pk])

    def forgotten() -> Any:
        courses._read.cache_clear()
        return browser.get(page)

    asked: dict[str, tuple[Callable[[], Any], float | None]] = {
        "sign-in page": (lambda: stranger.get(reverse("accounts:sign-in")), None),
        "forecast page": (forgotten, PAGE_MS),
        "a day asked for": (lambda: browser.get(f"{page}?on=2026-12-04"), DAY_MS),
    }
    taken: dict[str, list[float]] = {name: [] for name in asked}
    worked: dict[str, list[float]] = {name: [] for name in asked}
    for turn in range(rounds + 1):
        for name, (ask, _) in asked.items():
            begun, own = time.perf_counter(), time.process_time()
            answer = ask()
            if turn:
                taken[name].append((time.perf_counter() - begun) * 1000)
                worked[name].append((time.process_time() - own) * 1000)
            if answer.status_code != 200:
                raise SystemExit(f"{name} answered {answer.status_code}.")
    trivial, met = statistics.median(taken["sign-in page"]), True
    for name, (_, limit) in asked.items():
        median, own = statistics.median(taken[name]), statistics.median(worked[name])
        met = met and (limit is None or own <= limit)
        print(f"{name:<26} processor {own:6.1f} ms, by the clock {median:6.1f} ms (best {min(taken[name]):6.1f} ms), {median / trivial:5.1f} times the "
              f"sign-in page{f' (limit {limit:.0f} ms)' if limit else ''}")  # fmt: skip
    return met


def measure_nights(clinic: Any, number: int) -> bool:
    """A night in which all is to be made, and one in which nothing is new."""
    from datetime import timedelta

    from django.utils import timezone

    from tenuto.clinic.accounts import clock
    from tenuto.clinic.forecast import courses
    from tenuto.clinic.forecast.api import begin_night, forecast_some
    from tenuto.clinic.forecast.courses import read_course
    from tenuto.clinic.forecast.spread import spread_over
    from tenuto.clinic.pathway.api import Batch

    today, now = clock.today(clinic), timezone.now()
    patient = clinic.patients.prefetch_related("identifiers").first()
    known = courses.courses(Batch.of(patient))[patient.pk]
    courses._read.cache_clear()
    alone = processor_ms(lambda: read_course(known))
    print(f"{'one forecast by itself':<26} processor {alone:5.1f} ms")

    def night(name: str, day: int, forecasts: int) -> float:
        found = begin_night(clinic, day=today + timedelta(days=day), at=now)
        with spread_over(workers=2, scheduler="") as spread:
            # The processes begin outside of what is measured: in a long night their start counts for nothing.
            list(spread([known.inputs] * 24))
            begun, own = time.perf_counter(), time.process_time()
            while forecast_some(found, spread, at=now):
                pass
            took, worked = time.perf_counter() - begun, time.process_time() - own
        each = worked / number * 1000 + forecasts * alone / 2
        minutes = each * ACTIVE / 60_000
        print(f"{name:<26} {took / number * 1000:6.1f} ms a patient, processor {worked / number * 1000:5.1f} ms beside the forecast; "
              f"{each / alone:4.2f} times one forecast, {minutes:4.1f} min for {ACTIVE} on two idle cores (limit {NIGHT_MIN:.0f} min)")  # fmt: skip
        return minutes

    fresh = night("all new", 0, 1)
    return max(fresh, night("nothing new", 1, 0)) <= NIGHT_MIN


def processor_ms(work: Callable[[], Any]) -> float:
    """Time of the processor for one piece of work."""
    own = time.process_time()
    work()
    return (time.process_time() - own) * 1000


if __name__ == "__main__":
    raise SystemExit(main())
