"""The model of one course: latent benefit, expected score, observed score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

import numpy as np
import numpy.typing as npt

from tenuto.core.durability.normal import Floats
from tenuto.core.durability.parts import Benefit, Context, DoseEffect, Holding, Uptake
from tenuto.core.durability.patients import PatientParameters

__all__ = ["DRIFT_INFUSIONS", "CourseInfusion", "Model", "Walk"]

DRIFT_INFUSIONS = 10.0
"""Infusions over which a patient's drift is expressed."""


@dataclass(frozen=True, slots=True, order=True)
class CourseInfusion:
    """An infusion of the course: day (any origin) and dose, mg/kg."""

    day: float
    dose: float


@dataclass(frozen=True, slots=True)
class Model:
    """The parts put together. Expected score = baseline x exp(-fall), the fall a little more than drug and context."""

    dose: DoseEffect
    uptake: Uptake
    benefit: Benefit
    context: Context
    depth: float = 0.0
    """By how much a large benefit shows more than in proportion: remission is more frequent among those who respond."""

    def start(self, patients: PatientParameters, day: float) -> Walk:
        """Patients before their first infusion, on `day`."""
        return Walk(self, patients, day, self.benefit.begin(patients))

    def fall(self, benefit: Floats) -> Floats:
        """Log-fall of the score that a benefit (drug and context together) shows as, in place."""
        if self.depth:
            above = np.maximum(benefit, 0)
            above *= self.depth
            above += 1
            benefit *= above
        return benefit

    def expected(
        self, patients: PatientParameters, infusions: Sequence[CourseInfusion], days: Sequence[float]
    ) -> Floats:
        """Expected scores, shape (len(days), n). A score on the day of an infusion is from before it.

        `days` and `infusions` need not be sorted. Before the first infusion the score is the baseline.
        """
        return self.through(patients, infusions, days)[0]

    def through(
        self,
        patients: PatientParameters,
        infusions: Sequence[CourseInfusion],
        days: Sequence[float],
        *,
        single: bool = False,
    ) -> tuple[Floats, Walk]:
        """Expected scores as `expected` gives them, and the patients walked to the last of the days and infusions.

        single: in single precision, see `Walk.single`.
        """
        events = sorted(
            [(d, 0, k) for k, d in enumerate(days)] + [(i.day, 1, k) for k, i in enumerate(infusions)]
        )
        walk = self.start(patients, events[0][0] if events else 0.0)
        if single:
            walk = walk.single()
        falls = np.empty((len(days), len(patients)), dtype=walk.patients.gain.dtype)
        for day, kind, k in events:
            walk.to(day)
            if kind:
                walk.infuse(infusions[k].dose)
            else:
                falls[k] = walk.fall()
        # All days together: one pass through memory instead of one for each day.
        return _score(walk.patients, falls), walk


@dataclass(slots=True)
class Walk:
    """A group of patients walked forward in time. The only mutable thing of the model; lives inside one call."""

    model: Model
    patients: PatientParameters
    day: float
    holding: Holding
    first: float | None = None
    given: Floats | float = field(default=0.0)
    """Infusions so far, of all or of each patient."""
    latest: Floats | float = field(default=0.0)
    """Day of the last infusion so far, of all or of each patient."""

    def copy(self) -> Walk:
        """A second walk from here."""
        return Walk(
            self.model, self.patients, self.day, self.holding.copy(), self.first, self.given, self.latest
        )

    def only(self, places: npt.NDArray[np.intp]) -> Walk:
        """The patients at these places, free to go their own way."""
        patients = self.patients.only(places)
        given, latest = (
            each if isinstance(each, float) else np.asarray(each)[places]
            for each in (self.given, self.latest)
        )
        return Walk(self.model, patients, self.day, self.holding.only(places), self.first, given, latest)

    def single(self) -> Walk:
        """A second walk from here in single precision, which takes half the time: relative error below 1e-5."""
        given, latest = (
            each if isinstance(each, float) else cast("Floats", each.astype(np.float32))
            for each in (self.given, self.latest)
        )
        patients, holding = self.patients.single(), self.holding.single()
        return Walk(self.model, patients, self.day, holding, self.first, given, latest)

    @classmethod
    def together(cls, walks: Sequence[Walk]) -> Walk:
        """Groups of patients who had the same infusions and are on the same day, as one group."""
        one = walks[0]
        if any(
            (w.day, w.first, w.given, w.latest) != (one.day, one.first, one.given, one.latest) for w in walks
        ):
            raise ValueError("Only walks through the same infusions up to the same day can be put together.")
        patients = PatientParameters.together([w.patients for w in walks])
        holding = Holding.together([w.holding for w in walks])
        return cls(one.model, patients, one.day, holding, one.first, one.given, one.latest)

    def to(self, day: float) -> None:
        """Let time pass up to `day`; never backwards."""
        if day < self.day:
            raise ValueError(f"Day {day} is before day {self.day}.")
        if day > self.day and self.first is not None:
            self.holding.advance(day - self.day)
        self.day = day

    def infuse(self, dose: float, who: Floats | None = None) -> None:
        """Give `dose` mg/kg now, to all or to those where `who` (0 or 1, shape (n,)) is 1. Dose 0 is a control visit."""
        if self.first is None:
            self.first = self.latest = self.day
        amount = self.model.uptake(self.patients.gain, self.model.dose(dose), self.holding.held())
        self.holding.add(amount if who is None else amount * who)
        self.given = self.given + (1.0 if who is None else who)
        self.latest = self.day if who is None else np.where(who > 0, self.day, self.latest)
        before = self.given - 1.0
        further = max(before, 0.0) if isinstance(before, float) else np.maximum(before, 0.0)
        self.holding.stretch(self.patients.drift * (further / DRIFT_INFUSIONS))

    def drug(self) -> Floats:
        """Benefit that is the drug's, shape (n,)."""
        return self.holding.level()

    def fall(self) -> Floats:
        """Whole log-fall of the score: drug and context, shape (n,)."""
        if self.first is None:
            return np.zeros_like(self.patients.gain)
        fall = self.drug()
        fall += self.model.context(self.day - self.first, self.latest - self.first, self.patients)
        return self.model.fall(fall)

    def score(self) -> Floats:
        """Expected score, points, shape (n,)."""
        return _score(self.patients, self.fall())


def _score(patients: PatientParameters, fall: Floats) -> Floats:
    """Expected scores in place of the log-falls, shape (n,) or (days, n)."""
    np.negative(fall, out=fall)
    np.exp(fall, out=fall)
    fall *= patients.baseline
    return fall
