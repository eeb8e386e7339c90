"""The banner: who this is, on every page about a patient."""

from __future__ import annotations

from datetime import date

from django.urls import reverse

from tenuto.clinic.people.models import Patient
from tenuto.clinic.ui.components import Banner
from tenuto.clinic.ui.words import age, ago, count, long_day
from tenuto.core.dates import say_birthday
from tenuto.core.gate import Finding, Gate, Level
from tenuto.core.intake.facts import Allergy, Measurement, PatientFacts
from tenuto.core.intake.required import fact

__all__ = ["banner_of", "born_text"]

MOST_ALERTS = 4


def banner_of(
    patient: Patient, identifiers: tuple[str, ...], facts: PatientFacts, gate: Gate, today: date
) -> Banner:
    """Two identifiers, allergies, alerts, and the weight with its date."""
    weight = next(iter(facts.measured("weight_kg")), None)
    return Banner(
        name=patient.name,
        identifiers=identifiers,
        born=born_text(patient, today),
        allergies=tuple(_allergy(each) for each in facts.allergies),
        allergies_known=_attested(facts),
        alerts=_alerts(gate),
        weight=f"{weight.value.normalize():f} kg" if weight else "",
        weight_note=_weight_note(weight, today) if weight else "",
        preferred=patient.preferred_name,
        person_url=reverse("people:person", args=[patient.pk]),
    )


def born_text(patient: Patient, today: date) -> str:
    """'Born 4 May 1981, 45 years'."""
    born = patient.birth_date
    if born is None:
        return "Date of birth not recorded"
    return f"Born {say_birthday(born)}, {count(age(born, today), 'year')}"


def _allergy(allergy: Allergy) -> str:
    return f"{allergy.text} ({allergy.reaction})" if allergy.reaction else allergy.text


def _attested(facts: PatientFacts) -> bool:
    answer = facts.answer("allergies.attested")
    return answer is not None and answer.value is True


def _weight_note(weight: Measurement, today: date) -> str:
    how = "stated, not measured" if weight.estimated else "measured"
    when = f"{long_day(weight.taken)}, {ago(weight.taken, today)}" if weight.taken else "on an unknown day"
    return f"{how} {when}" + (f"; sent as {weight.original}" if weight.original else "")


def _alerts(gate: Gate) -> tuple[str, ...]:
    """The titles of what blocks, shortest useful form; the gate says the rest."""
    found = [_title(f) for f in gate.findings if f.level >= Level.BLOCK and not f.missing]
    unique = list(dict.fromkeys(found))
    rest = len(unique) - MOST_ALERTS
    return (*unique[:MOST_ALERTS], *([f"and {rest} more"] if rest > 0 else []))


def _title(finding: Finding) -> str:
    try:
        return fact(finding.fact).title
    except KeyError:
        return finding.message.split(". ")[0].split(": ")[0].rstrip(".")
