"""Moving the demonstration's time forward: what the program does and what patients answer on the days that pass.

Nothing is made up afterwards. On each day the regular jobs are done as they would have been then, and the invented patients
open the links that they were sent, with their date of birth, and answer question by question.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.accounts.moving import check_days_ahead, set_ahead, set_minutes_ahead
from tenuto.clinic.course.api import accounts
from tenuto.clinic.demo.fading import InventedAnswers, answers_of
from tenuto.clinic.demo.refused import ProductionRefused
from tenuto.clinic.demo.staff import TEACHING_CLINIC
from tenuto.clinic.desk.api import judge_all
from tenuto.clinic.ledger.actors import Actor
from tenuto.clinic.links import api as links
from tenuto.clinic.live.api import do_regular
from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.people.models import Patient
from tenuto.clinic.ports.api import LONGEST_SHIFT, on_call, put_on_call
from tenuto.clinic.scales import api as scales
from tenuto.core.scales.reading import instrument

__all__ = ["LONGEST_DAYS", "LONGEST_MINUTES", "forward", "forward_minutes"]

LONGEST_DAYS = 90
"""The most that time is moved at once."""
LONGEST_MINUTES = 240
"""The most minutes that pass at once: an infusion day, and no night."""
MORNING = time(10)
LAZY = 6
"""Of so many requests one is not answered: nobody's clinic is complete."""


def forward(*, days: int, by: Actor, told: Callable[[int], None] = lambda day: None) -> None:
    """Let days pass, one after the other; `told` hears how many have. What has passed stays, should it end half-way.

    Raises `ProductionRefused` in production, ValueError for no or too many days, also beyond `MOST_DAYS_AHEAD`, `Clinic.DoesNotExist` without demonstration.
    """
    teaching = _teaching()
    if not 1 <= days <= LONGEST_DAYS:
        raise ValueError(f"Time can be moved forward by 1 to {LONGEST_DAYS} days at once, not by {days}.")
    check_days_ahead(teaching, days)
    for day in range(1, days + 1):
        morning = _next_morning(teaching)
        with clock.standing_at(morning):
            _keep_somebody_on_call(teaching, morning)
            do_regular()
            _answer_what_is_open(teaching, morning)
        if day == days:
            _do_what_is_due_by(clock.now(teaching) + timedelta(days=1))
        for clinic in Clinic.objects.filter(invented=True):
            set_ahead(clinic=clinic, days=1, by=by, at=clock.now(clinic))
        teaching.refresh_from_db()
        told(day)


def forward_minutes(*, minutes: int, by: Actor) -> None:
    """Let minutes pass, as on the day of an infusion: what is due by then is done, and nobody answers a link.

    Raises as `forward` does.
    """
    teaching = _teaching()
    if not 1 <= minutes <= LONGEST_MINUTES:
        raise ValueError(f"1 to {LONGEST_MINUTES} minutes can pass at once, not {minutes}.")
    _do_what_is_due_by(clock.now(teaching) + timedelta(minutes=minutes))
    for clinic in Clinic.objects.filter(invented=True):
        set_minutes_ahead(clinic=clinic, minutes=minutes, by=by, at=clock.now(clinic))


def _teaching() -> Clinic:
    if settings.PRODUCTION:
        raise ProductionRefused("Time is moved in the demonstration only, and never in production.")
    return Clinic.objects.get(name=TEACHING_CLINIC, demonstration=True)


def _do_what_is_due_by(moment: datetime) -> None:
    """Whoever sees the new time finds done what was due by then."""
    with clock.standing_at(moment):
        do_regular()
        for clinic in Clinic.objects.filter(invented=True):
            judge_all(clinic, today=clock.today(clinic))


def _next_morning(clinic: Clinic) -> datetime:
    """The morning within the next 24 hours."""
    now = clock.now(clinic)
    today = datetime.combine(now.date(), MORNING, now.tzinfo)
    return today if now < today else datetime.combine(now.date() + timedelta(days=1), MORNING, now.tzinfo)


def _keep_somebody_on_call(clinic: Clinic, moment: datetime) -> None:
    """The shift that the demonstration begins with ends, and another follows."""
    if on_call(clinic.pk, at=moment + timedelta(hours=12)):
        return
    alice, bob = (Staff.objects.get(username=name, clinic=clinic) for name in ("alice", "bob"))
    put_on_call(
        staff=alice, begins_at=moment, ends_at=moment + LONGEST_SHIFT, phone="555 0190", by=bob, at=moment
    )


def _answer_what_is_open(clinic: Clinic, moment: datetime) -> None:
    waiting = {row.patient_id: row for row in scales.open_requests(clinic, at=moment)}
    patients = clinic.patients.filter(pk__in=waiting).prefetch_related("identifiers").order_by("pk")
    batch = Batch(list(patients), clinic=clinic, today=clock.day_of(clinic, moment))
    known = accounts(batch)
    for patient in batch.patients:
        row = waiting[patient.pk]
        if uuid5(NAMESPACE_URL, str(row.id)).int % LAZY:
            answers = answers_of(patient.name, known.get(patient.pk), on=batch.today)
            _answer(patient, row.link_id, answers, moment)


def _answer(patient: Patient, link: UUID, answers: InventedAnswers, moment: datetime) -> None:
    """Open the link with the date of birth, and answer what waits until nothing does."""
    try:
        visit = links.open_link(links.token_of(link), patient.birth_date, at=moment)
    except links.LinkRefused:
        return
    request = scales.request_of(visit)
    while waiting := scales.open_questions(request, at=moment):
        asked = waiting[0]
        value = answers.value(instrument(asked.instrument), asked.item)
        client = uuid5(NAMESPACE_URL, f"{request.pk}/{asked.instrument}/{asked.item.id}")
        given = scales.GivenAnswer(client, asked.instrument, asked.item.id, value, moment)
        scales.answer_question(visit=visit, answer=given, at=moment)
