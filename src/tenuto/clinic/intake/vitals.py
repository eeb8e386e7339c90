"""What the banner says of a patient beside who it is: allergies and the weight with its date."""

from __future__ import annotations

from datetime import date

from tenuto.clinic.pathway.api import Vitals
from tenuto.clinic.ui.words import ago, long_day
from tenuto.core.intake.facts import Allergy, Measurement, PatientFacts

__all__ = ["vitals_of"]


def vitals_of(facts: PatientFacts, today: date) -> Vitals:
    """Allergies, whether they were asked about, and the newest weight."""
    weight = next(iter(facts.measured("weight_kg")), None)
    return Vitals(
        allergies=tuple(_allergy(each) for each in facts.allergies),
        allergies_known=_attested(facts),
        weight=f"{weight.value.normalize():f} kg" if weight else "",
        weight_note=_weight_note(weight, today) if weight else "",
    )


def _allergy(allergy: Allergy) -> str:
    return f"{allergy.text} ({allergy.reaction})" if allergy.reaction else allergy.text


def _attested(facts: PatientFacts) -> bool:
    answer = facts.answer("allergies.attested")
    return answer is not None and answer.value is True


def _weight_note(weight: Measurement, today: date) -> str:
    how = "stated, not measured" if weight.estimated else "measured"
    when = f"{long_day(weight.taken)}, {ago(weight.taken, today)}" if weight.taken else "on an unknown day"
    return f"{how} {when}" + (f"; sent as {weight.original}" if weight.original else "")
