"""Infusions as they were given, and visits as they were held. Rows are only added."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tenuto.clinic.people.models import PatientRow
from tenuto.core.course.beside import BesideKind
from tenuto.core.course.end_facts import EndingKind
from tenuto.core.course.facts import CourseEventKind, MissedHow

__all__ = [
    "BesidePlan",
    "CourseEnding",
    "CourseEvent",
    "InfusionReport",
    "InfusionStruck",
    "MissedVisit",
    "Visit",
]


class InfusionReport(PatientRow):
    """An infusion that was given, and how it was borne. How far a score has come is worked out from the scores.

    A correction is a further report about the same day; the newest counts. `series` and `plan_version` say which
    signed plan it was given under; they are keys of a room above, which may not be pointed to.
    """

    series = models.UUIDField()
    plan_version = models.UUIDField()
    given_on = models.DateField()
    dose_mg = models.DecimalField(max_digits=7, decimal_places=2)
    dose_mg_per_kg = models.DecimalField(max_digits=7, decimal_places=4)
    minutes = models.DecimalField(max_digits=5, decimal_places=1)
    effects = models.JSONField(default=list)
    worst_grade = models.PositiveSmallIntegerField()
    open_grade = models.PositiveSmallIntegerField()
    pressure_alert = models.BooleanField()
    deepest_sedation = models.PositiveSmallIntegerField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["patient", "given_on"], name="infusions_of_patient")]

    def __str__(self) -> str:
        return f"{self.given_on}: {self.dose_mg} mg"


class InfusionStruck(PatientRow):
    """That a report was entered in error, such as in another patient's record: it counts as never recorded, and stays."""

    report = models.OneToOneField(InfusionReport, on_delete=models.PROTECT, related_name="struck")
    why = models.CharField(max_length=500)

    def __str__(self) -> str:
        return f"{self.report}, entered in error: {self.why}"


class MissedVisit(PatientRow):
    """That an infusion planned for a day was not given, and how that came. A later row about the same day corrects it."""

    planned_on = models.DateField()
    how = models.CharField(max_length=20, choices=[(how.value, how.name) for how in MissedHow])
    reason = models.CharField(max_length=500)

    def __str__(self) -> str:
        return f"{self.planned_on}, missed: {self.reason}"


class CourseEvent(PatientRow):
    """What happened beside infusions and scores and bears on the interval, such as a change of antidepressant."""

    kind = models.CharField(max_length=40, choices=[(kind.value, kind.name) for kind in CourseEventKind])
    happened_on = models.DateField()
    note = models.CharField(max_length=500, blank=True)

    @property
    def says(self) -> str:
        """What happened, with what was noted of it, for somebody who had not seen it."""
        return f"{self}: {self.note}" if self.note else str(self)

    def __str__(self) -> str:
        return f"{self.kind.replace('_', ' ')}, {self.happened_on}"


class CourseEnding(PatientRow):
    """What a prescriber decided about the end of a series: to taper it, to complete it, to take it up again, and why.

    `series` is a key of a room above, which may not be pointed to.
    """

    series = models.UUIDField()
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.name) for kind in EndingKind])
    decided_on = models.DateField()
    intervals_days = models.JSONField(default=list)
    follow_up_by = models.DateField(null=True)
    reason = models.CharField(max_length=1000)

    def __str__(self) -> str:
        return f"{self.kind}, {self.decided_on}: {self.reason}"


class BesidePlan(PatientRow):
    """What was agreed about visits beside the infusions: every so many days, with whom. Null days end it."""

    kind = models.CharField(max_length=20, choices=[(kind.value, kind.name) for kind in BesideKind])
    agreed_on = models.DateField()
    every_days = models.PositiveSmallIntegerField(null=True)
    with_name = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        how = f"every {self.every_days} days" if self.every_days else "no longer"
        return f"{self.kind.replace('_', ' ')}, {how}"


class Visit(PatientRow):
    """A consultation, or a preparatory, follow-up or psychotherapy visit, after it took place."""

    class Kind(models.TextChoices):
        CONSULTATION = "consultation", "Consultation"
        PREPARATORY = "preparatory", "Preparatory visit"
        FOLLOW_UP = BesideKind.FOLLOW_UP.value, "Follow-up visit"
        PSYCHOTHERAPY = BesideKind.PSYCHOTHERAPY.value, "Psychotherapy session"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    held_on = models.DateField()
    in_person = models.BooleanField()
    with_name = models.CharField(max_length=300)
    by_prescriber = models.BooleanField()
    topics = models.JSONField(default=list)
    note = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.held_on}"
