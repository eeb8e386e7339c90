"""Some patients of one clinic looked at together. What one stage has asked, the others need not ask again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar, cast

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.people.models import Patient

__all__ = ["Batch"]

Answer = TypeVar("Answer")


class Batch:
    """The patients, the clinic and the day. Patients come with their identifiers at hand."""

    def __init__(self, patients: Sequence[Patient], *, clinic: Clinic, today: date) -> None:
        self.patients = tuple(patients)
        self.clinic = clinic
        self.today = today
        self._answers: dict[Callable[[Batch], Any], Any] = {}

    @classmethod
    def of(cls, patient: Patient) -> Batch:
        """One patient, today."""
        return cls([patient], clinic=patient.clinic, today=clock.today(patient.clinic))

    def once(self, ask: Callable[[Batch], Answer]) -> Answer:
        """The answer of `ask` about this batch, worked out the first time only."""
        if ask not in self._answers:
            self._answers[ask] = ask(self)
        return cast(Answer, self._answers[ask])

    def keep(self, ask: Callable[[Batch], Answer], answer: Answer) -> None:
        """Note what `ask` would answer, where a page knows it already."""
        self._answers[ask] = answer
