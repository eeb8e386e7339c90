"""How the patient wants to be in the room."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tenuto.clinic.people.models import PatientRow

__all__ = ["ComfortCard"]


class ComfortCard(PatientRow):
    """Kept from visit to visit; a change is a further version."""

    class Position(models.TextChoices):
        LYING = "lying", "Lying"
        RECLINED = "reclined", "Reclined"
        SITTING = "sitting", "Sitting up"

    class Light(models.TextChoices):
        DIM = "dim", "Dim"
        MASK = "mask", "Dark, with an eye mask"
        DAYLIGHT = "daylight", "Daylight"

    class Sound(models.TextChoices):
        MUSIC = "music", "The clinic's music"
        OWN = "own", "Own music"
        SILENCE = "silence", "Silence"

    class Imagery(models.TextChoices):
        YES = "yes", "Wanted"
        NO = "no", "Not wanted"

    class Touch(models.TextChoices):
        NONE = "none", "No touch"
        HAND = "hand", "Hand held when asked for"
        SHOULDER = "shoulder", "Hand or shoulder, to calm"

    number = models.PositiveIntegerField()
    position = models.CharField(max_length=20, choices=Position.choices, blank=True)
    light = models.CharField(max_length=20, choices=Light.choices, blank=True)
    sound = models.CharField(max_length=20, choices=Sound.choices, blank=True)
    sound_note = models.CharField(max_length=200, blank=True)
    imagery = models.CharField(max_length=20, choices=Imagery.choices, blank=True)
    imagery_note = models.CharField(max_length=200, blank=True)
    touch = models.CharField(max_length=20, choices=Touch.choices, blank=True)
    intention = models.TextField(blank=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["patient", "number"], name="one_comfort_card_of_a_number")
        ]

    def __str__(self) -> str:
        return f"Comfort card {self.number}"
