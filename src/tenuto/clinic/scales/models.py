"""What was asked of patients, what they answered, and the triage levels that were recorded. Rows are only added."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models

from tenuto.clinic.people.models import PatientRow
from tenuto.core.outcomes.due import AskingPlace
from tenuto.core.scales.definition import Instrument
from tenuto.core.scales.reading import instrument
from tenuto.core.scales.suicide_triage import RiskLevel

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

__all__ = [
    "IncomingCall",
    "ItemAnswer",
    "ScaleForm",
    "ScaleFormStruck",
    "ScaleReminder",
    "ScaleRequest",
    "SuicideTriage",
]


class ScaleRequest(PatientRow):
    """That the patient was asked to answer some scales, in this order: by link, or on a tablet beside staff.

    `occasions` are those of the battery that the bundle serves; empty when a person chose the scales.
    """

    link = models.OneToOneField("links.Link", on_delete=models.PROTECT, related_name="+")
    instruments = models.JSONField()
    place = models.CharField(max_length=10, choices=[(p.value, p.value) for p in AskingPlace])
    occasions = models.JSONField(default=list)

    if TYPE_CHECKING:
        forms: RelatedManager[ScaleForm]
        item_answers: RelatedManager[ItemAnswer]
        reminders: RelatedManager[ScaleReminder]

    def __str__(self) -> str:
        return ", ".join(self.instruments)


class ScaleReminder(PatientRow):
    """That the patient was reminded of a request for the nth time."""

    request = models.ForeignKey(ScaleRequest, on_delete=models.PROTECT, related_name="reminders")
    number = models.PositiveSmallIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["request", "number"], name="one_reminder_of_a_number")
        ]

    def __str__(self) -> str:
        return f"reminder {self.number}"


def _answered(scale: Instrument, item: str, value: int | None) -> str:
    """An answer as it was given: its number, and its words where the scale may be quoted."""
    if value is None:
        return "not answered"
    label = next((each.label for each in scale.item(item).options if each.value == value), "")
    return f"{value} ({label})" if label else str(value)


class ItemAnswer(PatientRow):
    """One question answered, as soon as it was. The newest of an item counts; `value` is null where it was left out.

    `client_id` is what the phone named the answer by: sent again, it is the same. `written_at` is when it was given, which
    is earlier than `recorded_at` where there was no network.
    """

    request = models.ForeignKey(ScaleRequest, on_delete=models.PROTECT, related_name="item_answers")
    client_id = models.UUIDField()
    instrument = models.CharField(max_length=40)
    item = models.CharField(max_length=20)
    value = models.SmallIntegerField(null=True)
    written_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["request", "client_id"], name="one_answer_of_a_client_id")
        ]

    @property
    def says(self) -> str:
        """What was answered, for somebody who had not seen it."""
        scale = instrument(self.instrument)
        return f"{scale.title} item {self.item}: {_answered(scale, self.item, self.value)}"

    def __str__(self) -> str:
        return f"{self.instrument}, item {self.item}"


class ScaleForm(PatientRow):
    """One answered form. `answers` holds null where a question was left out; `total` is null when there is none.

    `request` is the link through which the patient answered; null when it was answered in the clinic.
    """

    instrument = models.CharField(max_length=40)
    instrument_version = models.PositiveSmallIntegerField()
    answers = models.JSONField()
    total = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    taken = models.DateField()
    answered_by = models.CharField(max_length=40)
    request = models.ForeignKey(ScaleRequest, on_delete=models.PROTECT, related_name="forms", null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["patient", "instrument"], name="scale_forms")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["request", "instrument"],
                condition=models.Q(request__isnull=False),
                name="one_form_of_a_request",
            )
        ]

    @property
    def says(self) -> str:
        """Its total, and its answer on death or self-harm, for somebody who had not seen it."""
        scale = instrument(self.instrument)
        asked = scale.risk_item.item if scale.risk_item else ""
        total = "" if self.total is None else f" {self.total.normalize():f}"
        answer = f"; item {asked}: {_answered(scale, asked, self.answers.get(asked))}" if asked else ""
        return f"{scale.title}{total}, {self.taken}{answer}"

    def __str__(self) -> str:
        return f"{self.instrument} {self.total}, {self.taken}"


class ScaleFormStruck(PatientRow):
    """That a form was entered in error, such as in another patient's record: its total counts as never recorded, and it stays.

    An answer that somebody thinks of death stays an answer: only a triage ends what it opened (hazard H18).
    """

    form = models.OneToOneField(ScaleForm, on_delete=models.PROTECT, related_name="struck")
    why = models.CharField(max_length=500)

    def __str__(self) -> str:
        return f"{self.form}, entered in error: {self.why}"


class IncomingCall(PatientRow):
    """Somebody called about the patient: who, what they said, and what was answered to the question on death.

    `form` holds the answer as the suicide question; null where somebody else called and could not say.
    """

    class Caller(models.TextChoices):
        PATIENT = "patient", "The patient"
        SUPPORT = "support", "A relative or friend"
        CLINICIAN = "clinician", "Another clinician"
        OTHER = "other", "Somebody else"

    caller = models.CharField(max_length=20, choices=Caller.choices)
    words = models.TextField()
    form = models.OneToOneField(ScaleForm, on_delete=models.PROTECT, related_name="+", null=True)

    def __str__(self) -> str:
        return f"call, {self.get_caller_display().lower()}"


class SuicideTriage(PatientRow):
    """A level that a clinician recorded, and what it rests on."""

    level = models.PositiveSmallIntegerField()
    rests_on = models.TextField()
    rules_version = models.PositiveSmallIntegerField()
    screen = models.JSONField(null=True)
    by_prescriber = models.BooleanField(default=False)
    """Whether a prescriber or a medical director recorded it: nobody else's triage lowers a high risk."""

    @property
    def says(self) -> str:
        """What it says, for somebody who had not seen it."""
        return f"{RiskLevel(self.level).name.capitalize()}: {self.rests_on}"

    def __str__(self) -> str:
        return f"level {self.level}, {self.recorded_at:%Y-%m-%d}"
