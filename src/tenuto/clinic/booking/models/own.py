"""What stands between a patient and a booked visit: the link, what is told before, what the patient says."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tenuto.clinic.booking.models.appointment import Appointment
from tenuto.clinic.people.models import PatientRow

__all__ = ["ChangeRequest", "CheckIn", "PreparationLink", "PreparationNote", "VisitReminder"]


class PreparationNote(PatientRow):
    """Which medicines a prescriber wants left out or taken before a visit, in words for the patient. The newest counts."""

    medicines = models.CharField(max_length=1000, blank=True)

    def __str__(self) -> str:
        return self.medicines or "No medicine is marked"


class PreparationLink(PatientRow):
    """The link to the preparation of one visit, with which the patient also answers and asks for a change."""

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="preparation_links")
    link = models.OneToOneField("links.Link", on_delete=models.PROTECT, related_name="preparation")

    def __str__(self) -> str:
        return f"Preparation for {self.appointment}"


class VisitReminder(PatientRow):
    """That the patient was reminded of a visit, and which time. Each once."""

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="reminders")
    step = models.PositiveSmallIntegerField()
    """Which reminder, from 0."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["appointment", "step"], name="reminded_once_of_a_step")
        ]

    def __str__(self) -> str:
        return f"Reminder {self.step + 1} of {self.appointment}"


class CheckIn(PatientRow):
    """What the patient answered the evening before, by link. It prefills; a nurse confirms each answer on the day."""

    class Mood(models.TextChoices):
        USUAL = "usual", "As usual"
        WORSE = "worse", "Worse"
        MUCH_WORSE = "much_worse", "Much worse"

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="check_ins")
    fasting = models.BooleanField()
    escort = models.CharField(max_length=200, blank=True)
    ill = models.BooleanField()
    medicines_changed = models.BooleanField()
    mood = models.CharField(max_length=20, choices=Mood.choices, blank=True)
    """Empty where it was not asked, since nobody could have answered at once."""
    words = models.CharField(max_length=1000, blank=True)

    @property
    def feels_worse(self) -> bool:
        """Whether the mood is worse than usual."""
        return self.mood in (self.Mood.WORSE, self.Mood.MUCH_WORSE)

    @property
    def concerns(self) -> tuple[str, ...]:
        """What of it a nurse calls about."""
        told = (
            (
                self.mood in (self.Mood.WORSE, self.Mood.MUCH_WORSE),
                f"Mood: {self.get_mood_display().lower()}.",
            ),
            (self.ill, "Feels ill."),
            (self.medicines_changed, "Medicines have changed."),
            (not self.escort, "Nobody takes the patient home."),
            (not self.fasting, "Can't fast."),
        )
        return tuple(words for true, words in told if true)

    def __str__(self) -> str:
        return " ".join(self.concerns) or "Nothing against the visit"


class ChangeRequest(PatientRow):
    """That a patient asks by link for another time of a visit, in the patient's words."""

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="change_requests")
    words = models.CharField(max_length=1000)

    def __str__(self) -> str:
        return self.words
