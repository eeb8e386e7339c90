"""Facts as they arrive: whole records from files, saves of a step of the history, test results."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from tenuto.clinic.ledger.facts import NEWEST_FIRST, Fact
from tenuto.clinic.people.models import Patient, PatientRow


class IntakeRecord(Fact):
    """All facts about a patient as a file told them, and where it came from."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="intake_records")
    facts = models.JSONField()
    died = models.BooleanField(default=False)
    """The source says that the person has died."""
    source_name = models.CharField(max_length=200)
    source_sha256 = models.CharField(max_length=64)
    ignored_resources = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = NEWEST_FIRST
        indexes: ClassVar = [models.Index(fields=["patient", "-event_number"], name="newest_intake_record")]

    def __str__(self) -> str:
        return f"{self.source_name}, {self.recorded_at:%Y-%m-%d %H:%M}"


class Origin(models.TextChoices):
    """How the answers of a save came."""

    FORM = "form", "each answered by itself"
    TOGETHER = "together", "asked together"


class StepSave(PatientRow):
    """What one save of a step changed. The state of a step is the fold of its saves, and the version its token:
    two saves can't both follow the same version, so nobody overwrites what they have not seen."""

    step = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    changes = models.JSONField()
    """New values by entry: words for a question, an object for a row, null for a row that was taken off."""
    origin = models.CharField(max_length=20, default=Origin.FORM)
    recorded_as = models.CharField(max_length=20, default="")
    """The role of who saved it, which says whether a clinical judgement in it counts; empty of older rows."""
    taken_back = models.JSONField(default=dict)
    """By entry, a prescriber's reason why what closed there before no longer counts."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["patient", "step", "version"], name="one_save_follows_a_version")
        ]

    def __str__(self) -> str:
        return f"{self.step} version {self.version}"


class TestResult(PatientRow):
    """The result of a test that is told in a word: drug screen, ECG, urine, TSH, pregnancy."""

    fact = models.CharField(max_length=60)
    value = models.CharField(max_length=40)
    taken = models.DateField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["patient", "fact"], name="test_results")]

    def __str__(self) -> str:
        return f"{self.fact}: {self.value}, {self.taken}"


class ResultStruck(PatientRow):
    """That a result was entered in error, and why. The result stays to be read."""

    result = models.OneToOneField(TestResult, on_delete=models.PROTECT, related_name="struck")
    why = models.CharField(max_length=300)

    def __str__(self) -> str:
        return self.why
